/**
 * The 600 points of a head without the rest of its mesh. Only the vertices under the points need to move, and those that
 * eyes and lids are made of, because lids depend on the eyeballs: a head model of a quarter of the vertices, posed as any
 * other, gives the same points.
 */
import type { ExpressionWeights } from '@onegt/skeleton';
import type { HeadModel } from '../heads/head-model.ts';
import { createHeadPoser } from '../heads/pose.ts';

export interface SkeletonPoser {
  /** @param identity - weights in standard deviations */
  person(identity: ArrayLike<number>): {
    /** @returns `[600, 3]` head space, cm */
    pose(expression: ExpressionWeights): Float32Array;
  };
}

/** About an eye, everything within so many radii belongs to its lids. */
const REACH = 2.2;

export function createSkeletonPoser(model: HeadModel): SkeletonPoser {
  const reduced = reducedModel(model);
  return {
    person(identity) {
      const poser = createHeadPoser(reduced, identity);
      return { pose: (expression) => poser.pose(expression).points };
    },
  };
}

function reducedModel(model: HeadModel): HeadModel {
  const vertices = verticesNeeded(model);
  const numVertices = model.neutral.length / 3;
  const indexOf = new Int32Array(numVertices).fill(-1);
  vertices.forEach((vertex, i) => (indexOf[vertex] = i));
  const take = (from: Float32Array, count: number): Float32Array => {
    const out = new Float32Array(count * vertices.length * 3);
    for (let m = 0; m < count; m++) vertices.forEach((vertex, i) => out.set(from.subarray(3 * (m * numVertices + vertex), 3 * (m * numVertices + vertex) + 3), 3 * (m * vertices.length + i)));
    return out;
  };
  // Render vertices are not needed, but triangles tell where skin ends and the eye's socket begins.
  const kept = [...model.parts.keys()].filter((t) => [0, 1, 2].every((k) => indexOf[model.renderSource[model.triangles[3 * t + k]!]!]! >= 0));
  return {
    ...model,
    neutral: take(model.neutral, 1),
    identityModes: take(model.identityModes, model.numIdentityModes),
    expressionModes: take(model.expressionModes, model.expressionNames.length),
    renderSource: Uint32Array.from(vertices.keys()),
    triangles: Uint32Array.from(kept.flatMap((t) => [0, 1, 2].map((k) => indexOf[model.renderSource[model.triangles[3 * t + k]!]!]!))),
    parts: Uint8Array.from(kept, (t) => model.parts[t]!),
    uv: new Float32Array(2 * vertices.length),
    canonical: new Float32Array(3 * vertices.length),
    eyes: model.eyes.map((eye) => ({ ...eye, first: indexOf[eye.first]! })),
    skeletonVertex: model.skeletonVertex.map((vertex) => indexOf[vertex]!),
  };
}

/** Ascending: the vertices of an eyeball stay together. */
function verticesNeeded({ neutral, skeletonVertex, eyes }: HeadModel): number[] {
  const needed = new Set<number>(skeletonVertex);
  for (const { first, count, centre, radius } of eyes) {
    for (let v = first; v < first + count; v++) needed.add(v);
    for (let v = 0; v < neutral.length / 3; v++) {
      if (Math.hypot(neutral[3 * v]! - centre[0], neutral[3 * v + 1]! - centre[1], neutral[3 * v + 2]! - centre[2]) < REACH * radius) needed.add(v);
    }
  }
  return [...needed].sort((a, b) => a - b);
}
