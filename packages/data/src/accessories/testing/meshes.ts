/** What every mesh of a figure has to satisfy. */
import type { Gpu } from '@onegt/kernels';
import { expect } from 'vitest';
import type { Figure, Mesh } from '../../render/drawable.ts';
import type { HeadFit } from '../fit/head-fit.ts';
import type { Vec3 } from '../geometry/vector.ts';

/** Fails when anything is asked of it: what is worn needs no GPU, hence cannot leak its memory. */
export const untouchedGpu = new Proxy({}, { get(_, name) { throw new Error(`gpu.${String(name)} was used`); } }) as Gpu;

export const trianglesOf = (figure: Figure): number => figure.drawables.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0);

export function* pointsOf(mesh: Mesh, step = 1): Generator<Vec3> {
  for (let i = 0; i < mesh.positions.length; i += 3 * step) yield [mesh.positions[i]!, mesh.positions[i + 1]!, mesh.positions[i + 2]!];
}

/** How deep the deepest of the sampled vertices lies inside of the head, cm. */
export function deepest(figure: Figure, fit: HeadFit, step = 3, counts: (point: Vec3) => boolean = () => true): number {
  let depth = 0;
  for (const { mesh } of figure.drawables)
    for (const point of pointsOf(mesh, step)) if (counts(point)) depth = Math.max(depth, -(fit.surface.nearest(point, 1)?.distance ?? 0));
  return depth;
}

export function expectSound(figure: Figure): void {
  for (const { label, mesh } of figure.drawables) {
    const count = mesh.positions.length / 3;
    expect(mesh.positions.every(Number.isFinite), label).toBe(true);
    expect([mesh.normals.length, mesh.uv.length, mesh.extra.length], label).toEqual([count * 3, count * 2, count * 4]);
    expect(mesh.uv.every(Number.isFinite) && mesh.extra.every(Number.isFinite), label).toBe(true);
    expect(mesh.triangles.every((vertex) => vertex < count), label).toBe(true);
    let worst = 0;
    for (let i = 0; i < mesh.normals.length; i += 3) worst = Math.max(worst, Math.abs(Math.hypot(mesh.normals[i]!, mesh.normals[i + 1]!, mesh.normals[i + 2]!) - 1));
    expect(worst, label).toBeLessThan(1e-5);
  }
}
