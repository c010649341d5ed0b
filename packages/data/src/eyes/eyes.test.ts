/** Eyes on the built-in head, and on ICT-FaceKit where its pack is at hand: the painted iris is where the skeleton says. */
import { readFileSync } from 'node:fs';
import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { createCamera, type ExpressionWeights, project, viewOf } from '@onegt/skeleton';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import type { HeadModel } from '../heads/head-model.ts';
import { loadIctHead } from '../heads/ict.ts';
import { createHeadPoser } from '../heads/pose.ts';
import { createRandom } from '../random/random.ts';
import { sampleIdentity } from '../scene/identity.ts';
import { REGIONS } from '../render/drawable.ts';
import { SceneRenderer } from '../render/scene-renderer.ts';
import type { Traits } from '../scene/scene.ts';
import { createEyes } from './eyes.ts';
import { type EyesLook, sampleEyes } from './look.ts';

const SIZE = 256;
const pack = process.env.ONEGT_HEAD_PACK;
const traits: Traits = { age: 35, masculine: 0.5, melanin: 0.4, haemoglobin: 0.5, hairMelanin: 0.7, hairRedness: 0 };

let gpu: Gpu;
let renderer: SceneRenderer;
beforeAll(async () => {
  gpu = await requestGpu();
  renderer = await SceneRenderer.create(gpu, { size: SIZE, samples: 5 });
});
afterAll(() => {
  renderer.dispose();
  gpu.dispose();
});

/** Irises of pure green on a grey white, no pupil: easy to find. */
function greenEyes(): EyesLook {
  const look = sampleEyes(createRandom(1, 'eyes'), traits);
  const iris = { ...look.left, outer: [0.02, 0.5, 0.02] as [number, number, number], inner: [0.02, 0.5, 0.02] as [number, number, number], fibres: 0, crypts: 0, flecks: 0, limbus: 0, sector: { angleRadians: 0, width: 1, strength: 0 } };
  return { ...look, left: iris, right: iris, pupil: 0.01, irisScale: 1, arcus: 0, veins: 0, redness: 0, lens: null };
}

/** Pixel centroid of what is clearly green in one half of the eyes' pixels. */
function greenCentroid(picture: Uint8Array, near: readonly [number, number]): { x: number; y: number; count: number } {
  let [sx, sy, count] = [0, 0, 0];
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const i = 3 * (y * SIZE + x);
      if (Math.hypot(x + 0.5 - near[0], y + 0.5 - near[1]) > 14) continue;
      if (picture[i + 1]! < 1.5 * picture[i]! || picture[i + 1]! < 1.5 * picture[i + 2]!) continue;
      sx += x + 0.5;
      sy += y + 0.5;
      count++;
    }
  }
  return { x: sx / count, y: sy / count, count };
}

const heads: { name: string; load: () => HeadModel | Promise<HeadModel>; isThere: boolean }[] = [
  { name: 'built-in', load: loadBuiltInHead, isThere: true },
  { name: 'ICT-FaceKit', load: () => loadIctHead(readFileSync(pack!)), isThere: pack !== undefined },
];

describe.each(heads)('eyes of the $name head', ({ load, isThere }) => {
  describe.skipIf(!isThere)('with the head at hand', () => {
    let model: HeadModel;
    beforeAll(async () => {
      model = await load();
    });

    it.each<{ name: string; expression: ExpressionWeights; yaw: number; pitch: number }>([
      { name: 'from the front', expression: {}, yaw: 0, pitch: 0 },
      { name: 'looking to the side', expression: { eyeLookOutLeft: 0.7, eyeLookInRight: 0.7 }, yaw: 0, pitch: 0 },
      { name: 'looking up', expression: { eyeLookUpLeft: 0.6, eyeLookUpRight: 0.6 }, yaw: 0, pitch: 0 },
      { name: 'from the side', expression: {}, yaw: 0.4, pitch: 0.1 },
    ])('$name: the iris is centred within a pixel of its skeleton point', async ({ expression, yaw, pitch }) => {
      const poser = createHeadPoser(model, sampleIdentity(createRandom(4, 'identity'), model.numIdentityModes));
      using eyes = createEyes(gpu, greenEyes(), poser.pose({}), traits);
      const head = poser.pose(expression);
      eyes.pose!(head);
      const view = viewOf(createCamera({ yaw, pitch, zoom: 1.6 }));
      // The ball alone: no lid hides a part of the iris.
      const { picture } = await renderer.render({ view, drawables: eyes.drawables });
      const points = project(new Float32Array(1800), head.points, view);
      for (const point of [468, 473]) {
        const expected: [number, number] = [((points[3 * point]! + 1) / 2) * SIZE, ((1 - points[3 * point + 1]!) / 2) * SIZE];
        const found = greenCentroid(picture, expected);
        expect(found.count).toBeGreaterThan(40);
        expect(Math.hypot(found.x - expected[0], found.y - expected[1])).toBeLessThan(1);
      }
    });

    it('is region eye, has finite vertices, and turns with the gaze', () => {
      const poser = createHeadPoser(model, []);
      using eyes = createEyes(gpu, sampleEyes(createRandom(2, 'eyes'), traits), poser.pose({}), traits);
      const [{ mesh, material, region }] = eyes.drawables as [(typeof eyes.drawables)[number]];
      expect(REGIONS).toContain(region);
      expect(region).toBe('eye');
      expect(mesh.positions.every(Number.isFinite)).toBe(true);
      expect(material.parameters.every(Number.isFinite)).toBe(true);
      const [positions, parameters, version] = [mesh.positions.slice(), material.parameters.slice(), mesh.version];
      eyes.pose!(poser.pose({ eyeLookOutLeft: 1, eyeLookInRight: 1, eyeBlinkLeft: 0.8 }));
      expect(mesh.version).toBeGreaterThan(version);
      expect(mesh.positions).not.toEqual(positions);
      const upperLid = (from: Float32Array, eye: number) => from[4 * (24 * eye + 15) + 8]!;
      expect(upperLid(material.parameters, 1)).toBeLessThan(upperLid(parameters, 1) - 0.3);
      expect(Math.abs(upperLid(material.parameters, 0) - upperLid(parameters, 0))).toBeLessThan(0.15);
    });
  });
});

it('createEyes: a head without eyeballs has none', async () => {
  const model = await loadBuiltInHead();
  const head = createHeadPoser({ ...model, parts: model.parts.map(() => 0) }, []).pose({});
  using eyes = createEyes(gpu, sampleEyes(createRandom(3, 'eyes'), traits), head, traits);
  expect(eyes.drawables).toEqual([]);
});

it('createEyes: holds no GPU memory', async () => {
  const head = createHeadPoser(await loadBuiltInHead(), []).pose({});
  await expectNoLeak(gpu, () => {
    using eyes = createEyes(gpu, sampleEyes(createRandom(3, 'eyes'), traits), head, traits);
    expect(eyes.drawables.length).toBe(1);
  });
});
