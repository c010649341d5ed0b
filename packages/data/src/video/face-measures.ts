/** Numbers about one face in one frame, from which the screens judge. No thresholds here. */
import { anglesOf, computeCrop, type Crop, cropImage, type Face, type Image, NUM_FACE, skeletonTopology } from '@onegt/skeleton';
import { mat3 } from 'gl-matrix';
import { skinSamples, type SkinSamples } from './occlusion.ts';

export interface FaceMeasures {
  face: Face;
  crop: Crop;
  /** Pixels between the irises' centres. */
  eyeDistance: number;
  /** Share of the face's points inside of the picture, and of the crop's area. */
  insidePoints: number;
  insideCrop: number;
  /** Radians, from a fit of the mean head; good to some degrees. */
  yaw: number;
  pitch: number;
  roll: number;
  /** Variance of the Laplacian over the variance of the luma, of the face at 128 pixels: what is small in the picture is not sharp there. */
  sharpness: number;
  /** Mean luma of the face, 0..255, and the share of its pixels that are black or burnt out. */
  brightness: number;
  clipped: number;
  skin: SkinSamples;
  /** `[468, 2]` points less the mean head in this pose, upright, y up, in distances of its eyes: person, expression and the detector's mistakes. */
  residual: Float32Array;
}

const FACE_PIXELS = 128;
/** Between the irises of the mean head. */
const EYE_DISTANCE_CM = 5.9;

export function measureFace(image: Image, face: Face): FaceMeasures {
  const { landmarks } = face;
  const crop = computeCrop(landmarks);
  const eyeDistance = Math.hypot(landmarks[3 * 468]! - landmarks[3 * 473]!, landmarks[3 * 468 + 1]! - landmarks[3 * 473 + 1]!);
  let inside = 0;
  for (let p = 0; p < NUM_FACE; p++) {
    const [x, y] = [landmarks[3 * p]!, landmarks[3 * p + 1]!];
    if (x >= 0 && y >= 0 && x <= image.width && y <= image.height) inside++;
  }
  return {
    face, crop, eyeDistance, insidePoints: inside / NUM_FACE, insideCrop: shareInside(crop, image),
    ...fitHead(landmarks), ...pixelMeasures(image, landmarks), skin: skinSamples(image, landmarks),
  };
}

function shareInside({ centerX, centerY, size }: Crop, { width, height }: Image): number {
  const along = (centre: number, length: number) => Math.max(0, Math.min(length, centre + size / 2) - Math.max(0, centre - size / 2)) / size;
  return along(centerX, width) * along(centerY, height);
}

/** An affine camera from the mean head to the points: made a rotation it is the pose, what it leaves is the residual. */
export function fitHead(landmarks: ArrayLike<number>): Pick<FaceMeasures, 'yaw' | 'pitch' | 'roll' | 'residual'> {
  const { meanHead } = skeletonTopology();
  const mean = { head: [0, 0, 0], picture: [0, 0] };
  for (let p = 0; p < NUM_FACE; p++) {
    for (let k = 0; k < 3; k++) mean.head[k]! += meanHead[3 * p + k]! / NUM_FACE;
    mean.picture[0]! += landmarks[3 * p]! / NUM_FACE;
    mean.picture[1]! -= landmarks[3 * p + 1]! / NUM_FACE;
  }
  const covariance = new Float64Array(9);
  const cross = [new Float64Array(3), new Float64Array(3)];
  for (let p = 0; p < NUM_FACE; p++) {
    const head = [0, 1, 2].map((k) => meanHead[3 * p + k]! - mean.head[k]!);
    const picture = [landmarks[3 * p]! - mean.picture[0]!, -landmarks[3 * p + 1]! - mean.picture[1]!];
    for (let k = 0; k < 3; k++) {
      for (let l = 0; l < 3; l++) covariance[3 * k + l]! += head[k]! * head[l]!;
      for (let d = 0; d < 2; d++) cross[d]![k]! += picture[d]! * head[k]!;
    }
  }
  const inverse = mat3.invert(new Float64Array(9), covariance);
  if (inverse === null) throw new Error('The mean head is flat.');
  const rows = cross.map((row) => [0, 1, 2].map((k) => row[0]! * inverse[k]! + row[1]! * inverse[3 + k]! + row[2]! * inverse[6 + k]!));
  const x = unit(rows[0]!);
  const along = x[0]! * rows[1]![0]! + x[1]! * rows[1]![1]! + x[2]! * rows[1]![2]!;
  const y = unit(rows[1]!.map((value, k) => value - along * x[k]!));
  const z = [x[1]! * y[2]! - x[2]! * y[1]!, x[2]! * y[0]! - x[0]! * y[2]!, x[0]! * y[1]! - x[1]! * y[0]!];
  const angles = anglesOf(mat3.fromValues(x[0]!, y[0]!, z[0]!, x[1]!, y[1]!, z[1]!, x[2]!, y[2]!, z[2]!));

  const eyes = (EYE_DISTANCE_CM * (Math.hypot(...rows[0]!) + Math.hypot(...rows[1]!))) / 2;
  const [cos, sin] = [Math.cos(-angles.roll) / eyes, Math.sin(-angles.roll) / eyes];
  const residual = new Float32Array(NUM_FACE * 2);
  for (let p = 0; p < NUM_FACE; p++) {
    const [dx, dy] = rows.map((row, d) => {
      const fitted = [0, 1, 2].reduce((sum, k) => sum + row[k]! * (meanHead[3 * p + k]! - mean.head[k]!), 0);
      return (d === 0 ? landmarks[3 * p]! : -landmarks[3 * p + 1]!) - mean.picture[d]! - fitted;
    }) as [number, number];
    residual[2 * p] = dx * cos - dy * sin;
    residual[2 * p + 1] = dx * sin + dy * cos;
  }
  return { ...angles, residual };
}

function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function pixelMeasures(image: Image, landmarks: ArrayLike<number>): Pick<FaceMeasures, 'sharpness' | 'brightness' | 'clipped'> {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let p = 0; p < NUM_FACE; p++) {
    left = Math.min(left, landmarks[3 * p]!), right = Math.max(right, landmarks[3 * p]!);
    top = Math.min(top, landmarks[3 * p + 1]!), bottom = Math.max(bottom, landmarks[3 * p + 1]!);
  }
  const size = Math.max(right - left, bottom - top);
  const { data } = cropImage(image, { centerX: (left + right) / 2, centerY: (top + bottom) / 2, size }, FACE_PIXELS);
  const luma = new Float32Array(FACE_PIXELS ** 2);
  for (let p = 0; p < luma.length; p++) luma[p] = 0.299 * data[4 * p]! + 0.587 * data[4 * p + 1]! + 0.114 * data[4 * p + 2]!;
  const [radiusX, radiusY] = [(0.46 * (right - left)) / size, (0.46 * (bottom - top)) / size].map((radius) => radius * FACE_PIXELS) as [number, number];
  let count = 0, sum = 0, squares = 0, edges = 0, clipped = 0;
  for (let y = 1; y < FACE_PIXELS - 1; y++) {
    for (let x = 1; x < FACE_PIXELS - 1; x++) {
      if (((x - FACE_PIXELS / 2) / radiusX) ** 2 + ((y - FACE_PIXELS / 2) / radiusY) ** 2 > 1) continue;
      const at = y * FACE_PIXELS + x;
      const value = luma[at]!;
      const laplacian = luma[at - 1]! + luma[at + 1]! + luma[at - FACE_PIXELS]! + luma[at + FACE_PIXELS]! - 4 * value;
      count++, sum += value, squares += value * value, edges += laplacian * laplacian;
      const brightest = Math.max(data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!);
      if (brightest < 6 || Math.min(data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!) > 250) clipped++;
    }
  }
  const brightness = sum / count;
  return { sharpness: edges / Math.max(1, squares - sum * brightness), brightness, clipped: clipped / count };
}
