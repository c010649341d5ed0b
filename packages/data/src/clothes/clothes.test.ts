import { createCamera, project, viewOf } from '@onegt/skeleton';
import { beforeAll, describe, expect, it } from 'vitest';
import { headFit } from '../accessories/fit/head-fit.ts';
import { azimuthal, directionFrame, ProjectedMap } from '../accessories/fit/projected-map.ts';
import type { Vec3 } from '../accessories/geometry/vector.ts';
import { HEADS, personOf } from '../accessories/testing/heads.ts';
import { expectSound, pointsOf, trianglesOf, untouchedGpu } from '../accessories/testing/meshes.ts';
import type { HeadModel } from '../heads/head-model.ts';
import { PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { createRandom } from '../random/random.ts';
import type { Figure } from '../render/drawable.ts';
import { sampleTraits } from '../scene/traits.ts';
import { Body, bodyShape } from './body.ts';
import { createClothes, sampleClothes } from './clothes.ts';
import { outfit, OUTFIT_NAMES } from './sample.ts';

describe('sampleClothes', () => {
  it('gives the same look for the same seed, as plain JSON', () => {
    const traits = sampleTraits(createRandom(1));
    const look = sampleClothes(createRandom(1), traits);
    expect(sampleClothes(createRandom(1), traits)).toEqual(look);
    expect(JSON.parse(JSON.stringify(look))).toEqual(look);
  });

  it('uses every outfit, none for more than a tenth of the people', () => {
    const counts = new Map<string, number>();
    const total = 6000;
    for (let seed = 0; seed < total; seed++) {
      const random = createRandom(seed, 'clothes'), look = sampleClothes(random, sampleTraits(random.stream('traits')));
      counts.set(look.outfit, (counts.get(look.outfit) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...OUTFIT_NAMES].sort());
    expect(Math.max(...counts.values()) / total).toBeLessThan(0.1);
  });
});

/** No allowed camera sees what lies lower, cm (tested below for the hem). */
const LOWEST_SEEN = -28;

/** Vertices of the head mesh's lower border: edges of one triangle only, below the chin. */
function borderOf({ model, neutralPositions, neutralPoints }: PosedHead): Vec3[] {
  const edges = new Map<string, number>();
  for (let t = 0; t < model.parts.length; t++) {
    if (model.parts[t] !== PARTS.indexOf('skin')) continue;
    const corners = [0, 1, 2].map((k) => model.triangles[t * 3 + k]!);
    for (let k = 0; k < 3; k++) {
      const key = [model.renderSource[corners[k]!]!, model.renderSource[corners[(k + 1) % 3]!]!].sort((a, b) => a - b).join();
      edges.set(key, edges.has(key) ? -1 : corners[k]!);
    }
  }
  return [...edges.values()].filter((vertex) => vertex >= 0).map((v): Vec3 => [neutralPositions[v * 3]!, neutralPositions[v * 3 + 1]!, neutralPositions[v * 3 + 2]!]).filter((p) => p[1] < neutralPoints[152 * 3 + 1]! - 2);
}

/** How far out the figure lies over directions from inside of the chest. */
function outside(figure: Figure, body: Body): ProjectedMap {
  const map = new ProjectedMap(directionFrame(2.9, 0.04));
  for (const { mesh } of figure.drawables) map.rasterize(mesh.positions, mesh.triangles, azimuthal(body.inner), 'farthest', 1);
  return map;
}

for (const { name, skip, load } of HEADS) {
  describe.skipIf(skip)(`createClothes on the ${name}`, () => {
    let model: HeadModel;
    beforeAll(async () => { model = await load(); });

    it('makes the same meshes for the same look, without the GPU', () => {
      const { head, traits } = personOf(model, 2), look = sampleClothes(createRandom(2), traits);
      expect(createClothes(untouchedGpu, look, head, traits).drawables.map(({ mesh }) => mesh)).toEqual(createClothes(untouchedGpu, look, head, traits).drawables.map(({ mesh }) => mesh));
    });

    it.each(OUTFIT_NAMES)('%s: sound, at most 20,000 triangles, hides the end of the head mesh all around', (outfitName) => {
      for (const seed of [OUTFIT_NAMES.indexOf(outfitName)]) {
        const { head, traits } = personOf(model, seed), look = outfit(createRandom(seed, outfitName), traits, outfitName);
        const figure = createClothes(untouchedGpu, look, head, traits);
        expectSound(figure);
        expect(trianglesOf(figure)).toBeLessThanOrEqual(20_000);
        const body = new Body(headFit(head), bodyShape(traits, look.build)), map = outside(figure, body), border = borderOf(head).filter((point) => point[1] > LOWEST_SEEN);
        for (const point of border) {
          const { azimuth, polar, radius } = body.anglesOf(point);
          // The mesh may end on top of bare skin by a few millimetres; it must never end in the air.
          expect(map.sample(polar * Math.sin(azimuth), polar * Math.cos(azimuth)), `seed ${seed} at ${point.map((x) => x.toFixed(1)).join()}`).toBeGreaterThan(radius - 0.45);
        }
      }
    });

    it('the cloth ends below every picture', () => {
      for (let seed = 0; seed < 4; seed++) {
        const { head, traits } = personOf(model, seed);
        const figure = createClothes(untouchedGpu, outfit(createRandom(seed), traits, 'crew-tee'), head, traits);
        const points = figure.drawables.flatMap(({ mesh }) => [...pointsOf(mesh)]), low = Math.min(...points.map((p) => p[1]));
        const hem = Float32Array.from(points.filter((p) => p[1] < low + 8).flat());
        for (const yaw of [-0.785, 0, 0.785])
          for (const pitch of [-0.35, 0, 0.35]) {
            const seen = project(new Float32Array(hem.length), hem, viewOf(createCamera({ yaw, pitch, zoom: 0.88, shiftY: 0.05 })));
            for (let i = 1; i < seen.length; i += 3) expect(seen[i]).toBeLessThan(-1);
          }
      }
    });

    it('garments stay out of the neck', () => {
      for (let seed = 0; seed < 6; seed++) {
        const { head, traits } = personOf(model, seed), fit = headFit(head), look = outfit(createRandom(seed), traits, seed % 2 ? 'shirt' : 'crew-tee');
        const figure = createClothes(untouchedGpu, look, head, traits), body = new Body(fit, bodyShape(traits, look.build));
        let deepest = 0, sampled = 0;
        for (const { mesh, region } of figure.drawables)
          for (const p of region === 'body' ? [] : pointsOf(mesh, 2)) {  // bare skin is tucked below the mesh
            const { polar } = body.anglesOf(p);
            if (polar > Math.min(...body.border) - 0.1) continue;  // beside and below the border there is no inside
            sampled++;
            deepest = Math.max(deepest, -(fit.surface.nearest(p, 0.8)?.distance ?? 0));
          }
        expect(sampled).toBeGreaterThan(100);
        expect(deepest, `seed ${seed}`).toBeLessThan(0.1);
      }
    });

    it('bare shoulders have skin where the head mesh has ended, covered ones have none', () => {
      const { head, traits } = personOf(model, 1);
      const endsAtShoulders = borderOf(head).some((point) => point[1] > LOWEST_SEEN);
      const regions = (name: 'off-shoulder' | 'turtleneck') => createClothes(untouchedGpu, outfit(createRandom(1), traits, name), head, traits).drawables.map(({ region }) => region);
      expect(regions('off-shoulder').includes('body')).toBe(endsAtShoulders);
      expect(regions('turtleneck')).not.toContain('body');
    });
  });
}
