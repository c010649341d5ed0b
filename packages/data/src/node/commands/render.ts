import type { HeadModel } from '../../heads/head-model.ts';
import { createGeometryMaker } from '../../samples/geometry-maker.ts';
import type { Kind } from '../../samples/sample.ts';
import { splitOf } from '../../scene/split.ts';
import type { Context } from '../context.ts';
import { createSpec, type DatasetSpec, SAMPLES_PER_SHARD, VIEWS_PER_SAMPLE } from '../dataset.ts';
import { UsageError } from '../errors.ts';
import { loadHead } from '../head.ts';
import type { ShardMaker } from '../make-shard.ts';
import { duration, mebibytes } from '../progress.ts';
import { renderDataset } from '../render-dataset.ts';
import { createMachineMaker, type MachineMakerOptions } from '../sample-maker.ts';

export interface DatasetOptions {
  count: number;
  size: number;
  seed: number;
  out: string;
  heads?: string;
  shardSize?: number;
  views?: number;
  /** commander's form of `--without-pictures`. */
  withoutPictures?: boolean;
}

export interface RenderOptions extends DatasetOptions {
  shard?: { index: number; count: number };
  processes?: number;
}

export async function render(kind: Kind, options: RenderOptions, { progress, signal, print, note }: Context): Promise<void> {
  const head = await loadHead(options.heads);
  const spec = specOfOptions(kind, options, head);
  note(`${head.name}. ${head.licence}`);
  const started = performance.now();
  const { made, manifest } = await renderDataset({
    folder: options.out, spec, count: options.count, headLicence: head.licence, signal, progress,
    ...(options.shard === undefined ? {} : { part: options.shard }),
    createMaker: makerOf(spec, head, { heads: options.heads, processes: options.processes, samples: options.count, note, signal }),
  });
  progress.clear();
  const bytes = manifest.shards.reduce((sum, { byteLength }) => sum + byteLength, 0);
  print(`${options.out}: ${manifest.samples} of ${manifest.count} ${kind} in ${manifest.shards.length} shards, ${mebibytes(bytes)}; ${made} shards made in ${duration((performance.now() - started) / 1000)}\n`);
}

export const makerOf = ({ hasPictures, size }: DatasetSpec, head: HeadModel, options: Omit<MachineMakerOptions, 'size'>): (() => Promise<ShardMaker>) =>
  async () => (hasPictures ? createMachineMaker(head, { size, ...options }) : createGeometryMaker(head));

/** @throws {@link UsageError} when options contradict each other */
export function specOfOptions(kind: Kind, { count, size, seed, shardSize, views, withoutPictures = false }: DatasetOptions, head: HeadModel): DatasetSpec {
  if (views !== undefined && kind === 'triplets') throw new UsageError('--views is for groups and pairs: a triplet has three views.');
  if (splitOf(seed) !== splitOf(seed + count - 1)) {
    throw new UsageError(`Seeds ${seed} to ${seed + count - 1} are partly ${splitOf(seed)} and partly ${splitOf(seed + count - 1)} people.\n  Keep a data set within one split: 0..999999 train, 1000000..1999999 validation, 2000000 and more test.`);
  }
  return createSpec({ kind, seed, size, samplesPerShard: shardSize ?? SAMPLES_PER_SHARD[kind], viewsPerSample: views ?? VIEWS_PER_SAMPLE[kind], head: head.name, hasPictures: !withoutPictures });
}
