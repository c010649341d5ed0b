/** Fill a folder with the shards of a data set: those that are there already are kept. */
import { checkSameDataset, type DatasetSpec, finishedShard, type Manifest, shardRanges, type ShardRecord, VIEWS_PER_SAMPLE, writeManifest } from './dataset.ts';
import { writeDatasheet } from './datasheet.ts';
import type { LostError } from './errors.ts';
import { prepareFolder, removeRemains } from './files.ts';
import { MakerSession, type ShardMaker } from './make-shard.ts';

export interface RenderDatasetOptions {
  folder: string;
  spec: DatasetSpec;
  count: number;
  headLicence: string;
  /** Which shards are this process's: number `index` modulo `count`. Default all. */
  part?: { index: number; count: number };
  createMaker: () => Promise<ShardMaker>;
  signal: AbortSignal;
  progress?: RenderProgress;
}

export interface RenderProgress {
  start(total: { shards: number; alreadyThere: number; pictures: number }): void;
  pictures(count: number): void;
  shard(record: ShardRecord): void;
  /** A GPU device or a process: the shard in work is made again. */
  lost(error: LostError): void;
}

export interface RenderResult {
  made: number;
  alreadyThere: number;
  manifest: Manifest;
}

/** @throws {@link UsageError}, {@link OutputError}, `DeviceLostError` or {@link ProcessLostError} at a second loss in a row */
export async function renderDataset(options: RenderDatasetOptions): Promise<RenderResult> {
  const { folder, spec, count, part = { index: 0, count: 1 }, signal, progress } = options;
  signal.throwIfAborted();
  await prepareFolder(folder);
  await checkSameDataset(folder, spec, count);
  await removeRemains(folder);
  const mine = shardRanges(spec, count).filter(({ shard }) => shard % part.count === part.index);
  const finished = await Promise.all(mine.map((range) => finishedShard(folder, spec, range)));
  const missing = mine.filter((_, i) => finished[i] === undefined);
  progress?.start({ shards: missing.length, alreadyThere: mine.length - missing.length, pictures: missing.reduce((sum, { samples }) => sum + samples, 0) * picturesPerSample(spec) });

  let manifest = await writeManifest(folder, spec, count, options.headLicence); // at once: it claims the folder
  const session = new MakerSession(options.createMaker, (error) => progress?.lost(error));
  try {
    for (const range of missing) {
      const record = await session.makeShard({ folder, spec, range, signal, onSample: (pictures) => progress?.pictures(pictures) });
      progress?.shard(record);
      manifest = await writeManifest(folder, spec, count, options.headLicence);
    }
  } finally {
    await session.dispose();
  }
  if (manifest.isComplete) await writeDatasheet(folder, manifest);
  return { made: missing.length, alreadyThere: mine.length - missing.length, manifest };
}

export const picturesPerSample = ({ kind, viewsPerSample }: Pick<DatasetSpec, 'kind' | 'viewsPerSample'>): number => (kind === 'triplets' ? VIEWS_PER_SAMPLE.triplets : viewsPerSample);
