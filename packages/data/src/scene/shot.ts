/** One photograph of somebody: where the camera is and what the face does. */
import type { Camera } from '@onegt/skeleton';
import { GAZE_PITCH_RADIANS, GAZE_YAW_RADIANS } from '../heads/pose.ts';
import type { Random } from '../random/random.ts';
import { sampleCamera } from './camera.ts';
import { lookingAt, sampleExpression } from './expression.ts';
import type { Shot } from './scene.ts';

/** How often people look at the camera on purpose; as far as the eyes turn. */
const EYE_CONTACT = 0.4;

export function sampleShot(random: Random): Shot {
  const camera = sampleCamera(random.stream('camera'));
  const expression = sampleExpression(random.stream('expression'));
  return { camera, expression: random.stream('contact').chance(EYE_CONTACT) ? lookingAt(expression, ...gazeToCamera(camera)) : expression };
}

/** Where the camera is for the eyes, in the unit of `eyeLook` coefficients: to the subject's left, and up. */
export const gazeToCamera = ({ yaw, pitch }: Camera): [number, number] => [-yaw / GAZE_YAW_RADIANS, pitch / GAZE_PITCH_RADIANS];
