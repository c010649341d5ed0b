import { beforeAll, describe, expect, it } from 'vitest';
import type { HeadModel } from '../heads/head-model.ts';
import { poseHead } from '../heads/pose.ts';
import { createRandom } from '../random/random.ts';
import { sampleTraits } from '../scene/traits.ts';
import { type AccessoryLook, createAccessories, headwearShape, hiddenPoints, sampleAccessories } from './accessories.ts';
import { sampleAudio, sampleEyePatch } from './audio/audio.ts';
import { HeadFit, headFit } from './fit/head-fit.ts';
import { sampleGlasses } from './glasses/look.ts';
import { HEADWEAR, headwear } from './headwear/look.ts';
import { sampleEarrings, sampleHairOrnament, samplePiercing } from './jewellery/look.ts';
import { sampleMask, sampleVeil } from './sample.ts';
import { HEADS, personOf } from './testing/heads.ts';
import { deepest, expectSound, pointsOf, trianglesOf, untouchedGpu } from './testing/meshes.ts';

const LEFT_IRIS = 473, RIGHT_IRIS = 468;

describe('sampleAccessories', () => {
  const people = Array.from({ length: 3000 }, (_, seed) => {
    const random = createRandom(seed, 'accessories');
    const traits = sampleTraits(random.stream('traits'));
    return { traits, looks: sampleAccessories(random, traits) };
  });
  const share = (has: (look: AccessoryLook) => boolean) => people.filter(({ looks }) => looks.some(has)).length / people.length;

  it('gives the same looks for the same seed, as plain JSON', () => {
    const { traits } = people[7]!;
    expect(sampleAccessories(createRandom(7, 'accessories'), traits)).toEqual(people[7]!.looks);
    for (const { looks } of people.slice(0, 300)) expect(JSON.parse(JSON.stringify(looks))).toEqual(looks);
  });

  it('leaves most people with none, one or two', () => {
    const counts = people.map(({ looks }) => looks.length);
    expect(counts.filter((count) => count === 0).length / counts.length).toBeGreaterThan(0.2);
    expect(counts.filter((count) => count <= 2).length / counts.length).toBeGreaterThan(0.88);
    expect(Math.max(...counts)).toBeLessThanOrEqual(6);
  });

  it('has every kind, in shares that keep faces visible', () => {
    expect(share(({ kind }) => kind === 'glasses')).toBeGreaterThan(0.2);
    expect(share(({ kind }) => kind === 'glasses')).toBeLessThan(0.4);
    for (const kind of ['sunglasses', 'headwear', 'veil', 'mask', 'earrings', 'piercing', 'hair-ornament', 'audio', 'eye-patch']) expect(share((look) => look.kind === kind), kind).toBeGreaterThan(0);
    expect(share(({ kind }) => kind === 'mask' || kind === 'sunglasses' || kind === 'eye-patch')).toBeLessThan(0.1);
  });

  it('never combines what cannot be worn together', () => {
    for (const { looks } of people) {
      const kinds = looks.map(({ kind }) => kind);
      expect(new Set(kinds.filter((kind) => kind === 'headwear' || kind === 'veil' || kind === 'audio')).size).toBeLessThanOrEqual(1);
      expect(kinds.includes('glasses') && kinds.includes('sunglasses')).toBe(false);
    }
  });

  it('has more than 200 different glasses and 200 different hats', () => {
    const distinct = (kinds: readonly string[]) => new Set(people.flatMap(({ looks }) => looks.filter(({ kind }) => kinds.includes(kind)).map((look) => JSON.stringify(look)))).size;
    expect(distinct(['glasses', 'sunglasses'])).toBeGreaterThan(200);
    expect(distinct(['headwear'])).toBeGreaterThan(200);
  });
});

describe('hiddenPoints', () => {
  it('sunglasses hide the irises, glasses nothing', () => {
    const random = createRandom(1), traits = sampleTraits(random);
    expect(hiddenPoints(sampleGlasses(random, traits, 'sunglasses'))).toEqual(expect.arrayContaining([LEFT_IRIS, RIGHT_IRIS]));
    expect(hiddenPoints(sampleGlasses(random, traits, 'glasses'))).toEqual([]);
  });

  it('a mask hides mouth and nose but not the eyes', () => {
    const hidden = hiddenPoints({ ...sampleMask(createRandom(2)), style: 'surgical' });
    expect(hidden).toEqual(expect.arrayContaining([13, 14, 1, 61, 291]));
    expect(hidden).not.toContain(33);
  });
});

for (const { name, skip, load } of HEADS) {
  describe.skipIf(skip)(`createAccessories on the ${name}`, () => {
    let model: HeadModel;
    beforeAll(async () => { model = await load(); });

    it('makes the same meshes for the same look, without the GPU', () => {
      const { head, traits } = personOf(model, 3);
      const looks: AccessoryLook[] = [sampleGlasses(createRandom(3), traits, 'glasses'), headwear(createRandom(3), 'fedora'), sampleMask(createRandom(3))];
      const [a, b] = [createAccessories(untouchedGpu, looks, head, traits), createAccessories(untouchedGpu, looks, head, traits)];
      expect(a.drawables.map(({ mesh }) => mesh)).toEqual(b.drawables.map(({ mesh }) => mesh));
    });

    it('whatever is sampled is sound and within 15,000 triangles', () => {
      let most = 0;
      for (let seed = 0; seed < 20; seed++) {
        const { head, traits } = personOf(model, seed);
        const figure = createAccessories(untouchedGpu, sampleAccessories(createRandom(seed, 'accessories'), traits), head, traits);
        expectSound(figure);
        most = Math.max(most, trianglesOf(figure));
      }
      expect(most).toBeGreaterThan(1000);
      expect(most).toBeLessThanOrEqual(15_000);
    });

    it('lenses lie in front of the eyes', () => {
      for (let seed = 0; seed < 8; seed++) {
        const { head, traits } = personOf(model, seed), fit = headFit(head);
        const figure = createAccessories(untouchedGpu, [sampleGlasses(createRandom(seed), traits, 'glasses')], head, traits);
        const lens = figure.drawables.find(({ material }) => material.transparent)!;
        for (const index of [LEFT_IRIS, RIGHT_IRIS]) {
          const iris = fit.point(index);
          const nearest = [...pointsOf(lens.mesh)].reduce((best, p) => (Math.hypot(p[0] - iris[0], p[1] - iris[1]) < Math.hypot(best[0] - iris[0], best[1] - iris[1]) ? p : best));
          expect(Math.hypot(nearest[0] - iris[0], nearest[1] - iris[1])).toBeLessThan(0.8);  // the lens is there at all
          expect(nearest[2] - iris[2]).toBeGreaterThan(1);
          expect(nearest[2] - iris[2]).toBeLessThan(3.2);
        }
      }
    });

    it('frames do not enter the head by more than a millimetre', () => {
      for (let seed = 0; seed < 8; seed++) {
        const { head, traits } = personOf(model, seed);
        const figure = createAccessories(untouchedGpu, [sampleGlasses(createRandom(seed), traits, seed % 2 ? 'glasses' : 'sunglasses')], head, traits);
        expect(deepest(figure, headFit(head), 1), `seed ${seed}`).toBeLessThan(0.1);
      }
    });

    it('temples reach behind the ears', () => {
      for (let seed = 0; seed < 8; seed++) {
        const { head, traits } = personOf(model, seed), fit = headFit(head);
        const figure = createAccessories(untouchedGpu, [sampleGlasses(createRandom(seed), traits, 'glasses')], head, traits);
        for (const mirrored of [false, true]) {
          const top = fit.place('earTop', mirrored);
          const reach = Math.min(...figure.drawables.flatMap(({ mesh }) => [...pointsOf(mesh)]).filter((p) => p[0] * top[0] > 0).map((p) => p[2]));
          expect(reach).toBeLessThan(top[2] - 1);
          const gap = Math.min(...figure.drawables.flatMap(({ mesh }) => [...pointsOf(mesh)]).map((p) => Math.hypot(p[0] - top[0], p[1] - top[1], p[2] - top[2])));
          expect(gap).toBeLessThan(0.9);
        }
      }
    });

    it.each(HEADWEAR)('%s: outside of the skull', (style) => {
      for (const seed of [HEADWEAR.indexOf(style)]) {
        const { head, traits } = personOf(model, seed), fit = headFit(head);
        const figure = createAccessories(untouchedGpu, [headwear(createRandom(seed), style)], head, traits);
        expectSound(figure);
        // Cloth over ears presses them flat; the skull is what nothing may enter.
        const ear = Math.max(fit.place('earTop')[1], fit.place('earTop', true)[1]) + 0.4;
        expect(deepest(figure, fit, 2, (p) => p[1] > ear), `seed ${seed}`).toBeLessThan(0.1);
      }
    });

    it('other things on the head are sound', () => {
      for (let seed = 0; seed < 5; seed++) {
        const { head, traits } = personOf(model, seed), random = createRandom(seed);
        for (const look of [sampleVeil(random, traits), sampleMask(random), sampleEarrings(random, traits), samplePiercing(random), sampleHairOrnament(random), sampleAudio(random), sampleEyePatch(random)])
          expectSound(createAccessories(untouchedGpu, [look], head, traits));
      }
    });

    it('earrings hang at the lobes', () => {
      const { head, traits } = personOf(model, 1), fit = headFit(head);
      const figure = createAccessories(untouchedGpu, [{ ...sampleEarrings(createRandom(1), traits), style: 'stud', left: true, right: true, extra: 0 }], head, traits);
      for (const mirrored of [false, true]) {
        const lobe = fit.place('earLobe', mirrored);
        expect(Math.min(...figure.drawables.flatMap(({ mesh }) => [...pointsOf(mesh)]).map((p) => Math.hypot(p[0] - lobe[0], p[1] - lobe[1], p[2] - lobe[2])))).toBeLessThan(0.7);
      }
    });

    it('a mask covers the mouth and goes down with the chin', () => {
      const { head, traits } = personOf(model, 4);
      const figure = createAccessories(untouchedGpu, [{ ...sampleMask(createRandom(4)), style: 'surgical' }], head, traits);
      const lowest = () => Math.min(...figure.drawables.flatMap(({ mesh }) => [...pointsOf(mesh)]).filter((p) => Math.abs(p[0]) < 1).map((p) => p[1]));
      const before = lowest(), versions = figure.drawables.map(({ mesh }) => mesh.version);
      const open = poseHead(model, head.identity, { jawOpen: 1 });
      figure.pose!(open);
      const chin = head.neutralPoints[152 * 3 + 1]! - open.points[152 * 3 + 1]!;
      expect(chin).toBeGreaterThan(1);
      expect(before - lowest()).toBeGreaterThan(0.5 * chin);
      expect(figure.drawables.map(({ mesh }) => mesh.version)).toEqual(versions.map((version) => version + 1));
      expectSound(figure);
      figure.pose!(head);
      expect(lowest()).toBeCloseTo(before, 4);
    });

    it('hats cover the crown and leave the face, headbands leave the crown', () => {
      const { head } = personOf(model, 5);
      const shape = headwearShape([headwear(createRandom(5), 'beanie')], head)!;
      expect(shape.covered(0, 13.5, -1)).toBe(1);
      expect(shape.covered(0, 3, 9)).toBe(0);
      expect(shape.limit([0, head.neutralPoints[4 * 3 + 1]!, 14])).toBe(Infinity);
      const fit = new HeadFit(head), crown = fit.place('crown');
      expect(shape.limit(crown)).toBeGreaterThan(Math.hypot(crown[0] - fit.skull.centre[0], crown[1] - fit.skull.centre[1], crown[2] - fit.skull.centre[2]));
      expect(headwearShape([headwear(createRandom(5), 'headband')], head)).toBeNull();
      expect(headwearShape([], head)).toBeNull();
    });
  });
}
