import { readFileSync } from 'node:fs';
import { EXPRESSION_NAMES, skeletonTopology } from '@onegt/skeleton';
import { parseSafetensors, serializeSafetensors } from '@onegt/kernels';
import { describe, expect, it } from 'vitest';
import { PARTS } from './head-model.ts';
import { ICT_EXPRESSION_NAMES } from './ict-import.ts';
import { ICT_RANGES, ICT_VERTICES, loadIctHead } from './ict.ts';
import { createHeadPoser, poseHead } from './pose.ts';

const pack = process.env.ONEGT_HEAD_PACK;

describe('loadIctHead', () => {
  it('says what is wrong with other files', () => {
    expect(() => loadIctHead(new TextEncoder().encode('<!DOCTYPE html><html>'))).toThrowErrorMatchingInlineSnapshot(`
      [HeadModelError: This is no head pack: Not a safetensors file: the header would be 5789751444030890000 bytes long. It looks like text: was an error page saved in its place?
        Build the pack anew with \`onegt-data import-ict <folder of ICT-FaceKit/FaceXModel>\`.]
    `);
    const other = serializeSafetensors({ mean: { shape: [2], data: new Float32Array(2) } });
    expect(() => loadIctHead(other)).toThrow('The head pack has no tensor "neutral"; it holds mean.');
    const small = serializeSafetensors({ neutral: { shape: [2, 3], data: new Float32Array(6) } });
    expect(() => loadIctHead(small.buffer as ArrayBuffer)).toThrow('Head pack: "neutral" is [2, 3], expected [24591, 3].');
  });

  it('says which expressions are missing, or unknown', () => {
    const synthetic = (names: string): Uint8Array => serializeSafetensors({
      neutral: { shape: [ICT_VERTICES, 3], data: new Float32Array(ICT_VERTICES * 3) },
      identity: { shape: [0, ICT_VERTICES, 3], data: new Float32Array(0) },
      expression: { shape: [1, ICT_VERTICES, 3], data: new Float32Array(ICT_VERTICES * 3) },
      triangles: { shape: [1, 3], data: Int32Array.from([0, 1, 2]) },
      triangles_uv: { shape: [1, 3], data: Int32Array.from([0, 0, 0]) },
      uv: { shape: [1, 2], data: new Float32Array(2) },
    }, { expression_names: names });
    expect(() => loadIctHead(synthetic('["jawOpen"]'))).toThrow('Head pack: no expression browDownLeft, browDownRight,');
    expect(() => loadIctHead(synthetic('["tongueOut"]'))).toThrow('Head pack: expression "tongueOut" is none of ICT-FaceKit\'s.');
    expect(() => loadIctHead(synthetic('["jawOpen", "jawLeft"]'))).toThrow('Head pack: 2 expression names for 1 expressions.');
    expect(() => loadIctHead(synthetic('nothing'))).toThrow('Head pack: the metadata has no list "expression_names".');
  });
});

describe.skipIf(pack === undefined)('the pack of ICT-FaceKit (ONEGT_HEAD_PACK)', () => {
  const bytes = pack === undefined ? new Uint8Array() : readFileSync(pack);
  const model = pack === undefined ? undefined! : loadIctHead(bytes);
  const { meanHead } = skeletonTopology();
  const move = (a: Float32Array, b: Float32Array, i: number): number => Math.hypot(...[0, 1, 2].map((k) => a[3 * i + k]! - b[3 * i + k]!));

  it('is refused when truncated', () => {
    expect(() => loadIctHead(bytes.subarray(0, 1_000_000))).toThrow('This is no head pack: Truncated safetensors file');
  });

  it('has the 600 points of the mean head where the skeleton has them', () => {
    const { points } = poseHead(model, [], {});
    expect(points.reduce((worst, value, i) => Math.max(worst, Math.abs(value - meanHead[i]!)), 0)).toBeLessThan(1e-5);
  });

  it('has the texture in 0..1, indices in range, every part, and no vertex unused', () => {
    const R = model.renderSource.length;
    expect(model.uv.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(model.triangles).size).toBe(R);
    expect(model.triangles.reduce((a, b) => Math.max(a, b))).toBe(R - 1);
    expect([...new Set(model.parts)].sort()).toEqual(PARTS.map((_, i) => i));
    expect(model.parts.length * 3).toBe(model.triangles.length);
  });

  it('leaves no holes between skin, lids and lips: only the bust has an edge', () => {
    // An edge of one triangle only is a border; those of skin, mouth and eye sockets together lie at the cut shoulders.
    const count = new Map<number, number>();
    model.parts.forEach((part, t) => {
      if (!['skin', 'mouth', 'socket'].includes(PARTS[part]!)) return;
      const v = [0, 1, 2].map((k) => model.renderSource[model.triangles[3 * t + k]!]!);
      for (let k = 0; k < 3; k++) {
        const key = Math.min(v[k]!, v[(k + 1) % 3]!) * ICT_VERTICES + Math.max(v[k]!, v[(k + 1) % 3]!);
        count.set(key, (count.get(key) ?? 0) + 1);
      }
    });
    const border = [...count].filter(([, n]) => n === 1).flatMap(([key]) => [Math.floor(key / ICT_VERTICES), key % ICT_VERTICES]);
    const inFront = border.filter((v) => v < ICT_RANGES.headAndNeck[1] && model.neutral[3 * v + 1]! > -12);
    expect(border.length).toBeGreaterThan(0);
    expect(inFront).toEqual([]);
  });

  it('closes the subject\'s left eye with eyeBlinkLeft, and raises both brows with browInnerUp', () => {
    const rest = poseHead(model, [], {}).points;
    const blink = poseHead(model, [], { eyeBlinkLeft: 1 }).points;
    expect(move(blink, rest, 386)).toBeGreaterThan(0.5); // upper lid of the left eye (+x)
    expect(rest[3 * 386]).toBeGreaterThan(0);
    expect(move(blink, rest, 159)).toBeLessThan(0.01);
    const brows = poseHead(model, [], { browInnerUp: 1 }).points;
    expect(brows[3 * 107 + 1]! - rest[3 * 107 + 1]!).toBeGreaterThan(0.2);
    expect(brows[3 * 336 + 1]! - rest[3 * 336 + 1]!).toBeGreaterThan(0.2);
  });

  it('agrees with the pack: mean, one mode, and one expression that ICT has in two halves', () => {
    const file = parseSafetensors(bytes);
    const neutral = file.f32('neutral');
    const identity = file.f32('identity');
    const expression = file.f32('expression');
    const names: string[] = JSON.parse(file.metadata.expression_names!);
    const [left, right] = [names.indexOf('cheekPuff_L'), names.indexOf('cheekPuff_R')];
    const head = poseHead(model, [0, -1.5], { cheekPuff: 0.5 });
    const size = ICT_VERTICES * 3;
    for (let r = 0; r < model.renderSource.length; r += 997) {
      const v = model.renderSource[r]!;
      if (v >= ICT_RANGES.gumsAndTongue[0]) continue; // the tongue is changed on purpose, and lids keep off the eyeballs
      if (model.eyes.some(({ centre, radius }) => Math.hypot(...centre.map((value, k) => value - model.neutral[3 * v + k]!)) < 1.5 * radius)) continue;
      for (let k = 0; k < 3; k++) {
        const at = 3 * v + k;
        const expected = neutral[at]! - 1.5 * identity[size + at]! + 0.5 * (expression[left * size + at]! + expression[right * size + at]!) - [0, 0.5, 1][k]!;
        expect(head.positions[3 * r + k]).toBeCloseTo(expected, 3);
      }
    }
    expect(ICT_EXPRESSION_NAMES).toEqual(names);
  });

  it('turns the iris with the gaze and leaves the lids shut around the eyeball\'s place', () => {
    const rest = poseHead(model, [], {});
    const left = poseHead(model, [], { eyeLookOutLeft: 1, eyeLookInRight: 1 });
    for (const iris of [468, 473]) {
      expect(left.points[3 * iris]! - rest.points[3 * iris]!).toBeGreaterThan(0.5);
    }
    const up = poseHead(model, [], { eyeLookUpLeft: 1 });
    expect(up.points[3 * 473 + 1]! - rest.points[3 * 473 + 1]!).toBeGreaterThan(0.3);
    expect(move(up.points, rest.points, 468)).toBeLessThan(1e-3);
    // the back of the eyeball is a sphere about the centre: turning it moves it along itself
    const eye = model.eyes.find(({ side }) => side === 'left')!;
    for (let v = ICT_RANGES.leftSclera[0]; v < ICT_RANGES.leftSclera[1]; v++) {
      const at = [0, 1, 2].map((k) => model.neutral[3 * v + k]! - eye.centre[k]!);
      if (at[2]! < 0) expect(Math.abs(Math.hypot(...at) - eye.radius)).toBeLessThan(0.05);
    }
  });

  it('poses any expression of any person to finite numbers', () => {
    const poser = createHeadPoser(model, Array.from({ length: 100 }, (_, i) => 3 * Math.sin(7 * i)));
    const head = poser.pose(Object.fromEntries(EXPRESSION_NAMES.map((name) => [name, 1])));
    expect(head.positions.every(Number.isFinite)).toBe(true);
    for (let r = 0; r < model.renderSource.length; r += 101) expect(Math.hypot(...head.normals.subarray(3 * r, 3 * r + 3))).toBeCloseTo(1, 5);
  });
});
