/**
 * The eyeballs of a person as one drawable. The surface is the head model's own (the lids were made for it); iris, white
 * and wetness are in the material, which gets each eye's frame, iris and lids as parameters.
 */
import type { Gpu } from '@onegt/kernels';
import { type Eye, type HeadModel, PARTS } from '../heads/head-model.ts';
import { gazeOf } from '../heads/pose.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import type { Figure, Mesh } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { eyeMaterialWgsl } from './eye-material.wgsl.ts';
import type { EyesLook } from './look.ts';
import { length3 } from '../geometry/length.ts';

type Vector = [number, number, number];
const VECTORS_PER_EYE = 24;

/** Iris centre and ring, and both lids from the outer to the inner corner (9 points, corners shared), by skeleton point. */
const LANDMARKS = {
  right: { iris: 468, ring: [469, 470, 471, 472], upper: [33, 246, 161, 160, 159, 158, 157, 173, 133], lower: [33, 7, 163, 144, 145, 153, 154, 155, 133] },
  left: { iris: 473, ring: [474, 475, 476, 477], upper: [263, 466, 388, 387, 386, 385, 384, 398, 362], lower: [263, 249, 390, 373, 374, 380, 381, 382, 362] },
} as const;

/** One eye at rest: where its vertices are in the mesh, and what does not move in its frame. */
interface EyeAtRest {
  eye: Eye;
  vertices: Uint32Array;
  anchor: Vector;
  irisCentre: Vector;
  irisRadius: number;
  axis: Vector;
  ball: Vector;
  /** Of the iris behind its skeleton point, cm, so that it lies below the surface at its rim. */
  depth: number;
}

/** @param head - the person at rest. A head without eyeballs gives a figure without drawables. */
export function createEyes(_gpu: Gpu, look: EyesLook, head: PosedHead, _traits: Traits): Figure {
  const { model } = head;
  const { source, triangles, uv, verticesOf } = topologyOf(model);
  if (source.length === 0) return { drawables: [], [Symbol.dispose]() {} };
  const mesh: Mesh = { positions: new Float32Array(source.length * 3), normals: new Float32Array(source.length * 3), uv, extra: new Float32Array(source.length * 4), triangles, version: 0 };
  const atRest = model.eyes.map((eye, i) => eyeAtRest(head, eye, source, verticesOf[i]!));
  for (const rest of atRest) writeExtra(rest, source, head.neutralPositions, mesh.extra);

  const parameters = new Float32Array(4 * 2 * VECTORS_PER_EYE);
  for (const rest of atRest) writeLook(parameters, look, rest);
  const pose = (posed: PosedHead) => {
    copyVertices(posed.positions, source, mesh.positions);
    copyVertices(posed.normals, source, mesh.normals);
    mesh.version++;
    for (const { eye } of atRest) writePose(parameters, eye, posed);
  };
  pose(head);
  return {
    drawables: [{ label: 'eyes', mesh, region: 'eye', castsShadow: false, material: { label: 'eyes', wgsl: eyeMaterialWgsl, parameters } }],
    pose,
    [Symbol.dispose]() {},
  };
}

/** Where each vertex lies in its eye at rest, and in which. */
function writeExtra({ eye, vertices, anchor }: EyeAtRest, source: Uint32Array, positions: Float32Array, extra: Float32Array): void {
  for (let i = 0; i < vertices.length; i++) {
    const at = 4 * vertices[i]!, from = 3 * source[vertices[i]!]!;
    extra[at] = positions[from]! - anchor[0];
    extra[at + 1] = positions[from + 1]! - anchor[1];
    extra[at + 2] = positions[from + 2]! - anchor[2];
    extra[at + 3] = eye.side === 'left' ? 1 : 0;
  }
}

function copyVertices(from: Float32Array, source: Uint32Array, to: Float32Array): void {
  for (let i = 0; i < source.length; i++) {
    const at = 3 * source[i]!;
    to[3 * i] = from[at]!;
    to[3 * i + 1] = from[at + 1]!;
    to[3 * i + 2] = from[at + 2]!;
  }
}

/** What the eyes of a model share, whoever it is. */
interface EyeTopology {
  /** Render vertex of the model for each vertex. */
  source: Uint32Array;
  triangles: Uint32Array;
  uv: Float32Array;
  /** Vertices of each of the model's eyes. */
  verticesOf: Uint32Array[];
}

const topologies = new WeakMap<HeadModel, EyeTopology>();

function topologyOf(model: HeadModel): EyeTopology {
  let topology = topologies.get(model);
  if (topology === undefined) {
    const eyeball = PARTS.indexOf('eyeball');
    const vertexOf = new Map<number, number>();
    const triangles: number[] = [];
    for (let t = 0; t < model.parts.length; t++) {
      if (model.parts[t] !== eyeball) continue;
      for (let k = 0; k < 3; k++) {
        const r = model.triangles[3 * t + k]!;
        if (!vertexOf.has(r)) vertexOf.set(r, vertexOf.size);
        triangles.push(vertexOf.get(r)!);
      }
    }
    const source = Uint32Array.from(vertexOf.keys());
    const verticesOf = model.eyes.map(({ first, count }) => Uint32Array.from(source.keys()).filter((i) => {
      const shape = model.renderSource[source[i]!]!;
      return shape >= first && shape < first + count;
    }));
    topology = { source, triangles: Uint32Array.from(triangles), uv: Float32Array.from(Array.from(source).flatMap((r) => [model.uv[2 * r]!, model.uv[2 * r + 1]!])), verticesOf };
    topologies.set(model, topology);
  }
  return topology;
}

function eyeAtRest(head: PosedHead, eye: Eye, source: Uint32Array, vertices: Uint32Array): EyeAtRest {
  const { model, neutralPositions, neutralPoints } = head;
  const anchor = meanOf(neutralPositions, source, vertices);
  const standard = meanOf(model.canonical, source, vertices);
  const { iris, ring } = LANDMARKS[eye.side];
  const irisCentre = pointFrom(anchor, neutralPoints, iris);
  // The ball moves with the person's identity as its vertices do.
  const ball = difference(eye.centre, standard);
  const axis = unit(difference(irisCentre, ball));
  let irisRadius = 0;
  for (const i of ring) irisRadius += offAxis(pointFrom(anchor, neutralPoints, i), irisCentre, axis).radius;
  irisRadius /= ring.length;
  // Just below the surface where the iris ends.
  let rim = 0;
  let count = 0;
  for (let i = 0; i < vertices.length; i++) {
    const { along, radius } = offAxis(pointFrom(anchor, neutralPositions, source[vertices[i]!]!), irisCentre, axis);
    if (along > -irisRadius && Math.abs(radius - irisRadius) < 0.25 * irisRadius) {
      rim += along;
      count++;
    }
  }
  const depth = count === 0 ? 0 : Math.max(0, 0.02 - rim / count);
  return { eye, vertices, anchor, irisCentre, irisRadius, axis, ball, depth };
}

function meanOf(positions: Float32Array, source: Uint32Array, vertices: Uint32Array): Vector {
  const sum: Vector = [0, 0, 0];
  for (let i = 0; i < vertices.length; i++) {
    const at = 3 * source[vertices[i]!]!;
    sum[0] += positions[at]!;
    sum[1] += positions[at + 1]!;
    sum[2] += positions[at + 2]!;
  }
  return [sum[0] / vertices.length, sum[1] / vertices.length, sum[2] / vertices.length];
}

/** How far a point lies along an axis, and from it. */
function offAxis(point: Vector, origin: Vector, axis: Vector): { along: number; radius: number } {
  const dx = point[0] - origin[0], dy = point[1] - origin[1], dz = point[2] - origin[2];
  const along = dx * axis[0] + dy * axis[1] + dz * axis[2];
  return { along, radius: length3(dx - along * axis[0], dy - along * axis[1], dz - along * axis[2]) };
}

const difference = (a: readonly [number, number, number], b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

const pointFrom = (origin: Vector, points: Float32Array, i: number): Vector => [points[3 * i]! - origin[0], points[3 * i + 1]! - origin[1], points[3 * i + 2]! - origin[2]];

function unit(v: Vector): Vector {
  const length = length3(v[0], v[1], v[2]);
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** What a gaze does not change. */
function writeLook(parameters: Float32Array, look: EyesLook, rest: EyeAtRest): void {
  const iris = look[rest.eye.side];
  const base = 4 * VECTORS_PER_EYE * (rest.eye.side === 'left' ? 1 : 0);
  parameters.set([
    ...rest.irisCentre, rest.irisRadius * look.irisScale,
    ...rest.axis, look.pupil,
    ...rest.ball, rest.depth,
    ...iris.outer, iris.collarette,
    ...iris.inner, iris.fibres,
    iris.numFibres, iris.crypts, iris.flecks, look.arcus,
    iris.limbus, iris.limbusWidth, look.wetness, look.lens?.ring ?? 0,
    iris.sector.angleRadians, iris.sector.width, iris.sector.strength, look.redness,
    ...(look.lens?.colour ?? [0, 0, 0]), look.lens?.strength ?? 0,
    ...look.sclera, look.veins,
    ...iris.offset, 0,
  ], base + 12);
}

/** The frame of the turned eye, and how far its lids are open: heights at nine even steps between the corners. */
function writePose(parameters: Float32Array, eye: Eye, posed: PosedHead): void {
  const base = 4 * VECTORS_PER_EYE * (eye.side === 'left' ? 1 : 0);
  const { yaw, pitch } = gazeOf(posed.expression, eye.side);
  const sinYaw = Math.sin(yaw), cosYaw = Math.cos(yaw), sinPitch = Math.sin(pitch), cosPitch = Math.cos(pitch);
  parameters.set([cosYaw, 0, -sinYaw, 0, -sinPitch * sinYaw, cosPitch, -sinPitch * cosYaw, 0, cosPitch * sinYaw, sinPitch, cosPitch * cosYaw, 0], base);
  const { upper, lower } = LANDMARKS[eye.side];
  const x = (i: number) => posed.points[3 * i]!;
  const outerX = x(upper[0]), innerX = x(upper[8]);
  parameters.set([outerX, innerX, 0, 0], base + 4 * 14);
  for (let i = 0; i <= 8; i++) {
    const at = outerX + ((innerX - outerX) * i) / 8;
    parameters.set([heightAt(posed.points, upper, at), heightAt(posed.points, lower, at)], base + 4 * 15 + 2 * i);
  }
}

/** y of a polyline of points at x; its ends beyond them. */
function heightAt(points: Float32Array, line: readonly number[], x: number): number {
  for (let i = 1; i < line.length; i++) {
    const a = 3 * line[i - 1]!, b = 3 * line[i]!;
    const t = (x - points[a]!) / (points[b]! - points[a]!);
    if (t >= 0 && t <= 1) return points[a + 1]! + t * (points[b + 1]! - points[a + 1]!);
  }
  const end = Math.abs(x - points[3 * line[0]!]!) < Math.abs(x - points[3 * line.at(-1)!]!) ? line[0]! : line.at(-1)!;
  return points[3 * end + 1]!;
}
