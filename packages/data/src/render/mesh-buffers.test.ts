import { expect, test } from 'vitest';
import { provokingTopology } from './mesh-buffers.ts';

test('provoking topology: triangle t starts at draw vertex t, keeps its corners and orientation', () => {
  // A strip, a fan around one vertex, and the same triangle twice: vertices that cannot all be first somewhere.
  const triangles = Uint32Array.of(0, 1, 2, 2, 1, 3, 2, 3, 4, 5, 6, 7, 5, 7, 8, 5, 8, 9, 5, 9, 6, 0, 1, 2);
  const { indices, source } = provokingTopology(triangles, 10);
  for (let t = 0; t < triangles.length / 3; t++) {
    expect(indices[3 * t]).toBe(t);
    const corners = [...indices.subarray(3 * t, 3 * t + 3)].map((v) => source[v]!);
    const expected = [...triangles.subarray(3 * t, 3 * t + 3)];
    expect([0, 1, 2].some((turn) => corners.every((v, k) => v === expected[(k + turn) % 3]))).toBe(true);
  }
});

test('provoking topology: a grid needs hardly more vertices than it has triangles', () => {
  const side = 40;
  const triangles: number[] = [];
  for (let i = 0; i < side - 1; i++) for (let j = 0; j < side - 1; j++) {
    const at = i * side + j;
    triangles.push(at, at + 1, at + side + 1, at, at + side + 1, at + side);
  }
  const { source } = provokingTopology(Uint32Array.from(triangles), side * side);
  expect(source.length).toBeLessThan((triangles.length / 3) * 1.05);
});
