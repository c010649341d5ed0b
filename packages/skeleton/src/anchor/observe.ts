/** From detected points to everything that anchoring knows of a face. Twin of `observe` in training/onegt/skeleton_data.py. */
import { anglesOf, depthsOf, NOMINAL_FOV_Y, project, unproject, type View } from '../camera/camera.ts';
import { type Crop, InvalidLandmarksError, landmarksInCrop } from '../crop/crop.ts';
import type { HeadPrior } from '../prior/prior.ts';
import { NUM_DETECTED } from '../topology/topology.ts';
import type { ObservedSkeleton, ObserveOptions } from './anchor.ts';

/** Fewer points than this do not fix a head. */
const MIN_POINTS = 60;

/** @throws {@link InvalidLandmarksError} */
export function observe(prior: HeadPrior, landmarks: ArrayLike<number>, crop: Crop, options: ObserveOptions = {}): ObservedSkeleton {
  const weight = checkWeight(options.weight, landmarks.length / 3);
  const focal = 1 / Math.tan(NOMINAL_FOV_Y / 2);
  const seen = landmarksInCrop(landmarks, crop);
  return observeInCrop(prior, calibrated(prior, seen, prior.fit(seen, weight, focal).view), weight, focal);
}

/**
 * Detector and skeleton disagree systematically on where some points are (wide eyes, full cheeks). Take the known
 * difference out, as the pose of a first fit shows it. Trained networks never saw it: their noise has no bias.
 */
function calibrated(prior: HeadPrior, image: Float64Array, { rotation: r, translation, focal }: View): Float64Array {
  const scale = focal / -translation[2]!;
  const out = image.slice();
  for (let i = 0; i < out.length; i += 3) {
    const [x, y, z] = [prior.detectorBias[i]!, prior.detectorBias[i + 1]!, prior.detectorBias[i + 2]!];
    out[i]! -= scale * (r[0] * x + r[3] * y + r[6] * z);
    out[i + 1]! -= scale * (r[1] * x + r[4] * y + r[7] * z);
  }
  return out;
}

/**
 * @param image - `[478, 3]` crop units; the zero of z does not matter
 * @param weight - `[478]`
 */
export function observeInCrop(prior: HeadPrior, image: ArrayLike<number>, weight: Float32Array, focal: number): ObservedSkeleton {
  const { identity, expression, view } = prior.fit(image, weight, focal);
  const fitted = prior.shape(identity, expression);
  const start = fitted.slice();
  const visible = fitted.subarray(0, NUM_DETECTED * 3);

  // White noise of the detector and what the prior cannot express are about equally large: meet half way.
  const seen = unproject(new Float64Array(NUM_DETECTED * 3), image, depthsOf(new Float64Array(NUM_DETECTED), visible, view), view);
  for (let i = 0; i < seen.length; i++) start[i]! += 0.5 * weight[Math.floor(i / 3)]! * (seen[i]! - fitted[i]!);

  return { detected: alignDepth(image, weight, project(new Float32Array(visible.length), visible, view)), weight, identity, expression, view, angles: anglesOf(view.rotation), start };
}

/** A detector's z has no fixed zero: bring its mean to that of the fitted head. Zeros where nothing was seen. */
function alignDepth(image: ArrayLike<number>, weight: Float32Array, fitted: Float32Array): Float32Array {
  let [total, difference] = [0, 0];
  weight.forEach((w, p) => {
    total += w;
    difference += w * (fitted[3 * p + 2]! - image[3 * p + 2]!);
  });
  return Float32Array.from({ length: NUM_DETECTED * 3 }, (_, i) => weight[Math.floor(i / 3)]! && weight[Math.floor(i / 3)]! * (image[i]! + (i % 3 === 2 ? difference / total : 0)));
}

function checkWeight(given: ArrayLike<number> | undefined, numLandmarks: number): Float32Array {
  const weight = new Float32Array(NUM_DETECTED);
  if (given === undefined) return weight.fill(1, 0, numLandmarks);
  if (given.length > NUM_DETECTED || given.length < numLandmarks) throw new InvalidLandmarksError(`There are ${given.length} weights for ${numLandmarks} landmarks.`, { given: given.length, numLandmarks });
  let total = 0;
  for (let p = 0; p < numLandmarks; p++) {
    const w = given[p]!;
    if (!(w >= 0 && w <= 1)) throw new InvalidLandmarksError(`The weight of landmark ${p} is ${w}; weights are from 0 to 1.`, { point: p });
    weight[p] = w;
    total += w;
  }
  if (total < MIN_POINTS) throw new InvalidLandmarksError(`The weights of the landmarks sum to ${total.toFixed(1)}: at least ${MIN_POINTS} seen points are needed to fit a head.`, { total });
  return weight;
}
