/**
 * The one framing of the project: from the points of a face to the square crop that every model sees, in training and in
 * use. The crop follows the skull, not the outline of the face: the mean head is fitted to the points that expressions
 * move least, so that neither an open mouth nor a turned head changes the framing. In-plane roll is kept.
 */
import { OneGTError } from '@onegt/kernels';
import { FRAMED_HEIGHT, NOMINAL_FOV_Y, STANDARD_DROP, STANDARD_FILL } from '../camera/camera.ts';
import { checkImage, type Image } from '../detection/image.ts';
import { weakPerspective } from '../prior/weak-perspective.ts';
import { NUM_DETECTED, NUM_FACE, skeletonTopology } from '../topology/topology.ts';

/** A square of a picture, axis-aligned, in pixels; (0, 0) is the outer corner of the first pixel. It may leave the picture. */
export interface Crop {
  readonly centerX: number;
  readonly centerY: number;
  readonly size: number;
}

/** Points that are no face: a wrong number, values that are not finite, or all in one place. */
export class InvalidLandmarksError extends OneGTError {
  constructor(message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('invalid-landmarks', message, { data });
    this.name = 'InvalidLandmarksError';
  }
}

/** The 120 face points that expressions move least (`rigid` of the first head prior). Part of the framing: do not retrain. */
const RIGID_POINTS = [
  3, 4, 5, 6, 7, 10, 21, 22, 23, 24, 25, 26, 33, 34, 35, 45, 51, 56, 67, 69, 93, 103, 108, 109, 110, 112, 113, 122, 127, 128, 130, 132, 133, 134,
  139, 143, 144, 145, 151, 153, 154, 155, 162, 163, 168, 173, 174, 188, 189, 190, 193, 195, 196, 197, 220, 221, 226, 227, 232, 233, 234, 243, 244,
  245, 246, 248, 249, 251, 252, 253, 254, 255, 256, 263, 264, 265, 275, 281, 286, 297, 323, 332, 337, 338, 339, 341, 342, 351, 356, 357, 359, 361,
  362, 368, 372, 373, 374, 380, 381, 382, 389, 390, 398, 399, 412, 413, 414, 417, 419, 440, 441, 446, 447, 452, 453, 454, 463, 464, 465, 466,
];

const FIT_ITERATIONS = 8;

/**
 * The square crop of a face: the head's centre 3 % of the side below the middle, 23 cm of head on 65 % of the side.
 *
 * @param landmarks - `[478, 3]` or `[468, 3]`, of which x and y are used: pixels of the picture, y down
 * @throws {@link InvalidLandmarksError}
 */
export function computeCrop(landmarks: ArrayLike<number>): Crop {
  checkLandmarks(landmarks);
  const { meanHead } = skeletonTopology();
  const count = RIGID_POINTS.length;
  const shape = new Float64Array(3 * count), image = new Float64Array(2 * count), weight = new Float64Array(count).fill(1);
  for (let p = 0; p < count; p++) {
    const point = RIGID_POINTS[p]!;
    for (let k = 0; k < 3; k++) shape[3 * p + k] = meanHead[3 * point + k]!;
    image[2 * p] = landmarks[3 * point]!;
    image[2 * p + 1] = -landmarks[3 * point + 1]!;
  }

  // In the standard framing the camera's distance is known, and with it how much nearer points are magnified.
  const inverseDistance = ((2 * STANDARD_FILL) / FRAMED_HEIGHT) * Math.tan(NOMINAL_FOV_Y / 2);
  const flat = image.slice();
  for (let iteration = 0; ; iteration++) {
    const { rotation, scale, offset } = weakPerspective(shape, flat, weight);
    const size = (scale * FRAMED_HEIGHT) / STANDARD_FILL;
    if (!(size > 0) || !Number.isFinite(size)) throw new InvalidLandmarksError('The landmarks are all in one place or on one line: they are not the points of a face.');
    const centre = [offset[0], offset[1] + STANDARD_DROP * size] as const;
    if (iteration === FIT_ITERATIONS) return { centerX: centre[0], centerY: -centre[1], size };
    // Where an orthographic camera would see the points.
    for (let p = 0; p < count; p++) {
      const depth = rotation[2] * shape[3 * p]! + rotation[5] * shape[3 * p + 1]! + rotation[8] * shape[3 * p + 2]!; // cm towards the viewer
      for (let k = 0; k < 2; k++) flat[2 * p + k] = (image[2 * p + k]! - centre[k]!) * (1 - depth * inverseDistance) + centre[k]!;
    }
  }
}

/**
 * Landmarks in crop units: x right, y up, -1..1 over the crop; z in the same unit, towards the viewer.
 *
 * @param landmarks - `[478, 3]` or `[468, 3]`, pixels, y down, z away from the viewer
 * @returns `[478, 3]`, zeros where irises are missing
 */
export function landmarksInCrop(landmarks: ArrayLike<number>, { centerX, centerY, size }: Crop): Float64Array {
  checkLandmarks(landmarks);
  const out = new Float64Array(NUM_DETECTED * 3);
  for (let i = 0; i < landmarks.length; i += 3) {
    out[i] = ((landmarks[i]! - centerX) * 2) / size;
    out[i + 1] = ((centerY - landmarks[i + 1]!) * 2) / size;
    out[i + 2] = (-landmarks[i + 2]! * 2) / size;
  }
  return out;
}

/** Crop units back to pixels of the picture, y down. Points `[P, 3]` in, `[P, 2]` out. */
export function pointsInPicture(points: ArrayLike<number>, { centerX, centerY, size }: Crop): Float32Array {
  return Float32Array.from({ length: (points.length / 3) * 2 }, (_, i) => {
    const value = points[3 * (i >> 1) + (i & 1)]!;
    return (i & 1) === 0 ? centerX + (value * size) / 2 : centerY - (value * size) / 2;
  });
}

/**
 * Cut a crop out of a picture and scale it. Outside of the picture its edge pixels continue; when the crop shrinks, each
 * pixel averages the area that it covers. The same numbers as `cropResize` of @onegt/kernels, for pictures in memory.
 *
 * @returns opaque RGBA, `size` x `size`
 */
export function cropImage(image: Image, crop: Crop, size = 256): Image {
  checkImage(image);
  const columns = taps(crop.centerX, crop.size, size, image.width);
  const rows = taps(crop.centerY, crop.size, size, image.height);
  const firstRow = Math.min(...rows.map(({ first }) => first));
  const lastRow = Math.max(...rows.map(({ first, weights }) => first + weights.length - 1));

  const narrow = new Float32Array((lastRow - firstRow + 1) * size * 3);
  for (let y = firstRow; y <= lastRow; y++) {
    for (let x = 0; x < size; x++) {
      const { first, weights } = columns[x]!;
      const to = ((y - firstRow) * size + x) * 3;
      for (let i = 0; i < weights.length; i++) {
        const from = (y * image.width + first + i) * 4;
        for (let c = 0; c < 3; c++) narrow[to + c]! += weights[i]! * image.data[from + c]!;
      }
    }
  }
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y++) {
    const { first, weights } = rows[y]!;
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * narrow[((first - firstRow + i) * size + x) * 3 + c]!;
        data[(y * size + x) * 4 + c] = sum;
      }
    }
  }
  return { width: size, height: size, data };
}

interface Taps {
  /** First source pixel; the others follow it. */
  first: number;
  weights: Float64Array;
}

/** Along one axis: for each target pixel the mean of enough bilinear samples to cover its footprint. */
function taps(centre: number, length: number, count: number, available: number): Taps[] {
  const step = length / count;
  const samples = Math.max(1, Math.ceil(step - 1e-4));
  return Array.from({ length: count }, (_, target) => {
    const positions = Array.from({ length: samples }, (_, s) => {
      const at = centre - length / 2 + (target + (s + 0.5) / samples) * step - 0.5;
      return Math.min(available - 1, Math.max(0, at));
    });
    const first = Math.floor(positions[0]!);
    const last = Math.min(available - 1, Math.floor(positions.at(-1)!) + 1);
    const weights = new Float64Array(last - first + 1);
    for (const at of positions) {
      const low = Math.floor(at);
      const t = at - low;
      weights[low - first]! += (1 - t) / samples;
      if (t > 0) weights[low - first + 1]! += t / samples;
    }
    return { first, weights };
  });
}

export function checkLandmarks(landmarks: ArrayLike<number>): void {
  const { length } = landmarks;
  if (length !== NUM_FACE * 3 && length !== NUM_DETECTED * 3) {
    throw new InvalidLandmarksError(`There are ${length} numbers of landmarks; ${NUM_FACE * 3} (468 points x, y, z) or ${NUM_DETECTED * 3} (478, with irises) are needed.`, { length });
  }
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(landmarks[i])) throw new InvalidLandmarksError(`Landmark ${Math.floor(i / 3)} has the coordinate ${landmarks[i]}; all must be finite.`, { point: Math.floor(i / 3) });
  }
}
