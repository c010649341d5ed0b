/** Which GEMM kernel for which adapter and shape. A table of good defaults; the tuner may choose better. */
import type { GpuInfo } from '../gpu/adapter.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { type SubgroupTile, subgroupBody } from './subgroup.ts';
import { workgroupBody, type WorkgroupTile, workgroupTileColumns } from './workgroup.ts';

export type GemmVariant = ({ kind: 'subgroup' } & SubgroupTile) | ({ kind: 'workgroup' } & WorkgroupTile);

export interface GemmShape {
  T: number;
  K: number;
  N: number;
}

export function variantLabel(v: GemmVariant): string {
  return v.kind === 'subgroup' ? `subgroup${v.subgroupSize}/${v.rows}x${v.vectors}` : `workgroup/${v.rows}`;
}

/** Directives come first in a module, the body after the shared declarations. */
export function variantWgsl(v: GemmVariant): { directives: string; body: string } {
  return v.kind === 'subgroup' ? { directives: 'enable subgroups;\n', body: subgroupBody(v) } : { directives: '', body: workgroupBody(v) };
}

export function variantGrid(v: GemmVariant, { T, N }: GemmShape): [x: number, y: number] {
  const [rows, columns] = v.kind === 'subgroup' ? [v.rows, 4 * v.subgroupSize * v.vectors] : [8 * v.rows, workgroupTileColumns];
  return [Math.ceil(N / columns), Math.ceil(T / rows)];
}

/** The measured choice where there is one, else the table's. */
export function chooseVariant(gpu: Gpu, shape: GemmShape): GemmVariant {
  return tunedVariant(gpu, shape) ?? gemmVariants(gpu.info, shape)[0]!;
}

/** What the tuner measured to be best for a shape, if this adapter (still) has that variant. */
export function tunedVariant(gpu: Gpu, shape: GemmShape): GemmVariant | undefined {
  const label = gpu.tuning.get(shapeKey(shape));
  return label === undefined ? undefined : gemmVariants(gpu.info, shape).find((variant) => variantLabel(variant) === label);
}

/** Key of a shape in `gpu.tuning`. */
export const shapeKey = ({ T, K, N }: GemmShape): string => `linear/${T}x${K}x${N}`;

/** Largest tile per lane before registers spill. 4 lanes: SwiftShader, 8 and 16: lavapipe (256 and 512 bit), measured. */
const subgroupTiles: Readonly<Record<number, { maxRows: number; vectors: number }>> = {
  4: { maxRows: 8, vectors: 2 },
  8: { maxRows: 32, vectors: 1 },
  16: { maxRows: 64, vectors: 1 },
  32: { maxRows: 32, vectors: 1 },
  64: { maxRows: 16, vectors: 1 },
};

/** Every variant that runs on this adapter for this shape, the default first. */
export function gemmVariants(info: GpuInfo, shape: GemmShape): GemmVariant[] {
  const workgroup = [8, 4, 2, 1].map((rows): GemmVariant => ({ kind: 'workgroup', rows }));
  workgroup.sort((a, b) => workgroupCost(a.rows, shape.T) - workgroupCost(b.rows, shape.T));
  const tile = subgroupTiles[info.subgroupSize];
  if (tile === undefined) return workgroup;
  const { subgroupSize } = info;
  // A second vector per lane only where the columns are there to fill it.
  const vectors = shape.N > 4 * subgroupSize ? tile.vectors : 1;
  const subgroup: GemmVariant[] = [];
  for (let rows = tile.maxRows; rows >= 1; rows /= 2) subgroup.push({ kind: 'subgroup', subgroupSize, rows, vectors });
  subgroup.sort((a, b) => subgroupCost(a.rows, shape.T) - subgroupCost(b.rows, shape.T));
  // Real GPUs have fast workgroup memory and want more than one subgroup in flight per workgroup.
  return info.isFallback ? [...subgroup, ...workgroup] : [...workgroup, ...subgroup];
}

/** Loading the weights costs a tile as much as about nine rows of arithmetic (lavapipe, 256 rows: 7, 14, 23, 38, 49, 59 GFLOP/s at 1, 2, 4, 8, 16, 32). */
const subgroupCost = (rows: number, T: number) => Math.ceil(T / rows) * (9 + rows);

const workgroupCost = (rows: number, T: number) => Math.ceil(T / (8 * rows)) * (4 + rows);
