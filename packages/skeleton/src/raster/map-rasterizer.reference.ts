/** The meaning of a skeleton map: triangle after triangle into a depth buffer. A port of skeleton_map.cpp. */
import { NUM_POINTS, REGION_NAMES, type Topology } from '../topology/topology.ts';

const NONE = 255;

/** @returns `[size, size, 10]` */
export function skeletonMapReference(points: ArrayLike<number>, { triangles, regions, canonical, numTriangles }: Topology, size: number): Float32Array {
  const normals = vertexNormals(points, triangles);
  const depth = new Float32Array(size * size).fill(-1e9);
  const owner = new Uint8Array(size * size).fill(NONE);
  const map = new Float32Array(size * size * 10);

  const draw = (t: number): void => {
    const ids = triangles.subarray(3 * t, 3 * t + 3);
    const region = regions[t]!;
    const [xs, ys] = [[...ids].map((id) => (points[3 * id]! + 1) * 0.5 * size), [...ids].map((id) => (1 - points[3 * id + 1]!) * 0.5 * size)];
    const [x0, x1, x2] = xs as [number, number, number];
    const [y0, y1, y2] = ys as [number, number, number];
    const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
    if (Math.abs(area) < 1e-12) return;
    for (let py = Math.max(0, Math.floor(Math.min(...ys))); py <= Math.min(size - 1, Math.ceil(Math.max(...ys))); py++) {
      for (let px = Math.max(0, Math.floor(Math.min(...xs))); px <= Math.min(size - 1, Math.ceil(Math.max(...xs))); px++) {
        const [cx, cy] = [px + 0.5, py + 0.5];
        const w1 = ((cx - x0) * (y2 - y0) - (x2 - x0) * (cy - y0)) / area;
        const w2 = ((x1 - x0) * (cy - y0) - (cx - x0) * (y1 - y0)) / area;
        const weights = [1 - w1 - w2, w1, w2];
        if (weights.some((w) => w < -1e-5)) continue;
        const i = py * size + px;
        const mix = (values: ArrayLike<number>, k: number) => weights.reduce((sum, w, j) => sum + w * values[3 * ids[j]! + k]!, 0);
        if (isIris(region)) {
          if (owner[i] === NONE || !(isEye(owner[i]!) || isIris(owner[i]!))) continue;
        } else {
          const z = mix(points, 2);
          if (z <= depth[i]!) continue;
          depth[i] = z;
        }
        owner[i] = region;
        for (let k = 0; k < 3; k++) {
          map[10 * i + k] = mix(canonical, k);
          map[10 * i + 3 + k] = mix(normals, k);
        }
        const name = REGION_NAMES[region]!;
        map.set([+(name === 'face' || name === 'skull'), +(isEye(region) || isIris(region)), +(name === 'mouth'), +isIris(region)], 10 * i + 6);
      }
    }
  };
  for (let t = 0; t < numTriangles; t++) if (!isIris(regions[t]!)) draw(t);
  for (let t = 0; t < numTriangles; t++) if (isIris(regions[t]!)) draw(t);
  return map;
}

function vertexNormals(points: ArrayLike<number>, triangles: Int32Array): Float32Array {
  const normals = new Float32Array(NUM_POINTS * 3);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const u = [0, 1, 2].map((k) => points[3 * b + k]! - points[3 * a + k]!) as [number, number, number];
    const v = [0, 1, 2].map((k) => points[3 * c + k]! - points[3 * a + k]!) as [number, number, number];
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const point of [a, b, c]) for (let k = 0; k < 3; k++) normals[3 * point + k]! += normal[k]!;
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!) + 1e-12;
    for (let k = 0; k < 3; k++) normals[i + k]! /= length;
  }
  return normals;
}

const isIris = (region: number): boolean => region >= REGION_NAMES.indexOf('rightIris');
const isEye = (region: number): boolean => REGION_NAMES[region] === 'rightEye' || REGION_NAMES[region] === 'leftEye';
