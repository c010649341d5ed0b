/** Where a picture is taken from. Ranges are those the skeleton's Transformers are made for: 45, 20 and 10 degrees. */
import { type Camera, createCamera } from '@onegt/skeleton';
import type { Random } from '../random/random.ts';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

export const MAX_YAW = radians(45);
export const MAX_PITCH = radians(20);
export const MAX_ROLL = radians(10);
export const MIN_FOV_Y = radians(12);
export const MAX_FOV_Y = radians(45);

/** Views in a group: the paper's number. */
export const VIEWS_PER_GROUP = 20;

/** One photograph: mostly frontal, any lens from a phone's to a long one. */
export function sampleCamera(random: Random): Camera {
  return createCamera({
    yaw: random.normal(0, radians(22), 45 / 22),
    pitch: random.normal(0, radians(9), 20 / 9),
    roll: random.normal(0, radians(5), 2),
    ...sampleFraming(random),
    fovY: sampleFov(random),
  });
}

/**
 * Cameras around one head with one lens: they cover yaw and pitch evenly whatever their number. Yaw goes through strata of
 * equal width, pitch by steps of the golden ratio (a Fibonacci lattice with a random start and some jitter).
 */
export function sampleGroupCameras(random: Random, count = VIEWS_PER_GROUP): Camera[] {
  const fovY = sampleFov(random);
  const [startYaw, startPitch] = [random.next(), random.next()];
  return Array.from({ length: count }, (_, i) => {
    const yaw = (((i + 0.5) / count + startYaw + random.uniform(-0.4, 0.4) / count) % 1) * 2 - 1;
    const pitch = ((startPitch + (i + 1) * 0.6180339887498949) % 1) * 2 - 1;
    return createCamera({
      yaw: yaw * MAX_YAW,
      pitch: pitch * MAX_PITCH,
      roll: random.normal(0, radians(5), 2),
      ...sampleFraming(random),
      fovY,
    });
  });
}

/** Tangent of the angle is uniform in its logarithm: as many portraits at 85 mm as selfies. */
function sampleFov(random: Random): number {
  const low = Math.log(Math.tan(MIN_FOV_Y / 2));
  const high = Math.log(Math.tan(MAX_FOV_Y / 2));
  return 2 * Math.atan(Math.exp(random.uniform(low, high)));
}

/** Crops follow the face points; this is how far they miss. */
function sampleFraming(random: Random) {
  return { zoom: random.uniform(0.88, 1.12), shiftX: random.normal(0, 0.025, 2), shiftY: random.normal(0, 0.025, 2) };
}
