/** Skin on the built-in head: the atlas, what is painted into it, and what follows the face. */
import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import { createHeadPoser, type HeadPoser } from '../heads/pose.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { createRandom } from '../random/random.ts';
import { REGIONS } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { type Atlas, atlasOf } from './atlas.ts';
import { ATLAS_LEVELS, levelsOf, SkinCanvas, SkinCanvases } from './canvas.ts';
import { sampleSkin, type SkinLook } from './look.ts';
import { NO_MAKEUP } from './makeup.ts';
import { skinColour } from './pigment.ts';
import { createSkin } from './skin.ts';
import { WRINKLE_GROUPS } from './wrinkles.ts';

const TEXELS = 128 * 128;
const traits: Traits = { age: 35, masculine: 0.2, melanin: 0.3, haemoglobin: 0.5, hairMelanin: 0.7, hairRedness: 0.1 };

let gpu: Gpu;
let poser: HeadPoser;
let head: PosedHead;
let atlas: Atlas;

beforeAll(async () => {
  gpu = await requestGpu();
  poser = createHeadPoser(await loadBuiltInHead(), []);
  head = poser.pose({});
  atlas = atlasOf(head.model, TEXELS);
});
afterAll(() => gpu.dispose());

const lookOf = (changes: Partial<Traits> = {}, seed = 1) => sampleSkin(createRandom(seed, 'skin'), { ...traits, ...changes });

/** Without anything random in it: noise off, no marks. */
const plain = (): SkinLook => {
  const look = lookOf();
  const { texture, wrinkles } = look;
  return {
    ...look, mottling: { melanin: 0, haemoglobin: 0, frequency: 0.4 }, veins: { blue: 0, red: 0 }, freckles: null, ageSpots: null, vitiligo: null, melasma: 0, birthmark: null, sunburn: null, tanLine: null,
    marks: [], pits: 0, shadow: null, makeup: NO_MAKEUP, decals: [], lips: { ...look.lips, dryness: 0 }, texture: { ...texture, pores: 0, grain: 0, sweat: 0 }, wrinkles: { ...wrinkles, crepe: 0 },
  };
};

/** `[height, width, 4]` bytes of the word that tells paint (0), relief (1) or creases (2). */
async function read({ texels, atlas }: SkinCanvas, word: number, level = 0): Promise<Uint8Array> {
  const { first, end } = levelsOf(atlas)[level]!;
  const words = new Uint32Array(await gpu.readBuffer(texels, texels.size)).subarray(first, end);
  return new Uint8Array(words.filter((_, i) => i % 3 === word).buffer);
}

async function baked(look: SkinLook): Promise<{ albedo: Uint8Array; relief: Uint8Array; creases: Uint8Array }> {
  using canvas = new SkinCanvas(gpu, atlas, look);
  return { albedo: await read(canvas, 0), relief: await read(canvas, 1), creases: await read(canvas, 2) };
}

/** Linear colour of the painted texel nearest to a place on the standard head. */
function colourAt(albedo: Uint8Array, place: readonly [number, number, number]): [number, number, number] {
  const bits = new Uint32Array(atlas.places.buffer);
  let [best, nearest] = [0, Infinity];
  for (let k = 0; k < atlas.places.length; k += 4) {
    const d = Math.hypot(atlas.places[k]! - place[0], atlas.places[k + 1]! - place[1], atlas.places[k + 2]! - place[2]);
    if (d < nearest) [best, nearest] = [bits[k + 3]!, d];
  }
  return [0, 1, 2].map((k) => (albedo[4 * best + k]! / 255) ** 2) as [number, number, number];
}
const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;

describe('atlas', () => {
  it('has about the texels asked for, sides that halve, and covers every corner of the skin', () => {
    expect(atlas.width * atlas.height).toBeGreaterThan(0.8 * TEXELS);
    expect(atlas.width * atlas.height).toBeLessThan(1.25 * TEXELS);
    expect([atlas.width % 2 ** (ATLAS_LEVELS - 1), atlas.height % 2 ** (ATLAS_LEVELS - 1)]).toEqual([0, 0]);
    const covered = new Set<number>();
    const bits = new Uint32Array(atlas.places.buffer);
    for (let k = 3; k < bits.length; k += 4) covered.add(bits[k]!);
    const { model } = head;
    for (let t = 0; t < model.parts.length; t++) {
      if (model.parts[t] !== 0) continue;
      const [u, v] = [0, 1].map((axis) => [0, 1, 2].reduce((sum, k) => sum + model.uv[2 * model.triangles[3 * t + k]! + axis]! / 3, 0));
      expect(covered.has(Math.min(atlas.height - 1, Math.floor(v! * atlas.height)) * atlas.width + Math.min(atlas.width - 1, Math.floor(u! * atlas.width)))).toBe(true);
    }
  });

  it('knows where its texels are: interpolated canonical positions, within the head', () => {
    const { canonical } = head.model;
    for (let axis = 0; axis < 3; axis++) {
      const along = canonical.filter((_, i) => i % 3 === axis);
      const places = atlas.places.filter((_, i) => i % 4 === axis);
      expect(Math.max(...places)).toBeLessThan(along.reduce((most, value) => Math.max(most, value)) + 3);
      expect(Math.min(...places)).toBeGreaterThan(along.reduce((least, value) => Math.min(least, value)) - 3);
    }
  });

  it('is made once per model and size', () => {
    expect(atlasOf(head.model, TEXELS)).toBe(atlas);
  });

  it('says which sizes it takes', () => {
    expect(() => atlasOf(head.model, 100)).toThrowErrorMatchingInlineSnapshot(`
      [OneGTError: Skin atlas of 100 texels.
        It must have from 4096 (64²) to 4194304 (2048²); 512² suits pictures of 256², and twice the side pictures of twice the side.]
    `);
    expect(() => atlasOf(head.model, NaN)).toThrow('from 4096');
  });
});

describe('SkinCanvas', () => {
  it('paints the same bytes from the same look, and others from another seed', async () => {
    const [a, b, other] = [await baked(lookOf()), await baked(lookOf()), await baked(lookOf({}, 2))];
    expect(a).toEqual(b);
    expect(Buffer.compare(a.albedo, other.albedo)).not.toBe(0);
  });

  it('paints every texel of the atlas, near the colour of its pigments', async () => {
    const look = plain();
    const { albedo } = await baked(look);
    const expected = skinColour(look.pigments);
    const bits = new Uint32Array(atlas.places.buffer);
    const sum = [0, 0, 0];
    for (let k = 3; k < bits.length; k += 4) {
      expect(albedo[4 * bits[k]! + 3]).toBeGreaterThan(0);
      for (let c = 0; c < 3; c++) sum[c]! += (albedo[4 * bits[k]! + c]! / 255) ** 2 / (bits.length / 4);
    }
    for (let c = 0; c < 3; c++) expect(Math.abs(sum[c]! / expected[c]! - 1)).toBeLessThan(0.15);
  });

  it('is the same left and right where nothing is random', async () => {
    const { albedo } = await baked(plain());
    for (const place of [[4, -0.5, 8.4], [1.9, -0.9, 9.6], [3.3, 2, 8.5], [7.5, 1, 0], [3, -6, 8.7]] as const) {
      const [left, right] = [colourAt(albedo, place), colourAt(albedo, [-place[0], place[1], place[2]])];
      for (let c = 0; c < 3; c++) expect(Math.abs(left[c]! / right[c]! - 1)).toBeLessThan(0.06);
    }
  });

  it('has redder lips, cheeks and nose than forehead, and a darker face with more melanin', async () => {
    const { albedo } = await baked(plain());
    const redness = (place: readonly [number, number, number]) => {
      const [r, g] = colourAt(albedo, place);
      return r / g;
    };
    const forehead = redness([1.5, 7, 9]);
    for (const place of [[0.8, -4.4, 10.2], [4, -0.6, 8.5], [0, -0.6, 12]] as const) expect(redness(place)).toBeGreaterThan(forehead * 1.03);
    const { albedo: darker } = await baked({ ...plain(), pigments: { ...plain().pigments, melanin: 0.8 } });
    for (const place of [[4, -0.6, 8.5], [1.5, 7, 9]] as const) expect(luminance(colourAt(darker, place))).toBeLessThan(0.4 * luminance(colourAt(albedo, place)));
  });

  it('puts lipstick on the lips and a decal where it is said to be', async () => {
    const look = plain();
    const { albedo } = await baked({
      ...look, makeup: { ...NO_MAKEUP, lipstick: { colour: [0.05, 0.4, 0.05], strength: 1, gloss: 0, overline: 0, liner: 0, ombre: 0 } },
      decals: [{ kind: 'disc', centre: [0, 7, 9.3], radius: 1.2, angleRadians: 0, colour: [0.05, 0.05, 0.6], opacity: 1, outline: 0, isMirrored: false }],
    });
    const [lips, brow, cheek] = [colourAt(albedo, [0.9, -4.4, 10.2]), colourAt(albedo, [0, 7, 9.3]), colourAt(albedo, [4, -0.6, 8.5])];
    expect(lips[1]).toBeGreaterThan(2 * lips[0]);
    expect(brow[2]).toBeGreaterThan(2 * brow[0]);
    expect(cheek[0]).toBeGreaterThan(cheek[1]);
  });

  it('makes smaller levels that keep the colour', async () => {
    using canvas = new SkinCanvas(gpu, atlas, plain());
    const mean = (bytes: Uint8Array) => {
      let [sum, count] = [0, 0];
      for (let i = 0; i < bytes.length; i += 4) if (bytes[i + 3]! > 0) (sum += bytes[i]!), count++;
      return sum / count;
    };
    expect(Math.abs(mean(await read(canvas, 0, ATLAS_LEVELS - 1)) / mean(await read(canvas, 0)) - 1)).toBeLessThan(0.03);
  });

  it('keeps nothing of the person before', async () => {
    const wanted = await baked(lookOf({}, 2));
    using canvas = new SkinCanvas(gpu, atlas, lookOf());
    canvas.paint(lookOf({}, 2));
    expect({ albedo: await read(canvas, 0), relief: await read(canvas, 1), creases: await read(canvas, 2) }).toEqual(wanted);
  });

  it('comes from those that were given back, and goes when they go', async () => {
    await expectNoLeak(gpu, () => {
      const canvases = new SkinCanvases();
      const [first, second] = [canvases.take(gpu, atlas, lookOf()), canvases.take(gpu, atlas, lookOf())];
      expect(second).not.toBe(first);
      canvases.give(first);
      const other = canvases.take(gpu, { ...atlas }, lookOf()); // of another head
      expect(other).not.toBe(first);
      canvases.give(other);
      expect(canvases.take(gpu, atlas, lookOf())).toBe(first);
      const skin = createSkin(gpu, lookOf(), head, traits, { texels: TEXELS, canvases });
      canvases.give(first);
      canvases[Symbol.dispose]();
      skin[Symbol.dispose]();
      canvases.give(second);
    });
  });
});

describe('createSkin', () => {
  it('draws skin with face and body, and the mouth with teeth; every vertex finite', () => {
    using skin = createSkin(gpu, lookOf(), head, traits, { texels: TEXELS });
    const seen = new Set<string>();
    for (const { region, mesh } of skin.drawables) {
      for (const byte of region as Uint8Array) seen.add(REGIONS[byte]!);
      expect(mesh.positions.every(Number.isFinite)).toBe(true);
      expect(mesh.extra.every(Number.isFinite)).toBe(true);
      expect(mesh.triangles.length).toBe(3 * region.length);
    }
    for (const region of ['face', 'body', 'mouth', 'teeth']) expect(seen).toContain(region);
  });

  it('calls the chin face and the neck body', () => {
    using skin = createSkin(gpu, lookOf(), head, traits, { texels: TEXELS });
    const { mesh, region } = skin.drawables[0]!;
    const regionNear = (place: readonly [number, number, number]) => {
      let [best, nearest] = [0, Infinity];
      for (let t = 0; t < region.length; t++) {
        const v = mesh.triangles[3 * t]!;
        const d = Math.hypot(...[0, 1, 2].map((k) => mesh.extra[4 * v + k]! - place[k]!));
        if (d < nearest) [best, nearest] = [t, d];
      }
      return REGIONS[(region as Uint8Array)[best]!];
    };
    expect(regionNear([0, -7.5, 9.5])).toBe('face');
    expect(regionNear([5.5, -4, 6])).toBe('face');
    expect(regionNear([0, 12, 0])).toBe('face');
    expect(regionNear([0, -11, 3])).toBe('body');
    expect(regionNear([5, -12, -2])).toBe('body');
  });

  it('follows the face, and deepens creases and blood with the expression', () => {
    using skin = createSkin(gpu, lookOf(), head, traits, { texels: TEXELS });
    const { mesh, material } = skin.drawables[0]!;
    const [positions, parameters, version] = [mesh.positions.slice(), material.parameters.slice(), mesh.version];
    skin.pose!(poser.pose({ mouthSmileLeft: 1, mouthSmileRight: 1, browInnerUp: 1 }));
    expect(mesh.version).toBeGreaterThan(version);
    expect(mesh.positions).not.toEqual(positions);
    const depth = (from: Float32Array, group: (typeof WRINKLE_GROUPS)[number]) => from[4 * (4 + WRINKLE_GROUPS.indexOf(group))]!;
    expect(depth(material.parameters, 'forehead')).toBeGreaterThan(depth(parameters, 'forehead') + 0.2);
    expect(depth(material.parameters, 'nasolabial')).toBeGreaterThan(depth(parameters, 'nasolabial') + 0.2);
    expect(material.parameters[1]).toBeGreaterThan(parameters[1]!);
    skin.pose!(poser.pose({}));
    expect(mesh.positions).toEqual(positions);
    expect(material.parameters).toEqual(parameters);
  });

  it('leaks no buffers', async () => {
    await expectNoLeak(gpu, () => {
      using skin = createSkin(gpu, lookOf(), head, traits, { texels: TEXELS });
      expect(skin.drawables.length).toBeGreaterThan(0);
    });
  });
});
