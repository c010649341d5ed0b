/** Heads for the tests of what is worn: the one that ships, and ICT-FaceKit where `ONEGT_HEAD_PACK` names it. */
import { readFileSync } from 'node:fs';
import { loadBuiltInHead } from '../../heads/built-in/built-in-head.ts';
import type { HeadModel } from '../../heads/head-model.ts';
import { loadIctHead } from '../../heads/ict.ts';
import { poseHead } from '../../heads/pose.ts';
import type { PosedHead } from '../../heads/posed-head.ts';
import { createRandom } from '../../random/random.ts';
import { sampleIdentity } from '../../scene/identity.ts';
import type { Traits } from '../../scene/scene.ts';
import { sampleTraits } from '../../scene/traits.ts';

const pack = process.env['ONEGT_HEAD_PACK'];

export const HEADS: readonly { name: string; skip: boolean; load(): Promise<HeadModel> }[] = [
  { name: 'built-in head', skip: false, load: loadBuiltInHead },
  { name: 'ICT-FaceKit (ONEGT_HEAD_PACK)', skip: pack === undefined, load: () => Promise.resolve(loadIctHead(readFileSync(pack!))) },
];

/** Somebody at rest. */
export function personOf(model: HeadModel, seed: number): { head: PosedHead; traits: Traits } {
  const random = createRandom(seed, 'wear');
  return { head: poseHead(model, sampleIdentity(random.stream('identity'), model.numIdentityModes), {}), traits: sampleTraits(random.stream('traits')) };
}
