import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { sampleTraits } from '../scene/traits.ts';
import { sampleEyes } from './look.ts';

describe('sampleEyes', () => {
  const all = Array.from({ length: 2000 }, (_, seed) => {
    const random = createRandom(seed, 'eyes test');
    const traits = sampleTraits(random.stream('traits'));
    return { traits, look: sampleEyes(random.stream('eyes'), traits) };
  });
  const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;

  it('is the same JSON for the same seed, and another for another seed', () => {
    for (const { traits } of all.slice(0, 20)) {
      const [a, b] = [0, 1].map(() => JSON.stringify(sampleEyes(createRandom(9, 'again'), traits)));
      expect(a).toBe(b);
    }
    expect(new Set(all.map(({ look }) => JSON.stringify(look))).size).toBe(all.length);
  });

  it('gives dark skin brown eyes, and light skin every colour', () => {
    const dark = all.filter(({ traits }) => traits.melanin > 0.7);
    const light = all.filter(({ traits }) => traits.melanin < 0.15);
    const isBlue = ({ look }: (typeof all)[number]) => look.left.outer[2] > 1.1 * look.left.outer[0];
    const isBrown = ({ look }: (typeof all)[number]) => look.left.outer[0] > 1.5 * look.left.outer[2];
    expect(dark.filter(isBrown).length / dark.length).toBeGreaterThan(0.93);
    expect(light.filter(isBlue).length / light.length).toBeGreaterThan(0.2);
    expect(light.filter(isBrown).length / light.length).toBeGreaterThan(0.2);
  });

  it('keeps colours and radii in their ranges', () => {
    for (const { look } of all) {
      for (const value of [...look.left.outer, ...look.left.inner, ...look.right.outer, ...look.sclera]) {
        expect(value).toBeGreaterThan(0.001);
        expect(value).toBeLessThan(0.8);
      }
      expect(look.pupil).toBeGreaterThan(0.2);
      expect(look.pupil).toBeLessThan(0.55);
      expect(look.irisScale).toBeGreaterThan(0.95);
      expect(look.irisScale).toBeLessThan(1.2);
      expect(luminance(look.sclera)).toBeGreaterThan(0.3);
    }
  });

  it('has both eyes alike on most people, unlike on a few, and lenses on a few', () => {
    const odd = all.filter(({ look }) => JSON.stringify(look.left.outer) !== JSON.stringify(look.right.outer)).length / all.length;
    expect(odd).toBeGreaterThan(0.005);
    expect(odd).toBeLessThan(0.05);
    const lenses = all.filter(({ look }) => look.lens !== null).length / all.length;
    expect(lenses).toBeGreaterThan(0.003);
    expect(lenses).toBeLessThan(0.03);
  });
});
