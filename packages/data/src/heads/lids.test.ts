import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { loadBuiltInHead } from './built-in/built-in-head.ts';
import type { HeadModel } from './head-model.ts';
import { PARTS } from './head-model.ts';
import { loadIctHead } from './ict.ts';
import { createHeadPoser, poseHead } from './pose.ts';
import type { PosedHead } from './posed-head.ts';
import { TriangleTree } from './triangle-tree.ts';

const pack = process.env.ONEGT_HEAD_PACK;
const blink = { eyeBlinkLeft: 1, eyeBlinkRight: 1 };

/** Heights between the lids' points at the middle of the right eye and the left one. */
const openings = ({ points }: PosedHead): [number, number] => [points[3 * 159 + 1]! - points[3 * 145 + 1]!, points[3 * 386 + 1]! - points[3 * 374 + 1]!];

/** Rays from the front, on a grid about each eye, that end on an eyeball. */
function visibleEyeball({ model, positions, neutralPoints }: PosedHead): number {
  const tree = new TriangleTree(positions, model.triangles);
  let hits = 0;
  for (const iris of [468, 473]) {
    for (let x = -1.6; x < 1.6; x += 0.1) {
      for (let y = -0.8; y < 0.8; y += 0.1) {
        const hit = tree.cast([neutralPoints[3 * iris]! + x, neutralPoints[3 * iris + 1]! + y, 30], [0, 0, -1]);
        if (hit !== null && PARTS[model.parts[hit.triangle]!] === 'eyeball') hits++;
      }
    }
  }
  return hits;
}

const person = (model: HeadModel, seed: number): number[] => {
  const random = createRandom(seed, 'lids');
  return Array.from({ length: model.numIdentityModes }, () => random.normal(0, 1, 2.5));
};

describe.each([['built-in', loadBuiltInHead], ...(pack === undefined ? [] : [['ICT-FaceKit', () => Promise.resolve(loadIctHead(readFileSync(pack)))] as const])] as const)('lids of the %s head', (_, load) => {
  it('shut with a blink of weight 1 on everybody, whatever else the face does, and half with 0.5', async () => {
    const model = await load();
    for (const seed of [1, 2, 3, 7]) {
      const poser = createHeadPoser(model, person(model, seed));
      const open = openings(poser.pose({}));
      const wide = openings(poser.pose({ eyeWideLeft: 1, eyeWideRight: 1 }));
      for (const [k, half] of openings(poser.pose({ eyeBlinkLeft: 0.5, eyeBlinkRight: 0.5 })).entries()) expect(half / open[k]!).toBeCloseTo(0.5, 1);
      for (const others of [{}, { eyeWideLeft: 1, eyeWideRight: 1 }, { eyeLookDownLeft: 1, eyeLookDownRight: 1 }, { eyeSquintLeft: 1, eyeSquintRight: 1 }]) {
        for (const opening of openings(poser.pose({ ...others, ...blink }))) expect(Math.abs(opening), `person ${seed} with ${Object.keys(others).join()}`).toBeLessThan(0.08);
      }
      expect(Math.min(...wide)).toBeGreaterThan(Math.min(...open));
    }
  });

  it('cover the eyeball when shut: nothing of it looks out below, or through the lid', async () => {
    const model = await load();
    for (const seed of [2, 7]) {
      const poser = createHeadPoser(model, person(model, seed));
      const open = visibleEyeball(poser.pose({}));
      expect(open).toBeGreaterThan(50);
      expect(visibleEyeball(poser.pose(blink)) / open).toBeLessThan(0.02);
      expect(visibleEyeball(poser.pose({ ...blink, eyeLookOutLeft: 1, eyeLookInRight: 1 })) / open).toBeLessThan(0.02);
    }
  });

  it('leave the mean head at rest as it is', async () => {
    const model = await load();
    const { positions } = poseHead(model, [], {});
    for (let r = 0; r < model.renderSource.length; r++) {
      for (let k = 0; k < 3; k++) if (Math.abs(positions[3 * r + k]! - model.neutral[3 * model.renderSource[r]! + k]!) > 1e-5) expect.fail(`render vertex ${r} has moved`);
    }
  });
});
