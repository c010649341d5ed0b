import { EXPRESSION_NAMES, type ExpressionName, type ExpressionWeights } from '@onegt/skeleton';
import { expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { MAX_FOV_Y, MAX_PITCH, MAX_ROLL, MAX_YAW, MIN_FOV_Y, sampleCamera, sampleGroupCameras } from './camera.ts';
import { lookingAt, sampleExpression } from './expression.ts';
import { sampleIdentity } from './identity.ts';
import { planSample } from '../samples/plan.ts';
import { gazeToCamera, sampleShot } from './shot.ts';
import { firstSeedOf, sampleOtherSeed, SPLIT_SIZE, splitOf } from './split.ts';
import { sampleTraits } from './traits.ts';

const PEOPLE = 20_000;
const people = Array.from({ length: PEOPLE }, (_, seed) => sampleTraits(createRandom(seed, 'person/traits')));
const share = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length / items.length;
/** Four standard deviations of a share of {@link PEOPLE}. */
const slack = (p: number, n = PEOPLE) => 4 * Math.sqrt((p * (1 - p)) / n);
const correlation = (a: readonly number[], b: readonly number[]) => {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = (x: readonly number[], mx: number, y: readonly number[], my: number) => mean(x.map((value, i) => (value - mx) * (y[i]! - my)));
  return covariance(a, ma, b, mb) / Math.sqrt(covariance(a, ma, a, ma) * covariance(b, mb, b, mb));
};

test('sampleTraits: every skin tone, both sexes and all ages have their equal share', () => {
  for (let tone = 0; tone < 10; tone++) expect(Math.abs(share(people, ({ melanin }) => Math.floor(melanin * 10) === tone) - 0.1)).toBeLessThan(slack(0.1));
  for (const [from, to] of [[16, 29], [30, 44], [45, 59], [60, 85]] as const) expect(Math.abs(share(people, ({ age }) => age >= from && age <= to) - 0.25)).toBeLessThan(slack(0.25));
  const feminine = share(people, ({ masculine }) => masculine < 0.5);
  expect(Math.abs(feminine - 0.5)).toBeLessThan(slack(0.5));
  expect(share(people, ({ masculine }) => masculine > 0.35 && masculine < 0.65)).toBeGreaterThan(0.05);
  for (const { age, masculine, melanin, haemoglobin, hairMelanin, hairRedness } of people) {
    expect(age >= 16 && age <= 85 && Number.isInteger(age)).toBe(true);
    for (const value of [masculine, melanin, haemoglobin, hairMelanin, hairRedness]) expect(value >= 0 && value <= 1).toBe(true);
  }
});

test('sampleTraits: age, sex and skin tone say nothing about each other; hair follows the skin', () => {
  const columns = (['age', 'masculine', 'melanin', 'haemoglobin'] as const).map((name) => people.map((traits) => traits[name]));
  for (let i = 0; i < columns.length; i++) for (let j = 0; j < i; j++) expect(Math.abs(correlation(columns[i]!, columns[j]!))).toBeLessThan(4 / Math.sqrt(PEOPLE));
  expect(correlation(people.map(({ melanin }) => melanin), people.map(({ hairMelanin }) => hairMelanin))).toBeGreaterThan(0.4);
  expect(people.every(({ melanin, hairRedness }) => hairRedness < 0.5 || melanin < 0.46)).toBe(true);
  expect(people.every(({ melanin, hairMelanin }) => melanin < 0.6 || hairMelanin >= 0.79)).toBe(true);
});

test('sampleIdentity: normal coefficients of a strength of 0.65 to 1; fewer modes are the first ones', () => {
  const strengths = Array.from({ length: 2000 }, (_, seed) => {
    const weights = sampleIdentity(createRandom(seed), 100);
    return Math.sqrt(weights.reduce((sum, value) => sum + value * value, 0) / 100);
  });
  expect(Math.min(...strengths)).toBeGreaterThan(0.45);
  expect(Math.max(...strengths)).toBeLessThan(1.3);
  expect(strengths.reduce((sum, value) => sum + value, 0) / 2000).toBeCloseTo(0.82, 1);
  expect(sampleIdentity(createRandom(3), 7)).toEqual(sampleIdentity(createRandom(3), 100).subarray(0, 7));
});

const expressions = Array.from({ length: 8000 }, (_, seed) => sampleExpression(createRandom(seed, 'expression')));
const weight = (expression: ExpressionWeights, name: ExpressionName) => expression[name] ?? 0;

test('sampleExpression: known names, 0..1, each of them used at full strength by somebody', () => {
  const most = new Map<string, number>();
  for (const expression of expressions) {
    for (const [name, value] of Object.entries(expression)) {
      expect(value > 0 && value <= 1).toBe(true);
      most.set(name, Math.max(most.get(name) ?? 0, value));
    }
  }
  expect([...most.keys()].sort()).toEqual([...EXPRESSION_NAMES].sort());
  for (const [name, value] of most) expect([name, value > (name === 'mouthClose' ? 0.15 : 0.75)]).toEqual([name, true]);
});

test('sampleExpression: one face in eight has both eyes shut, some wink, most are open, some are at rest', () => {
  const shut = share(expressions, (e) => weight(e, 'eyeBlinkLeft') >= 0.9 && weight(e, 'eyeBlinkRight') >= 0.9);
  expect(Math.abs(shut - 0.115)).toBeLessThan(0.02);
  expect(share(expressions, (e) => Math.abs(weight(e, 'eyeBlinkLeft') - weight(e, 'eyeBlinkRight')) > 0.5)).toBeGreaterThan(0.025);
  expect(share(expressions, (e) => weight(e, 'eyeBlinkLeft') < 0.2)).toBeGreaterThan(0.6);
  const quiet = (e: ExpressionWeights) => Object.entries(e).every(([name, value]) => name.startsWith('eye') || value < 0.2);
  expect(share(expressions, quiet)).toBeGreaterThan(0.05);
});

test('sampleExpression: nothing that muscles cannot do at once', () => {
  for (const e of expressions) {
    for (const side of ['Left', 'Right'] as const) {
      const at = (name: string) => weight(e, `${name}${side}` as ExpressionName);
      if (at('eyeBlink') > 0.3) expect(at('eyeWide')).toBe(0);
      if (at('eyeBlink') > 0.9) expect(Math.max(at('eyeSquint') - 0.31, at('eyeLookDown') - 0.13)).toBeLessThan(0);
      expect(at('browDown') + at('browOuterUp')).toBeLessThan(1.001);
      expect(at('mouthSmile') + weight(e, 'mouthPucker')).toBeLessThan(1.001);
      expect(Math.min(at('eyeLookUp'), at('eyeLookDown'))).toBe(0);
      expect(Math.min(at('eyeLookIn'), at('eyeLookOut'))).toBe(0);
    }
    for (const [a, b] of [['jawLeft', 'jawRight'], ['mouthLeft', 'mouthRight']] as const) expect(Math.min(weight(e, a), weight(e, b))).toBe(0);
    expect(weight(e, 'mouthClose')).toBeLessThanOrEqual(weight(e, 'jawOpen') + 1e-4);
    expect(weight(e, 'jawOpen') + weight(e, 'cheekPuff')).toBeLessThan(1.001);
  }
});

test('sampleExpression: both eyes look at one point, never apart', () => {
  for (const e of expressions) {
    const left = weight(e, 'eyeLookOutLeft') - weight(e, 'eyeLookInLeft');
    const right = weight(e, 'eyeLookInRight') - weight(e, 'eyeLookOutRight');
    expect(right - left).toBeGreaterThan(-1e-3);
    expect(right - left).toBeLessThan(0.25);
  }
  expect(share(expressions, (e) => Math.max(weight(e, 'eyeLookOutLeft'), weight(e, 'eyeLookInLeft'), weight(e, 'eyeLookUpLeft'), weight(e, 'eyeLookDownLeft')) > 0.6)).toBeGreaterThan(0.1);
});

test('lookingAt: replaces the gaze and nothing else, and leaves shut eyes alone', () => {
  const smile = { mouthSmileLeft: 0.5, eyeLookUpLeft: 1, eyeLookUpRight: 1, eyeLookInLeft: 0.2 };
  expect(lookingAt(smile, 0.5, -0.25)).toEqual({ mouthSmileLeft: 0.5, eyeLookOutLeft: 0.48, eyeLookInRight: 0.52, eyeLookDownLeft: 0.25, eyeLookDownRight: 0.25 });
  expect(lookingAt({ eyeBlinkLeft: 1 }, 0.5, 0)).toEqual({ eyeBlinkLeft: 1 });
});

test('sampleCamera: within the range that the Transformers are made for, mostly frontal, all lenses', () => {
  const cameras = Array.from({ length: 5000 }, (_, seed) => sampleCamera(createRandom(seed)));
  for (const { yaw, pitch, roll, fovY, zoom, shiftX, shiftY } of cameras) {
    expect(Math.abs(yaw) <= MAX_YAW + 1e-9 && Math.abs(pitch) <= MAX_PITCH + 1e-9 && Math.abs(roll) <= MAX_ROLL + 1e-9).toBe(true);
    expect(fovY >= MIN_FOV_Y && fovY <= MAX_FOV_Y && zoom > 0.85 && zoom < 1.15 && Math.hypot(shiftX, shiftY) < 0.08).toBe(true);
  }
  expect(share(cameras, ({ yaw }) => Math.abs(yaw) < MAX_YAW / 2)).toBeGreaterThan(0.6);
  expect(Math.abs(share(cameras, ({ yaw }) => yaw > 0) - 0.5)).toBeLessThan(slack(0.5, 5000));
});

test('sampleGroupCameras: 20 views share a lens and reach every eighth of the yaw range and every fifth of the pitch', () => {
  for (let seed = 0; seed < 300; seed++) {
    const cameras = sampleGroupCameras(createRandom(seed), 20);
    expect(new Set(cameras.map(({ fovY }) => fovY)).size).toBe(1);
    const bin = (value: number, most: number, count: number) => Math.min(count - 1, Math.floor(((value / most + 1) / 2) * count));
    expect(new Set(cameras.map(({ yaw }) => bin(yaw, MAX_YAW, 8))).size).toBe(8);
    expect(new Set(cameras.map(({ pitch }) => bin(pitch, MAX_PITCH, 5))).size).toBe(5);
    // Yaw and pitch are covered together: no quadrant is empty.
    expect(new Set(cameras.map(({ yaw, pitch }) => `${yaw > 0}${pitch > 0}`)).size).toBe(4);
  }
});

test('splitOf: the seed says it; somebody else is of the same split and never the same', () => {
  expect([0, 999_999, 1_000_000, 1_999_999, 2_000_000, 9e15].map(splitOf)).toEqual(['train', 'train', 'validation', 'validation', 'test', 'test']);
  expect(() => splitOf(-1)).toThrowErrorMatchingInlineSnapshot(`
    [InvalidSeedError: The seed is -1, but it must be an integer from 0 to 9007199254740991.
      0..999999 are training people, 1000000..1999999 validation, 2000000 and more test.]
  `);
  expect(() => splitOf(0.5)).toThrow('integer');
  const random = createRandom(1);
  for (const seed of [0, 999_999, 1_000_000, 1_234_567, 2_000_000, 5_000_000]) {
    for (let i = 0; i < 2000; i++) {
      const other = sampleOtherSeed(random, seed);
      expect(other !== seed && splitOf(other) === splitOf(seed)).toBe(true);
    }
  }
});

test('sampleTraits, sampleIdentity: no two seeds are the same person, within a split or across them', () => {
  const seen = new Set<string>();
  let count = 0;
  for (const split of ['train', 'validation', 'test'] as const) {
    for (let i = 0; i < 4000; i++, count++) {
      const random = createRandom(firstSeedOf(split) + i * Math.floor(SPLIT_SIZE / 4000), 'person');
      seen.add(JSON.stringify([sampleTraits(random.stream('traits')), ...sampleIdentity(random.stream('identity'), 12)]));
    }
  }
  expect(seen.size).toBe(count);
});

test('sampleShot: two in five look at the camera, wherever it is; the others look somewhere else', () => {
  const gaze = (e: ExpressionWeights) => [weight(e, 'eyeLookOutLeft') - weight(e, 'eyeLookInLeft'), weight(e, 'eyeLookUpLeft') - weight(e, 'eyeLookDownLeft')] as const;
  const shots = Array.from({ length: 4000 }, (_, seed) => sampleShot(createRandom(seed, 'shot')));
  const looks = share(shots, ({ camera, expression }) => {
    const [x, y] = gazeToCamera(camera);
    const [left, up] = gaze(expression);
    return Math.abs(left - x) < 0.05 && Math.abs(up - y) < 0.05;
  });
  // Not those whose eyes are shut or cannot turn so far.
  expect(looks).toBeGreaterThan(0.25);
  expect(looks).toBeLessThan(0.42);
  // A face that is turned to its left (positive yaw) sees the camera on its right.
  expect(gazeToCamera({ yaw: 0.2, pitch: 0.1, roll: 0, shiftX: 0, shiftY: 0, zoom: 1, fovY: 0.5 })[0]).toBeLessThan(0);
});

test('planSample: a triplet of any split has source and target under one camera, and a stranger of the same split', () => {
  for (const seed of [0, 7, 999_999, 1_000_003, 2_000_001]) {
    const { people, poses, views } = planSample({ kind: 'triplets', seed, index: 0, size: 256, views: 3 });
    const [source, driving, target] = ['source', 'driving', 'target'].map((name) => views.find((view) => view.name === name)!);
    expect(target!.camera).toEqual(source!.camera);
    expect(target!.setting).toBe(source!.setting);
    expect(poses[target!.pose]!.person).toBe(poses[source!.pose]!.person);
    expect(poses[target!.pose]!.expression).toEqual(poses[driving!.pose]!.expression);
    expect(poses[target!.pose]!.expression).not.toEqual(poses[source!.pose]!.expression);
    expect(people[0]).not.toBe(people[1]);
    expect(splitOf(people[1]!)).toBe(splitOf(people[0]!));
  }
});
