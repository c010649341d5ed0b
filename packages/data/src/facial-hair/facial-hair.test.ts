import type { Gpu } from '@onegt/kernels';
import { describe, expect, it } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import { createHeadPoser } from '../heads/pose.ts';
import { skinDistance } from '../hair/testing/skin-distance.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { createRandom } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { growBeard } from './beard.ts';
import { BoundStrands, TriangleFrames } from './bound-strands.ts';
import { growBrows } from './brows.ts';
import { beardWeights, type FacialHairLook, sampleFacialHair } from './facial-hair-look.ts';
import { createFacialHair } from './facial-hair.ts';
import { growLashes } from './lashes.ts';

const model = await loadBuiltInHead();
const poser = createHeadPoser(model, Array.from({ length: Math.min(8, model.numIdentityModes) }, (_, i) => 0.6 * Math.sin(1.7 * i)));
const head = poser.pose({});
const bearded: Traits = { age: 40, masculine: 0.95, melanin: 0.3, haemoglobin: 0.5, hairMelanin: 0.6, hairRedness: 0.1 };

function lookWith(family: string, seed = 0): FacialHairLook {
  for (let i = seed; i < seed + 3000; i++) {
    const look = sampleFacialHair(createRandom(i, 'facial'), bearded);
    if (look.beard.family === family || look.brows.family === family) return look;
  }
  throw new Error(`no ${family}`);
}

describe('sampleFacialHair', () => {
  it('is plain data, the same for the same seed', () => {
    const look = sampleFacialHair(createRandom(3, 'x'), bearded);
    expect(JSON.parse(JSON.stringify(look))).toEqual(look);
    expect(sampleFacialHair(createRandom(3, 'x'), bearded)).toEqual(look);
  });

  it('gives beards to the masculine only, and makes 200 people 200 different faces', () => {
    const shaved = (traits: Traits) => { const w = beardWeights(traits); return w.none / Object.values(w).reduce((sum, x) => sum + x, 0); };
    expect(shaved({ ...bearded, masculine: 0.1 })).toBe(1);
    expect(shaved(bearded)).toBeLessThan(0.4);
    const looks = Array.from({ length: 200 }, (_, i) => sampleFacialHair(createRandom(i, 'x'), bearded));
    expect(new Set(looks.map((look) => JSON.stringify([look.brows, look.lashes, look.beard]))).size).toBe(200);
    expect(new Set(looks.map(({ beard }) => beard.family)).size).toBeGreaterThan(13);
  });
});

describe('bound strands', () => {
  it('move and turn with the triangle of their root, and keep their length', () => {
    const triangles = Uint32Array.of(0), weights = Float32Array.of(1, 0, 0);
    const flat = { model: { triangles: Uint32Array.of(0, 1, 2) }, positions: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0), normals: Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1) };
    const posed = (positions: Float32Array, normals: Float32Array) => ({ ...flat, positions, normals, neutralPositions: flat.positions, neutralNormals: flat.normals }) as unknown as PosedHead;
    const strands = new BoundStrands(posed(flat.positions, flat.normals), {
      triangles, weights, nodes: Float32Array.of(0, 0, 0, 0, 0, 2), segments: 1, widths: Float32Array.of(0.1), locks: Uint32Array.of(0), frames: new TriangleFrames(triangles, weights), seed: 0, openAtRoot: 1, tip: 1,
    });
    // Turned a quarter about the y axis and moved by (5, 0, 0): the normal (0, 0, 1) is now (1, 0, 0).
    strands.pose(posed(Float32Array.of(5, 0, 0, 5, 0, -1, 5, 1, 0), Float32Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0)));
    const { positions, normals, version } = strands.mesh;
    const tip = [0, 1, 2].map((axis) => 0.5 * (positions[6 + axis]! + positions[9 + axis]!));
    for (const [axis, value] of [7, 0, 0].entries()) expect(tip[axis]).toBeCloseTo(value, 5);
    expect([...normals.subarray(0, 3)].map((x) => Math.round(x * 1e5) / 1e5 + 0)).toEqual([1, 0, 0]);
    expect(version).toBe(1);
  });
});

describe('brows, lashes and beards', () => {
  const looks = { brows: lookWith('thick'), beard: lookWith('fullBeard') };

  it('grow where they belong, in the numbers of a person', () => {
    const brows = growBrows(looks.brows.brows, head, 1), lashes = growLashes(looks.brows.lashes, head, 1), beard = growBeard(looks.beard.beard, head, 1)!;
    expect(brows.count).toBeGreaterThan(400);
    expect(lashes.count).toBeGreaterThan(100);
    expect(beard.count).toBeGreaterThan(800);
    for (let i = 0; i < brows.count; i += 29) {
      const [x, y, z] = brows.root(head, i);
      expect(Math.abs(x)).toBeLessThan(7);
      expect(y).toBeGreaterThan(2.5);
      expect(z).toBeGreaterThan(3);
    }
    for (let i = 0; i < beard.count; i += 29) expect(beard.root(head, i)[1]).toBeLessThan(5);
  });

  it('have lashes on the rims of the lids: within 0.12 cm of the contour points or between them', () => {
    const lashes = growLashes(looks.brows.lashes, head, 1);
    const rim = [33, 246, 161, 160, 159, 158, 157, 173, 133, 7, 163, 144, 145, 153, 154, 155, 263, 466, 388, 387, 386, 385, 384, 398, 362, 249, 390, 373, 374, 380, 381, 382];
    for (let i = 0; i < lashes.count; i += 7) {
      const root = lashes.root(head, i);
      const near = Math.min(...rim.map((p) => Math.hypot(...[0, 1, 2].map((k) => head.neutralPoints[p * 3 + k]! - root[k]!))));
      expect(near).toBeLessThan(0.45);
    }
  });

  it('lie on the surface and follow it when the jaw opens and the brows rise', () => {
    const moved = poser.pose({ jawOpen: 1, browInnerUp: 1, browOuterUpLeft: 1, browOuterUpRight: 1 });
    const brows = growBrows(looks.brows.brows, head, 1), beard = growBeard(looks.beard.beard, head, 1)!;
    for (const [strands, label] of [[brows, 'brows'], [beard, 'beard']] as const) {
      let lift = 0, least = Infinity;
      for (let i = 0; i < strands.count; i += 37) {
        const rest = strands.root(head, i), now = strands.root(moved, i);
        expect(skinDistance(moved.positions, moved, now)).toBeLessThan(0.05);
        lift = Math.max(lift, now[1] - rest[1]);
        least = Math.min(least, now[1] - rest[1]);
      }
      if (label === 'brows') expect(lift).toBeGreaterThan(0.1); else expect(least).toBeLessThan(-1);
    }
  });

  it('close the lashes with the lids', () => {
    const lashes = growLashes(looks.brows.lashes, head, 1);
    const tips = () => { const { positions } = lashes.mesh; let sum = 0, n = 0; for (let i = 0; i < lashes.count; i++) { const k = (i * 8 + 7) * 3; sum += positions[k + 1]!; n++; } return sum / n; };
    const open = tips();
    lashes.pose(poser.pose({ eyeBlinkLeft: 1, eyeBlinkRight: 1 }));
    expect(open - tips()).toBeGreaterThan(0.15);
  });

  it('keep the rest pose exactly, unit tangents and the budget', () => {
    for (const family of ['none', 'fiveOClock', 'stubble', 'patchy', 'handlebar', 'goatee', 'circle', 'chinstrap', 'shortBeard', 'fullBeard', 'longBeard']) {
      const look = lookWith(family);
      using figure = createFacialHair(undefined as unknown as Parameters<typeof createFacialHair>[0], look, head, bearded);
      const before = figure.drawables.map(({ mesh }) => mesh.positions.slice());
      figure.pose!(head);
      figure.drawables.forEach(({ mesh, label }, i) => {
        expect(mesh.positions).toEqual(before[i]);
        expect(mesh.triangles.length / 3).toBeLessThan(label === 'facial-hair/beard' ? 40_000 : 9_000);
        let worst = 0;
        for (let v = 0; v < mesh.normals.length; v += 3 * 11) worst = Math.max(worst, Math.abs(Math.hypot(mesh.normals[v]!, mesh.normals[v + 1]!, mesh.normals[v + 2]!) - 1));
        expect(worst).toBeLessThan(1e-4);
      });
      expect(figure.drawables.map(({ region }) => region)).toEqual(family === 'none' ? ['brow', 'brow'] : ['brow', 'brow', 'beard']);
    }
  });

  it('give the same arrays for the same seed, and take nothing from the GPU', () => {
    const noGpu = new Proxy({}, { get: (_, name) => { throw new Error(`gpu.${String(name)} was asked for`); } }) as Gpu;
    using a = createFacialHair(noGpu, looks.beard, head, bearded);
    using b = createFacialHair(noGpu, looks.beard, head, bearded);
    expect(a.drawables.map(({ mesh }) => mesh.positions)).toEqual(b.drawables.map(({ mesh }) => mesh.positions));
  });
});
