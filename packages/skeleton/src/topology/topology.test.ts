import { expect, test } from 'vitest';
import { LEFT_EYE_OUTER, NUM_POINTS, REGION_NAMES, RIGHT_EYE_OUTER, skeletonTopology } from './topology.ts';

const { canonical, meanHead, numTriangles, regions, triangles } = skeletonTopology();

test('topology: 1176 triangles index 600 points, each with a known region', () => {
  expect(numTriangles).toBe(1176);
  expect(triangles.length).toBe(3 * numTriangles);
  expect(new Set(triangles).size).toBe(NUM_POINTS);
  expect(Math.max(...triangles)).toBe(NUM_POINTS - 1);
  expect(new Set(regions)).toEqual(new Set(REGION_NAMES.keys()));
});

test("topology: +x is the subject's left, eyes are about 9 cm apart and above the centre", () => {
  const [right, left] = [RIGHT_EYE_OUTER, LEFT_EYE_OUTER].map((point) => meanHead.slice(3 * point, 3 * point + 3));
  expect(left![0]! - right![0]!).toBeCloseTo(8.9, 0);
  expect(left![1]).toBeGreaterThan(0);
  expect(canonical[3 * LEFT_EYE_OUTER]! * 12).toBeCloseTo(left![0]!, 5);
});

test('topology: face triangles are counter-clockwise seen from the front', () => {
  let front = 0;
  let faces = 0;
  for (let t = 0; t < numTriangles; t++) {
    if (REGION_NAMES[regions[t]!] !== 'face') continue;
    const [a, b, c] = [...triangles.subarray(3 * t, 3 * t + 3)].map((point) => meanHead.subarray(3 * point, 3 * point + 3));
    const area = (b![0]! - a![0]!) * (c![1]! - a![1]!) - (c![0]! - a![0]!) * (b![1]! - a![1]!);
    faces++;
    if (area > 0) front++;
  }
  expect(front / faces).toBeGreaterThan(0.95);
});
