import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { creasesOf, MAX_CREASE_POINTS, sampleWrinkles, WRINKLE_GROUPS, wrinkleWeights, type WrinkleGroup } from './wrinkles.ts';

const wrinkles = sampleWrinkles(createRandom(3, 'wrinkles'), 40);
const weight = (weights: Float32Array, group: WrinkleGroup) => {
  const g = WRINKLE_GROUPS.indexOf(group);
  return { left: weights[2 * g]!, right: weights[2 * g + 1]! };
};
const rest = wrinkleWeights(wrinkles, {});

describe('wrinkleWeights', () => {
  it('are the depths of age at rest, the same on both sides', () => {
    for (const group of WRINKLE_GROUPS) {
      expect(weight(rest, group).left).toBeCloseTo(wrinkles.depth[group], 6);
      expect(weight(rest, group).right).toBeCloseTo(wrinkles.depth[group], 6);
    }
  });

  it.each([
    ['forehead', { browInnerUp: 1 }], ['glabella', { browDownLeft: 1, browDownRight: 1 }], ['crowsFeet', { eyeSquintLeft: 1, eyeSquintRight: 1 }],
    ['nasolabial', { mouthSmileLeft: 1, mouthSmileRight: 1 }], ['nose', { noseSneerLeft: 1, noseSneerRight: 1 }], ['mouthCorner', { mouthFrownLeft: 1, mouthFrownRight: 1 }], ['chin', { mouthShrugLower: 1 }], ['lips', { mouthPucker: 1 }],
  ] as const)('%s deepens with its muscles, equally on both sides', (group, expression) => {
    const { left, right } = weight(wrinkleWeights(wrinkles, expression), group);
    expect(left).toBeGreaterThan(weight(rest, group).left + 0.2);
    expect(right).toBeCloseTo(left, 6);
  });

  it('deepen on the side that moves only', () => {
    const winked = wrinkleWeights(wrinkles, { eyeSquintLeft: 1, cheekSquintLeft: 1 });
    expect(weight(winked, 'crowsFeet').left).toBeGreaterThan(weight(rest, 'crowsFeet').left + 0.3);
    expect(weight(winked, 'crowsFeet').right).toBe(weight(rest, 'crowsFeet').right);
  });
});

it('creasesOf: between 15 and 32 lines of at most 6 points, all on the face or neck of the standard head', () => {
  for (let seed = 0; seed < 50; seed++) {
    const creases = creasesOf(sampleWrinkles(createRandom(seed, 'creases'), 20 + seed));
    expect(creases.length).toBeGreaterThan(15);
    expect(creases.length).toBeLessThanOrEqual(32);
    expect(new Set(creases.map((crease) => crease.group)).size).toBe(WRINKLE_GROUPS.length);
    for (const { points, width } of creases) {
      expect(points.length).toBeGreaterThan(1);
      expect(points.length).toBeLessThanOrEqual(MAX_CREASE_POINTS);
      expect(width).toBeGreaterThan(0.05);
      for (const [x, y] of points) {
        expect(Math.abs(x)).toBeLessThan(7.5);
        expect(y).toBeGreaterThan(-15);
        expect(y).toBeLessThan(9.5);
      }
    }
  }
});
