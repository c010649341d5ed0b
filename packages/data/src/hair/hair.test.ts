import type { Gpu } from '@onegt/kernels';
import { describe, expect, it } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import { createHeadPoser, poseHead } from '../heads/pose.ts';
import { createRandom } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { sampleTraits } from '../scene/traits.ts';
import { buildHair, plan } from './build-hair.ts';
import { greyShare, pigmentColour } from './colour.ts';
import { growStrands, prepareGround } from './grow.ts';
import { familyWeights, HAIR_FAMILIES, type HairFamily, type HairLook, sampleHair, styleOf } from './hair-look.ts';
import { createHair } from './hair.ts';
import { HeadField } from './head-field.ts';
import { scalpDepth, scatter } from './scalp.ts';
import { skinDistance } from './testing/skin-distance.ts';

const model = await loadBuiltInHead();
const head = createHeadPoser(model, Array.from({ length: Math.min(8, model.numIdentityModes) }, (_, i) => 0.7 * Math.sin(2.1 * i + 1))).pose({});
const traits: Traits = { age: 30, masculine: 0.5, melanin: 0.4, haemoglobin: 0.5, hairMelanin: 0.6, hairRedness: 0.1 };
const MAX_TRIANGLES = 100_000;

function lookOf(family: HairFamily, seed = 1): HairLook {
  const random = createRandom(seed, family);
  return { ...sampleHair(random, traits), family, ...styleOf(random.stream('style'), family) };
}

describe('sampleHair', () => {
  it('is plain data that survives JSON, and the same for the same seed', () => {
    const look = sampleHair(createRandom(5, 'hair'), traits);
    expect(JSON.parse(JSON.stringify(look))).toEqual(look);
    expect(sampleHair(createRandom(5, 'hair'), traits)).toEqual(look);
    expect(sampleHair(createRandom(6, 'hair'), traits)).not.toEqual(look);
  });

  it('gives 300 people 300 different cuts, from nearly all families', () => {
    const looks = Array.from({ length: 300 }, (_, i) => { const random = createRandom(i, 'person'); return sampleHair(random.stream('hair'), sampleTraits(random.stream('traits'))); });
    expect(new Set(looks.map((look) => JSON.stringify([look.family, look.cut, look.comb, look.body, look.curl, look.colour]))).size).toBe(300);
    const families = new Set(looks.map(({ family }) => family));
    expect(families.size).toBeGreaterThan(HAIR_FAMILIES.length * 0.8);
    for (const family of families) expect(looks.filter((look) => look.family === family).length).toBeLessThan(45);
  });

  it('follows the traits: bald men are old, bobs are feminine, locks and afros are worn by dark and light', () => {
    const share = (family: HairFamily, changes: Partial<Traits>) => {
      const weights = familyWeights({ ...traits, ...changes });
      return weights[family] / Object.values(weights).reduce((sum, w) => sum + w, 0);
    };
    expect(share('horseshoe', { masculine: 1, age: 75 })).toBeGreaterThan(4 * share('horseshoe', { masculine: 1, age: 20 }));
    expect(share('horseshoe', { masculine: 0 })).toBe(0);
    expect(share('bob', { masculine: 0 })).toBeGreaterThan(8 * share('bob', { masculine: 1 }));
    expect(share('afro', { melanin: 0.9 })).toBeGreaterThan(4 * share('afro', { melanin: 0.1 }));
    for (const family of HAIR_FAMILIES) expect(share(family, { melanin: 0.1, masculine: 0.5 })).toBeGreaterThan(0);
  });

  it('greys with age and darkens with melanin', () => {
    expect(greyShare({ ...traits, age: 20 })).toBe(0);
    expect(greyShare({ ...traits, age: 85 })).toBeGreaterThan(0.6);
    const luminance = (m: number) => pigmentColour(m, 0.1).reduce((sum, x) => sum + x, 0);
    for (let m = 0; m < 1; m += 0.1) expect(luminance(m)).toBeGreaterThan(luminance(m + 0.1));
    const [red, green] = pigmentColour(0.35, 1);
    expect(red / green).toBeGreaterThan(2.2);
  });
});

describe('the head field', () => {
  it('is zero on the skull, positive outside, negative inside, with a unit gradient outwards', () => {
    const field = HeadField.of(head);
    const { neutralPositions: p, neutralNormals: n, model: { canonical } } = head;
    let checked = 0;
    for (let v = 0; v < p.length / 3; v += 3) {
      if (canonical[v * 3 + 1]! < 6) continue;
      const at = (d: number) => field.sample(p[v * 3]! + d * n[v * 3]!, p[v * 3 + 1]! + d * n[v * 3 + 1]!, p[v * 3 + 2]! + d * n[v * 3 + 2]!);
      expect(Math.abs(at(0))).toBeLessThan(0.3);
      expect(at(1)).toBeGreaterThan(0.6);
      expect(at(-1)).toBeLessThan(-0.6);
      at(1);
      expect(Math.hypot(...field.gradient)).toBeCloseTo(1, 6);
      expect(field.gradient[0]! * n[v * 3]! + field.gradient[1]! * n[v * 3 + 1]! + field.gradient[2]! * n[v * 3 + 2]!).toBeGreaterThan(0.7);
      checked++;
    }
    expect(checked).toBeGreaterThan(50);
    expect(field.sample(0, 2, 0)).toBeLessThan(-2);
  });
});

describe('the scalp', () => {
  const { hairline } = lookOf('sidePart');
  const line = { ...hairline, crown: 0, height: 0, temples: 0, peak: 0, sideburn: 0, nape: 0, roughness: 0 };

  it('covers crown, sides and nape, but no face, neck or ears', () => {
    for (const [x, y, z] of [[0, 13.5, 0], [7, 6, -2], [0, 0, -9.5], [0, -4, -8.5], [0, 10.5, 7]] as const) expect(scalpDepth(line, x, y, z)).toBeGreaterThan(0.3);
    for (const [x, y, z] of [[0, 6, 9], [5, 4, 6], [0, -12, -8], [8.6, 0.5, -1.4], [6, -4, 4], [0, -8, 9]] as const) expect(scalpDepth(line, x, y, z)).toBeLessThan(0);
  });

  it('recedes by its parameters', () => {
    expect(scalpDepth({ ...line, height: 3 }, 0, 10.5, 7)).toBeLessThan(0);
    expect(scalpDepth({ ...line, crown: 0.3 }, 0, 13, -4.5)).toBeLessThan(0);
    expect(scalpDepth({ ...line, crown: 1 }, 7, 3, -3)).toBeGreaterThan(0);
  });

  it('scatters roots on the surface, where they are wanted', () => {
    const roots = scatter(head, 400, 3, { at: (x, y, z) => (scalpDepth(line, x, y, z) > 0 ? 1 : 0) });
    expect(roots.count).toBeGreaterThan(250);
    for (let i = 0; i < roots.count; i += 7) {
      expect(skinDistance(head.neutralPositions, head, [roots.positions[i * 3]!, roots.positions[i * 3 + 1]!, roots.positions[i * 3 + 2]!])).toBeLessThan(0.05);
      expect(scalpDepth(line, roots.canonical[i * 3]!, roots.canonical[i * 3 + 1]!, roots.canonical[i * 3 + 2]!)).toBeGreaterThan(0);
      expect(Math.hypot(...roots.normals.subarray(i * 3, i * 3 + 3))).toBeCloseTo(1, 5);
    }
  });
});

describe('strands', () => {
  it('begin on the skin', () => {
    const look = lookOf('mediumWavy');
    const { count, segments, nodes } = growStrands(prepareGround(head, look), plan(look));
    expect(count).toBeGreaterThan(500);
    for (let i = 0; i < count; i += 61) {
      const k = i * (segments + 1) * 3;
      expect(skinDistance(head.neutralPositions, head, [nodes[k]!, nodes[k + 1]!, nodes[k + 2]!])).toBeLessThan(0.05);
    }
  });

  it.each(HAIR_FAMILIES)('%s: stay outside of the head, leave eyes, nose and mouth free, have unit tangents and a bounded number of triangles', (family) => {
    const look = lookOf(family, 4);
    const meshes = buildHair(look, head);
    if (family === 'bald') { expect(meshes).toEqual([]); return; }
    expect(meshes.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0)).toBeLessThan(MAX_TRIANGLES);
    const { mesh } = meshes.find(({ kind }) => kind === 'strands')!;
    const field = HeadField.of(head);
    const R = mesh.positions.length / 3;
    expect(mesh.normals.length).toBe(R * 3);
    expect(mesh.uv.length).toBe(R * 2);
    expect(mesh.extra.length).toBe(R * 4);
    let inside = 0, worst = 0, onFace = 0, badOpenness = 0, finite = true;
    for (let v = 0; v < R; v += 5) {
      const [x, y, z] = mesh.positions.subarray(v * 3, v * 3 + 3) as unknown as [number, number, number];
      finite &&= Number.isFinite(x + y + z);
      // At an ear the field does not tell its two sides apart: hair behind it counts as inside.
      const atEar = Math.abs(x) > 5.5 && Math.abs(y) < 5 && z > -5 && z < 1.5;
      if (!atEar && field.sample(x, y, z) < -0.3) inside++;
      worst = Math.max(worst, Math.abs(Math.hypot(...mesh.normals.subarray(v * 3, v * 3 + 3)) - 1));
      if (z > 8 && Math.abs(x) < 3 && y < 1 && y > -7) onFace++;
      const ao = mesh.extra[v * 4 + 3]!;
      if (ao < 0 || ao > 1) badOpenness++;
    }
    expect(finite).toBe(true);
    expect(inside / (R / 5)).toBeLessThan(0.0005);
    expect(worst).toBeLessThan(1e-4);
    expect(badOpenness).toBe(0);
    expect(onFace / R).toBeLessThan(0.002);
    expect(mesh.triangles.every((index) => index < R)).toBe(true);
  });

  it('keep the budget over 100 people', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = createRandom(seed, 'person');
      const look = sampleHair(random.stream('hair'), sampleTraits(random.stream('traits')));
      if (look.family === 'bald' || look.ropes !== null || look.ties.length > 0) continue;
      const { count, segments, under } = plan(look);
      expect(count * segments * 2 + under * 10).toBeLessThan(95_000);
    }
  });

  it('are the same arrays for the same look and head', () => {
    for (const family of ['sidePart', 'ringlets', 'boxBraids', 'bun'] as const) {
      const [a, b] = [buildHair(lookOf(family), head), buildHair(lookOf(family), { ...head })];
      expect(a.map(({ mesh }) => mesh)).toEqual(b.map(({ mesh }) => mesh));
    }
  });

  it('are cut or flat under a hat and free beside it', () => {
    const covered = (_x: number, y: number) => (y > 6 ? 1 : 0);
    for (const family of ['quiff', 'longStraight', 'afro', 'topKnot'] as const) {
      const look = lookOf(family), field = HeadField.of(head);
      const strands = buildHair(look, head, covered).find(({ kind }) => kind === 'strands')!.mesh;
      let above = 0;
      for (let v = 0; v < strands.positions.length / 3; v += 3) {
        const [x, y, z] = strands.positions.subarray(v * 3, v * 3 + 3) as unknown as [number, number, number];
        if (y > 7.5 && field.sample(x, y, z) > 0.6) above++;
      }
      expect(above).toBe(0);
      expect(strands.triangles.length / 3).toBeGreaterThan(1000);
    }
  });
});

/** A GPU of which nothing may be asked. */
const noGpu = new Proxy({}, { get: (_, name) => { throw new Error(`gpu.${String(name)} was asked for`); } }) as Gpu;

describe('createHair', () => {
  it('is a figure of strands over a scalp, and nothing for the bald; takes nothing from the GPU', () => {
    using hair = createHair(noGpu, lookOf('bob'), head, traits);
    expect(hair.drawables.map(({ label, region }) => `${label} ${String(region)}`)).toEqual(['hair/scalp hair', 'hair/strands hair']);
    using bald = createHair(noGpu, lookOf('bald'), head, traits);
    expect(bald.drawables).toEqual([]);
  });

  it('fits any head', () => {
    const other = poseHead(model, [], {});
    const [a, b] = [buildHair(lookOf('bob'), head), buildHair(lookOf('bob'), other)];
    expect(a[1]!.mesh.positions).not.toEqual(b[1]!.mesh.positions);
  });
});
