import { describe, expect, it } from 'vitest';
import { HeadModelError } from './errors.ts';
import type { HeadModel } from './head-model.ts';
import { createHeadPoser, eyeCentre, gazeOf, poseHead } from './pose.ts';

/**
 * A square of skin in the plane z = 0 whose first corner is doubled at a texture seam, and a left eye of two vertices,
 * 1 cm in front of and behind its centre (3, 0, 0).
 */
function squareHead(): HeadModel {
  const neutral = Float32Array.from([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 3, 0, 1, 3, 0, -1]);
  const identityModes = new Float32Array(2 * 18);
  identityModes[0 * 18 + 3] = 0.5; // vertex 1, x
  for (const vertex of [4, 5]) identityModes[1 * 18 + 3 * vertex + 1] = 2; // the eye, y
  const expressionModes = new Float32Array(2 * 18);
  expressionModes[0 * 18 + 3 * 2 + 2] = 1; // jawOpen: vertex 2, z
  expressionModes[1 * 18 + 3 * 3] = -1; // cheekPuff: vertex 3, x
  const renderSource = Uint32Array.from([0, 1, 2, 0, 3, 4, 5]);
  return {
    name: 'square', licence: 'none', neutral, identityModes, numIdentityModes: 2, expressionModes, expressionNames: ['jawOpen', 'cheekPuff'],
    renderSource, triangles: Uint32Array.from([0, 1, 2, 3, 2, 4]), parts: Uint8Array.from([0, 0]),
    uv: new Float32Array(14), canonical: new Float32Array(21),
    eyes: [{ side: 'left', first: 4, count: 2, centre: [3, 0, 0], radius: 1 }],
    skeletonVertex: Uint32Array.from([0, 1, 2, 4, 4, 4]), skeletonWeight: Float32Array.from([0.5, 0.25, 0.25, 1, 0, 0]),
  };
}

const vertex = (positions: Float32Array, i: number): number[] => Array.from(positions.subarray(3 * i, 3 * i + 3), (x) => Math.round(1e4 * x) / 1e4 + 0);

describe('poseHead', () => {
  it('is the neutral mean head without weights, with one normal per shape vertex', () => {
    const head = poseHead(squareHead(), [], {});
    expect(vertex(head.positions, 3)).toEqual([0, 0, 0]); // the doubled corner
    for (let i = 0; i < 5; i++) expect(vertex(head.normals, i)).toEqual([0, 0, 1]);
    expect(head.positions).toEqual(head.neutralPositions);
    expect(vertex(head.points, 0)).toEqual([0.5, 0.25, 0]);
  });

  it('adds identity modes to the rest shape, and expressions to the posed one only', () => {
    const head = poseHead(squareHead(), [2], { jawOpen: 0.5, cheekPuff: 1 });
    expect(vertex(head.neutralPositions, 1)).toEqual([2, 0, 0]);
    expect(vertex(head.positions, 1)).toEqual([2, 0, 0]);
    expect(vertex(head.neutralPositions, 2)).toEqual([1, 1, 0]);
    expect(vertex(head.positions, 2)).toEqual([1, 1, 0.5]);
    expect(vertex(head.positions, 4)).toEqual([-1, 1, 0]);
    expect(vertex(head.neutralPoints, 0)).toEqual([0.75, 0.25, 0]);
    expect(vertex(head.points, 0)).toEqual([0.75, 0.25, 0.125]);
  });

  it('weights normals by area: a large triangle counts for more than a small one', () => {
    const model = { ...squareHead(), identityModes: new Float32Array(2 * 18) };
    // Vertex 2 stays; the second triangle (0, 2, 3) is lifted at vertex 3 and four times as large in the xy plane.
    model.neutral.set([-3, 1, 2], 9);
    const first = [0, 0, 1]; // (1,0,0) x (1,1,0)
    const second = [2, -2, 4]; // (1,1,0) x (-3,1,2)
    const sum = first.map((x, k) => x + second[k]!);
    const head = poseHead(model, [], {});
    sum.forEach((x, k) => expect(head.normals[k]).toBeCloseTo(x / Math.hypot(...sum), 6));
    expect(vertex(head.normals, 3)).toEqual(vertex(head.normals, 0)); // across the seam
  });

  it('turns the eye about its centre, which moves with the person', () => {
    const model = squareHead();
    const straight = createHeadPoser(model, [0, 1]).pose({});
    expect(vertex(straight.positions, 5)).toEqual([3, 2, 1]);
    const left = createHeadPoser(model, [0, 1]).pose({ eyeLookOutLeft: 1 }); // 30 degrees to the subject's left, +x
    expect(vertex(left.positions, 5)).toEqual([3.5, 2, 0.866]);
    expect(vertex(left.positions, 6)).toEqual([2.5, 2, -0.866]);
    expect(vertex(left.neutralPositions, 5)).toEqual([3, 2, 1]);
    const up = createHeadPoser(model, []).pose({ eyeLookUpLeft: 1 }); // 22 degrees
    expect(vertex(up.positions, 5)).toEqual([3, 0.3746, 0.9272]);
    expect(vertex(up.points, 1)).toEqual([3, 0.3746, 0.9272]);
    expect(gazeOf({ eyeLookInRight: 1 }, 'right').yaw).toBeCloseTo(Math.PI / 6); // inwards is to the subject's left, too
    expect(gazeOf({ eyeLookInLeft: 1 }, 'left').yaw).toBeCloseTo(-Math.PI / 6);
    expect(eyeCentre(model, model.neutral, model.eyes[0]!)).toEqual([3, 0, 0]);
  });

  it('writes into the arrays that it is given, and nothing of an earlier pose remains', () => {
    const poser = createHeadPoser(squareHead(), []);
    const first = poser.pose({ jawOpen: 1, eyeLookDownLeft: 1 });
    const second = poser.pose({ cheekPuff: 1 }, first);
    expect(second.positions).toBe(first.positions);
    expect(second.points).toBe(first.points);
    expect(second.positions).toEqual(poseHead(squareHead(), [], { cheekPuff: 1 }).positions);
    expect(second.expression).toEqual({ cheekPuff: 1 });
  });

  it('gives unit normals where triangles vanish', () => {
    const model = squareHead();
    model.neutral.fill(0, 0, 12);
    const { normals } = poseHead(model, [], {});
    for (let i = 0; i < 7; i++) expect(Math.hypot(...vertex(normals, i))).toBe(1);
  });

  it('says what is wrong with an identity', () => {
    expect(() => createHeadPoser(squareHead(), [0, 0, 0])).toThrowErrorMatchingInlineSnapshot(`
      [HeadModelError: 3 identity weights for the head "square", which has 2 modes.
        Leave the last ones out.]
    `);
    expect(() => createHeadPoser(squareHead(), [0, NaN])).toThrowErrorMatchingInlineSnapshot(`[HeadModelError: Identity weight 1 is NaN; it must be a finite number, usually from -3 to 3.]`);
    expect(() => createHeadPoser(squareHead(), [Infinity])).toThrow(HeadModelError);
  });
});
