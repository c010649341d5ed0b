/**
 * Cameras: what an application asks for ({@link Camera}), the view that the mathematics uses ({@link View}), and the
 * way between head space and crop units.
 *
 * Head space: centimetres about the head's centre, +x the subject's left, +y up, +z out of the face. Crop units: x right
 * and y up, -1..1 over the square crop; z in the same unit towards the viewer, 0 at the head's centre.
 */
import { OneGTError } from '@onegt/kernels';
import { mat3, mat4, vec3 } from 'gl-matrix';

/** Angles are those of the head as the picture shows it; all are radians. */
export interface Camera {
  /** Positive turns the face to the picture's right, which is the subject's left. */
  yaw: number;
  /** Positive turns the face down. */
  pitch: number;
  /** Positive tilts the head counter-clockwise in the picture. */
  roll: number;
  /** Moves the head right, in shares of the picture's side. */
  shiftX: number;
  /** Moves the head up, in shares of the picture's side. */
  shiftY: number;
  /** 1 is the standard framing. */
  zoom: number;
  /** Vertical field of view. The distance follows, so that the head keeps its size ("dolly zoom"). */
  fovY: number;
}

/** A pinhole camera: `rotation * point + translation` is in camera space, which looks along -z. */
export interface View {
  /** Column-major, head space to camera space. */
  readonly rotation: mat3;
  /** Centimetres. */
  readonly translation: vec3;
  /** 1 / tan(fovY / 2) */
  readonly focal: number;
}

export interface Angles {
  yaw: number;
  pitch: number;
  roll: number;
}

/** What photographs are taken to have: the field of view of a crop cannot be seen in it. 27 degrees. */
export const NOMINAL_FOV_Y = (27 * Math.PI) / 180;
/** Share of the side that 23 cm take, at the head's distance. */
export const STANDARD_FILL = 0.65;
/** The head's centre is this much of the side below the middle of the crop. */
export const STANDARD_DROP = 0.03;
/** Height of a head with some air, cm: the unit of {@link STANDARD_FILL}. */
export const FRAMED_HEIGHT = 23;

/** A numeric argument of a camera that makes no picture. */
export class InvalidCameraError extends OneGTError {
  constructor(field: string, value: unknown, rule: string) {
    super('invalid-camera', `camera.${field} is ${String(value)}, but it must be ${rule}.`, { data: { field, value } });
    this.name = 'InvalidCameraError';
  }
}

/** Frontal, standard framing, 27 degrees. */
export function createCamera(changes: Partial<Camera> = {}): Camera {
  return checkCamera({ yaw: 0, pitch: 0, roll: 0, shiftX: 0, shiftY: 0, zoom: 1, fovY: NOMINAL_FOV_Y, ...changes });
}

/** @throws {@link InvalidCameraError} */
export function checkCamera<T extends Partial<Camera>>(camera: T): T {
  for (const [field, value] of Object.entries(camera) as [string, unknown][]) {
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) throw new InvalidCameraError(field, value, 'a finite number');
  }
  const { zoom, fovY } = camera;
  if (zoom !== undefined && zoom <= 0) throw new InvalidCameraError('zoom', zoom, 'greater than 0 (1 is the standard framing)');
  if (fovY !== undefined && (fovY <= 0 || fovY >= Math.PI)) throw new InvalidCameraError('fovY', fovY, 'between 0 and pi radians');
  return camera;
}

/**
 * One loop around a head: yaw swings by `yaw`, pitch twice as fast by `pitch`, about the angles of `base`.
 *
 * @param phase - 0..1 is one loop; the ends meet without a jump
 */
export function orbit(out: Camera, base: Camera, phase: number, { yaw = 0.6, pitch = 0.15 }: { yaw?: number; pitch?: number } = {}): Camera {
  const angle = 2 * Math.PI * phase;
  return Object.assign(out, base, { yaw: base.yaw + yaw * Math.sin(angle), pitch: base.pitch + pitch * Math.sin(2 * angle) });
}

/** Rz(roll) Rx(pitch) Ry(yaw) */
export function rotationOf(out: mat3, { yaw, pitch, roll }: Angles): mat3 {
  const turned = mat4.fromZRotation(new Float64Array(16), roll);
  mat4.rotateX(turned, turned, pitch);
  mat4.rotateY(turned, turned, yaw);
  return mat3.fromMat4(out, turned);
}

/** Inverse of {@link rotationOf}; yaw and roll are within (-pi, pi], pitch within a quarter turn. */
export function anglesOf(rotation: Readonly<mat3>): Angles {
  return {
    yaw: Math.atan2(-rotation[2], rotation[8]),
    pitch: Math.asin(Math.min(1, Math.max(-1, rotation[5]))),
    roll: Math.atan2(-rotation[3], rotation[4]),
  };
}

/** The view of a camera on a head in the standard framing. */
export function viewOf(camera: Camera): View {
  const { shiftX, shiftY, zoom, fovY } = checkCamera(camera);
  const focal = 1 / Math.tan(fovY / 2);
  const side = FRAMED_HEIGHT / (STANDARD_FILL * zoom); // cm across the picture, at the head's distance
  return {
    rotation: rotationOf(new Float64Array(9), camera),
    translation: vec3.set(new Float64Array(3), shiftX * side, (shiftY - STANDARD_DROP) * side, (-side * focal) / 2),
    focal,
  };
}

/**
 * The view of a camera on the head of a photograph: angles are absolute (those that are not given stay as the photograph
 * has them), shift and zoom are relative to the photograph's crop, so that nothing jumps when only the angle changes.
 */
export function viewFrom(source: View, camera: Partial<Camera>): View {
  const { shiftX = 0, shiftY = 0, zoom = 1, fovY = 2 * Math.atan(1 / source.focal), ...angles } = checkCamera(camera);
  const { yaw, pitch, roll } = { ...anglesOf(source.rotation), ...definedOnly(angles) };
  const focal = 1 / Math.tan(fovY / 2);
  const [x, y, z] = source.translation;
  const depth = ((z / zoom) * focal) / source.focal;
  // Crop units per cm are focal / -z; an offset in crop units keeps its value, a shift of 1 is two units.
  const carried = (offset: number, shift: number) => ((offset * source.focal) / -z + 2 * shift) * (-depth / focal);
  return {
    rotation: rotationOf(new Float64Array(9), { yaw, pitch, roll }),
    translation: vec3.set(new Float64Array(3), carried(x, shiftX), carried(y, shiftY), depth),
    focal,
  };
}

/** Head space to camera space as a 4x4 matrix, for renderers. */
export function viewMatrix(out: mat4, { rotation: r, translation: t }: View): mat4 {
  return mat4.set(out, r[0], r[1], r[2], 0, r[3], r[4], r[5], 0, r[6], r[7], r[8], 0, t[0], t[1], t[2], 1);
}

/** Camera space to WebGPU's clip space (depth 0..1) as a 4x4 matrix, for renderers. Pictures are square. */
export function projectionMatrix(out: mat4, view: View, near = 1, far = 1000): mat4 {
  return mat4.perspectiveZO(out, 2 * Math.atan(1 / view.focal), 1, near, far);
}

/**
 * @param points - `[P, 3]` head space
 * @returns `out`: `[P, 3]` crop units
 */
export function project<T extends Float32Array | Float64Array>(out: T, points: ArrayLike<number>, { rotation, translation, focal }: View): T {
  const distance = -translation[2];
  const view = new Float64Array(3);
  for (let i = 0; i < points.length; i += 3) {
    toView(view, points, i, rotation, translation);
    const depth = -view[2]!;
    out[i] = (view[0]! * focal) / depth;
    out[i + 1] = (view[1]! * focal) / depth;
    out[i + 2] = ((distance - depth) * focal) / distance;
  }
  return out;
}

/**
 * @param image - `[P, 3]`, of which x and y in crop units are used
 * @param depths - `[P]` cm from the camera's plane
 * @returns `out`: `[P, 3]` head space
 */
export function unproject<T extends Float32Array | Float64Array>(out: T, image: ArrayLike<number>, depths: ArrayLike<number>, { rotation, translation, focal }: View): T {
  const inverse = mat3.transpose(new Float64Array(9), rotation);
  const point = new Float64Array(3);
  for (let p = 0; p < depths.length; p++) {
    const depth = depths[p]!;
    vec3.set(point, (image[3 * p]! * depth) / focal, (image[3 * p + 1]! * depth) / focal, -depth);
    vec3.subtract(point, point, translation);
    vec3.transformMat3(point, point, inverse);
    out.set(point, 3 * p);
  }
  return out;
}

/**
 * @param points - `[P, 3]` head space
 * @returns `out`: `[P]` cm from the camera's plane
 */
export function depthsOf<T extends Float32Array | Float64Array>(out: T, points: ArrayLike<number>, { rotation, translation }: View): T {
  const view = new Float64Array(3);
  for (let p = 0; p < points.length / 3; p++) {
    toView(view, points, 3 * p, rotation, translation);
    out[p] = -view[2]!;
  }
  return out;
}

/** Not `vec3.transformMat3`: this is the inner loop of every frame, and the points are a flat array. */
function toView(out: Float64Array, points: ArrayLike<number>, at: number, r: Readonly<mat3>, t: Readonly<vec3>): void {
  const [x, y, z] = [points[at]!, points[at + 1]!, points[at + 2]!];
  out[0] = r[0] * x + r[3] * y + r[6] * z + t[0];
  out[1] = r[1] * x + r[4] * y + r[7] * z + t[1];
  out[2] = r[2] * x + r[5] * y + r[8] * z + t[2];
}

function definedOnly(angles: Partial<Angles>): Partial<Angles> {
  return Object.fromEntries(Object.entries(angles).filter(([, value]) => value !== undefined));
}
