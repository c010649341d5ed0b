/** The shape of a head, as coefficients of a head model's identity modes. */
import type { Random } from '../random/random.ts';

/**
 * Normal coefficients times one strength per person, 0.65..1: at full strength all modes together make more unusual heads
 * than a street shows, and a network should see ordinary ones often.
 *
 * @returns `[numModes]`; a head with fewer modes gets the same first ones
 */
export function sampleIdentity(random: Random, numModes: number): Float32Array {
  const strength = random.uniform(0.65, 1);
  return Float32Array.from({ length: numModes }, () => strength * random.normal(0, 1, 3));
}
