import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { sampleTraits } from '../scene/traits.ts';
import { DECAL_KINDS, MAX_DECALS } from './decals.ts';
import { sampleSkin, type SkinLook } from './look.ts';
import { packLook } from './look-buffer.ts';
import { MAX_MARKS } from './marks.ts';
import { skinColour } from './pigment.ts';

const people = (count: number): { traits: Traits; look: SkinLook }[] =>
  Array.from({ length: count }, (_, seed) => {
    const random = createRandom(seed, 'skin test');
    const traits = sampleTraits(random.stream('traits'));
    return { traits, look: sampleSkin(random.stream('skin'), traits) };
  });
const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
const share = (all: readonly { traits: Traits; look: SkinLook }[], has: (look: SkinLook) => boolean) => all.filter(({ look }) => has(look)).length / all.length;

describe('sampleSkin', () => {
  const all = people(2000);

  it('is the same JSON for the same seed, and survives JSON', () => {
    for (const { traits } of all.slice(0, 20)) {
      const [a, b] = [0, 1].map(() => sampleSkin(createRandom(5, 'again'), traits));
      expect(JSON.stringify(a)).toBe(JSON.stringify(b));
      expect(JSON.parse(JSON.stringify(a))).toEqual(a);
    }
    expect(new Set(all.map(({ look }) => JSON.stringify(look))).size).toBe(all.length);
  });

  it('gives every fifth of the scale of melanin its own lightness, in order', () => {
    const byMelanin = all.toSorted((a, b) => a.traits.melanin - b.traits.melanin).map(({ look }) => luminance(skinColour(look.pigments)));
    const medians = Array.from({ length: 5 }, (_, i) => byMelanin.slice(i * 400, (i + 1) * 400).sort((a, b) => a - b)[200]!);
    for (let i = 1; i < 5; i++) expect(medians[i]!).toBeLessThan(0.8 * medians[i - 1]!);
    expect(medians[0]).toBeGreaterThan(0.3);
    expect(medians[4]).toBeLessThan(0.06);
  });

  it('draws every kind of patch, mark and decal, none of them on everybody', () => {
    const kinds: Record<string, (look: SkinLook) => boolean> = {
      freckles: (l) => l.freckles !== null, ageSpots: (l) => l.ageSpots !== null, vitiligo: (l) => l.vitiligo !== null, melasma: (l) => l.melasma > 0, birthmark: (l) => l.birthmark !== null,
      sunburn: (l) => l.sunburn !== null, tan: (l) => l.tanLine !== null, pits: (l) => l.pits > 0, shadow: (l) => l.shadow !== null, sweat: (l) => l.texture.sweat > 0,
      vessels: (l) => l.veins.red > 0, moles: (l) => l.marks.some((m) => m.kind === 'mole'), blemishes: (l) => l.marks.some((m) => m.kind === 'blemish'), scars: (l) => l.marks.some((m) => m.kind === 'scar'),
      shadowed: (l) => l.makeup.eyeShadow !== null, lined: (l) => l.makeup.eyeliner !== null, lipstick: (l) => l.makeup.lipstick !== null, blush: (l) => l.makeup.blush !== null, decals: (l) => l.decals.length > 0,
      braces: (l) => l.mouth.hasBraces, gold: (l) => l.mouth.goldTooth !== null,
    };
    for (const [name, has] of Object.entries(kinds)) {
      expect(share(all, has), name).toBeGreaterThan(0.003);
      expect(share(all, has), name).toBeLessThan(0.75);
    }
    const drawn = new Set(all.flatMap(({ look }) => look.decals.map((decal) => decal.kind)));
    expect([...DECAL_KINDS].filter((kind) => !drawn.has(kind))).toEqual([]);
  });

  it('combines its discrete parts in more than 200 ways', () => {
    const combination = ({ makeup, ...l }: SkinLook) =>
      [l.freckles, l.ageSpots, l.vitiligo, l.birthmark, l.sunburn, l.tanLine?.kind, l.pits || null, l.shadow, l.texture.sweat || null, makeup.eyeShadow, makeup.eyeliner, makeup.lipstick, makeup.blush, makeup.contour || null, makeup.highlight || null]
        .map((part) => (part ? (typeof part === 'string' ? part : 1) : 0)).join('') + l.decals.map((decal) => decal.kind).sort().join();
    expect(new Set(all.map(({ look }) => combination(look))).size).toBeGreaterThan(200);
  });

  it('follows age and presentation: lines and spots with years, shaved shadows on masculine adults, most make-up on feminine faces', () => {
    const groups = { young: all.filter((p) => p.traits.age < 25), old: all.filter((p) => p.traits.age > 65), masculine: all.filter((p) => p.traits.masculine > 0.8), feminine: all.filter((p) => p.traits.masculine < 0.2) };
    const forehead = (of: typeof all) => of.reduce((sum, { look }) => sum + look.wrinkles.depth.forehead, 0) / of.length;
    expect(forehead(groups.old)).toBeGreaterThan(5 * forehead(groups.young));
    expect(share(groups.young, (l) => l.ageSpots !== null)).toBe(0);
    expect(share(groups.masculine, (l) => l.shadow !== null)).toBeGreaterThan(0.7);
    expect(share(groups.feminine, (l) => l.shadow !== null)).toBe(0);
    expect(share(groups.feminine, (l) => l.makeup.lipstick !== null)).toBeGreaterThan(4 * share(groups.masculine, (l) => l.makeup.lipstick !== null));
  });

  it('packs into finite numbers within the baker\'s limits', () => {
    for (const { look } of all.slice(0, 300)) {
      expect(packLook(look).every(Number.isFinite)).toBe(true);
      expect(look.marks.length).toBeLessThanOrEqual(MAX_MARKS);
      expect(look.decals.length).toBeLessThanOrEqual(MAX_DECALS);
    }
  });
});
