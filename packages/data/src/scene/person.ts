/** Somebody from a seed. Every look has a stream of its own and follows the traits; see `traits.ts` for who there is. */
import { type HairLook, sampleHair } from '../hair/hair-look.ts';
import { createRandom } from '../random/random.ts';
import { sampleSkin, type SkinLook } from '../skin/look.ts';
import { sampleIdentity } from './identity.ts';
import type { Person } from './scene.ts';
import { splitOf } from './split.ts';
import { sampleTraits } from './traits.ts';

/** What everything that a person has looks like. */
export interface Looks {
  skin: SkinLook;
  hair: HairLook;
}

/** As many as the largest head model has; a head with fewer modes takes the first. */
export const MAX_IDENTITY_MODES = 100;

/**
 * The person of a seed: the same in every kind of sample, and of one split only.
 *
 * @throws {@link InvalidSeedError}
 */
export function samplePerson(seed: number): Person {
  splitOf(seed);
  const random = createRandom(seed, 'person');
  const traits = sampleTraits(random.stream('traits'));
  return {
    seed,
    traits,
    identity: Array.from(sampleIdentity(random.stream('identity'), MAX_IDENTITY_MODES), (weight) => Math.round(weight * 1e4) / 1e4),
    skin: sampleSkin(random.stream('skin'), traits),
    hair: sampleHair(random.stream('hair'), traits),
  };
}
