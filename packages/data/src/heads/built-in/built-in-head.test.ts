import { EXPRESSION_NAMES, NUM_DETECTED, NUM_FACE, NUM_POINTS, skeletonTopology } from '@onegt/skeleton';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Eye, type HeadModel, PARTS } from '../head-model.ts';
import { eyeCentre, poseHead } from '../pose.ts';
import { loadBuiltInHead } from './built-in-head.ts';
import { headBase64 } from './data.ts';

let head: HeadModel;
beforeAll(async () => { head = await loadBuiltInHead(); });

const trianglesOf = (...names: (typeof PARTS)[number][]): number[][] => {
  const out: number[][] = [];
  head.parts.forEach((part, t) => {
    if (names.includes(PARTS[part]!)) out.push([...head.triangles.subarray(3 * t, 3 * t + 3)].map((r) => head.renderSource[r]!));
  });
  return out;
};

/** Edges by how many triangles run along them in each direction. */
function countEdges(triangles: number[][]): Map<string, [number, number]> {
  const edges = new Map<string, [number, number]>();
  for (const corners of triangles) {
    corners.forEach((a, k) => {
      const b = corners[(k + 1) % 3]!;
      const key = a < b ? `${a} ${b}` : `${b} ${a}`;
      const count = edges.get(key) ?? [0, 0];
      count[a < b ? 0 : 1]++;
      edges.set(key, count);
    });
  }
  return edges;
}

describe('built-in head', () => {
  it('is one megabyte at most, and says who may use it', () => {
    expect(headBase64.length).toBeLessThan(1 << 20);
    expect(head.licence).toContain('MIT');
  });

  it('knows every expression, with finite modes of plausible size', () => {
    expect(head.expressionNames).toEqual([...EXPRESSION_NAMES]);
    expect(head.numIdentityModes).toBe(40);
    for (const modes of [head.identityModes, head.expressionModes]) {
      let worst = 0;
      for (const value of modes) worst = Math.max(worst, Math.abs(value));
      expect(worst).toBeGreaterThan(0.5);
      expect(worst).toBeLessThan(8); // cm; NaN fails too
    }
  });

  it('skin, mouth and sockets are one surface that is open below the chest only', () => {
    const open: number[] = [];
    for (const [key, [forth, back]] of countEdges(trianglesOf('skin', 'mouth', 'socket'))) {
      expect(Math.max(forth, back), `edge ${key}`).toBe(1);
      if (forth + back === 1) open.push(Number(key.split(' ')[0]));
    }
    expect(open.length).toBeGreaterThan(0);
    for (const vertex of open) expect(head.neutral[3 * vertex + 1]).toBeLessThan(-30);
  });

  it.each(['teeth', 'gums', 'tongue', 'eyeball'] as const)('%s: closed, and each triangle faces outwards of its piece as a whole', (part) => {
    const triangles = trianglesOf(part);
    let volume = 0;
    for (const [forth, back] of countEdges(triangles).values()) expect([forth, back]).toEqual([1, 1]);
    for (const [a, b, c] of triangles) {
      const [p, q, r] = [a!, b!, c!].map((v) => head.neutral.subarray(3 * v, 3 * v + 3)) as [Float32Array, Float32Array, Float32Array];
      volume += p[0]! * (q[1]! * r[2]! - q[2]! * r[1]!) + p[1]! * (q[2]! * r[0]! - q[0]! * r[2]!) + p[2]! * (q[0]! * r[1]! - q[1]! * r[0]!);
    }
    expect(volume / 6).toBeGreaterThan(1); // cm³
  });

  it('the skeleton lies on the surface: the mean head of the prior within 0.3 mm, the irises on the eyeballs', () => {
    const { points } = poseHead(head, [], {});
    const { meanHead } = skeletonTopology();
    for (let p = 0; p < NUM_POINTS; p++) {
      const distance = Math.hypot(...[0, 1, 2].map((k) => points[3 * p + k]! - meanHead[3 * p + k]!));
      const iris = p >= NUM_FACE && p < NUM_DETECTED;
      // topology's mean head and the prior's mean, two averages of the same heads, differ by up to 0.5 mm
      expect(distance, `point ${p}`).toBeLessThan(iris ? 0.2 : 0.03 + 0.06);
      if (iris) {
        const eye = head.eyes.find(({ side }) => side === (p < 473 ? 'right' : 'left'))!;
        const radius = Math.hypot(...[0, 1, 2].map((k) => points[3 * p + k]! - eye.centre[k]!));
        expect(Math.abs(radius - eye.radius)).toBeLessThan(0.08);
      }
    }
  });

  /** Share of the directions out of an eye, 60 degrees about the axis and inside of the lids, in which skin lies before the ball. */
  function covered(expression: Record<string, number>, eye: Eye): number {
    const shape = poseHead(head, [], expression);
    const centre = eyeCentre(head, head.neutral, eye);
    const skin = [...head.parts.keys()].filter((t) => head.parts[t] === PARTS.indexOf('skin'));
    let hits = 0, rays = 0;
    for (let dy = -0.5; dy <= 0.5; dy += 0.1) {
      for (let dx = -0.6; dx <= 0.6; dx += 0.1) {
        rays++;
        const direction = [dx, dy, 1].map((value) => value / Math.hypot(dx, dy, 1));
        if (skin.some((t) => hitDistance(shape.positions, head.triangles.subarray(3 * t, 3 * t + 3), centre, direction) > eye.radius)) hits++;
      }
    }
    return hits / rays;
  }

  it('an eye shut by eyeBlink is covered by skin in front of the ball; an open one is not', () => {
    for (const eye of head.eyes) {
      expect(covered({}, eye)).toBeLessThan(0.6);
      expect(covered({ eyeBlinkLeft: 1, eyeBlinkRight: 1 }, eye)).toBe(1);
    }
  });

  it('jawOpen parts the lips by more than 2 cm, and the lower teeth go with the chin', () => {
    const rest = poseHead(head, [], {}).points;
    const open = poseHead(head, [], { jawOpen: 1 }).points;
    const y = (points: Float32Array, p: number): number => points[3 * p + 1]!;
    expect(y(open, 13) - y(open, 14) - (y(rest, 13) - y(rest, 14))).toBeGreaterThan(2);
    const lower = [...new Set(trianglesOf('teeth').flat())].filter((v) => head.neutral[3 * v + 1]! < y(rest, 14) - 0.3);
    const mode = head.expressionNames.indexOf('jawOpen') * head.neutral.length;
    for (const v of lower) expect(head.expressionModes[mode + 3 * v + 1]).toBeLessThan(-1);
  });

  it('texture coordinates are inside of the atlas, and skin in front of the ears is nowhere folded or flipped in it', () => {
    for (const value of head.uv) expect(value >= 0 && value <= 1).toBe(true);
    let checked = 0;
    head.parts.forEach((part, t) => {
      const [a, b, c] = [...head.triangles.subarray(3 * t, 3 * t + 3)] as [number, number, number];
      if (PARTS[part] !== 'skin' || head.canonical[3 * a + 2]! < 1) return;
      const [u, v] = [0, 1].map((k) => (vertex: number) => head.uv[2 * vertex + k]!) as [(r: number) => number, (r: number) => number];
      const area = (u(b) - u(a)) * (v(c) - v(a)) - (v(b) - v(a)) * (u(c) - u(a));
      expect(area, `triangle ${t}`).toBeGreaterThan(-1e-8); // 16 bits a coordinate
      checked++;
    });
    expect(checked).toBeGreaterThan(10_000);
  });
});

/** Möller and Trumbore 1997; -1 without a hit. */
function hitDistance(positions: Float32Array, [a, b, c]: Uint32Array, origin: readonly number[], direction: readonly number[]): number {
  const at = (v: number | undefined, k: number): number => positions[3 * v! + k]!;
  const u = [0, 1, 2].map((k) => at(b, k) - at(a, k)), v = [0, 1, 2].map((k) => at(c, k) - at(a, k));
  const p = cross(direction, v);
  const determinant = dot(u, p);
  if (Math.abs(determinant) < 1e-9) return -1;
  const s = [0, 1, 2].map((k) => origin[k]! - at(a, k));
  const x = dot(s, p) / determinant;
  const q = cross(s, u);
  const y = dot(direction, q) / determinant;
  return x < 0 || y < 0 || x + y > 1 ? -1 : dot(v, q) / determinant;
}
const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
const cross = (a: readonly number[], b: readonly number[]): number[] => [a[1]! * b[2]! - a[2]! * b[1]!, a[2]! * b[0]! - a[0]! * b[2]!, a[0]! * b[1]! - a[1]! * b[0]!];
