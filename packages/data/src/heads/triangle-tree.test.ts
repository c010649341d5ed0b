import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { TriangleTree } from './triangle-tree.ts';

/** Two triangles in the planes z = 0 and z = 2, facing +z. */
const positions = [0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 2, 4, 0, 2, 0, 4, 2];
const triangles = [0, 1, 2, 3, 4, 5];

describe('TriangleTree', () => {
  const tree = new TriangleTree(positions, triangles);

  it('hits the nearest triangle of a ray, with the weights of its corners', () => {
    expect(tree.cast([1, 1, 10], [0, 0, -2])).toEqual({ triangle: 1, weights: [0.5, 0.25, 0.25], position: [1, 1, 2], distance: 8 });
    expect(tree.cast([1, 1, 10], [0, 0, -1], (t) => t === 0)?.position).toEqual([1, 1, 0]);
    expect(tree.cast([1, 1, 1], [0, 0, 1])?.triangle).toBe(1);
    expect(tree.cast([3, 3, 10], [0, 0, -1])).toBeNull();
    expect(tree.cast([1, 1, -1], [0, 0, -1])).toBeNull();
    expect(tree.cast([1, 1, 1], [1, 0, 0])).toBeNull();
  });

  it('finds the nearest point on faces, edges and corners', () => {
    expect(tree.closest([1, 1, -3])).toEqual({ triangle: 0, weights: [0.5, 0.25, 0.25], position: [1, 1, 0], distance: 3 });
    expect(tree.closest([2, -1, 0])?.position).toEqual([2, 0, 0]);
    expect(tree.closest([4, 4, 2])).toMatchObject({ triangle: 1, position: [2, 2, 2] });
    expect(tree.closest([-3, -4, 0])).toMatchObject({ weights: [1, 0, 0], distance: 5 });
    expect(tree.closest([1, 1, -3], { limit: 2.9 })).toBeNull();
    expect(tree.closest([1, 1, -3], { accept: (t) => t === 1 })).toMatchObject({ triangle: 1, distance: 5 });
    expect(tree.normal(0)).toEqual([0, 0, 16]);
  });

  it('keeps to the triangles that it is given, and finds nothing in none', () => {
    expect(new TriangleTree(positions, triangles, (t) => t === 1).closest([1, 1, -3])?.triangle).toBe(1);
    const none = new TriangleTree(positions, triangles, () => false);
    expect(none.closest([0, 0, 0])).toBeNull();
    expect(none.cast([0, 0, 0], [0, 0, 1])).toBeNull();
  });

  it('agrees with a search through all of 300 random triangles', () => {
    const random = createRandom(1, 'triangles');
    const points = Array.from({ length: 2700 }, (_, i) => random.uniform(-10, 10) * (i % 9 < 3 ? 1 : 0.1));
    for (let t = 0; t < 300; t++) for (let k = 3; k < 9; k++) points[9 * t + k]! += points[9 * t + (k % 3)]!;
    const indices = points.map((_, i) => i).slice(0, 900);
    const all = new TriangleTree(points, indices);
    const single = Array.from({ length: 300 }, (_, t) => new TriangleTree(points, indices.slice(3 * t, 3 * t + 3)));
    let hits = 0;
    for (let i = 0; i < 100; i++) {
      const from: [number, number, number] = [random.uniform(-12, 12), random.uniform(-12, 12), random.uniform(-12, 12)];
      const nearest = Math.min(...single.map((one) => one.closest(from)!.distance));
      expect(all.closest(from)!.distance).toBeCloseTo(nearest, 9);
      const target = single[i]!.closest(from)!.position;
      const direction: [number, number, number] = [target[0] * 0.999 - from[0], target[1] - from[1], target[2] - from[2]];
      const first = Math.min(...single.map((one) => one.cast(from, direction)?.distance ?? Infinity));
      expect(all.cast(from, direction)?.distance ?? Infinity).toBe(first);
      if (first < Infinity) hits++;
    }
    expect(hits).toBeGreaterThan(20);
  });
});
