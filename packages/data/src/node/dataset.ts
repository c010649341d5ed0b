/**
 * A data set on disk: a folder of shards. Every finished shard `groups-000012.tar` has its record `groups-000012.json`
 * beside it, written after it; `manifest.json` gathers them. Several processes may fill one folder: files appear whole by
 * renaming, and a shard made twice has the same bytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_VERSION, type Kind, KINDS, SAMPLE_FORMAT } from '../samples/sample.ts';
import { InputError, UsageError } from './errors.ts';
import { writeFileAtomic } from './files.ts';
import type { Statistics } from './statistics.ts';

/** What decides the bytes of a data set, on one adapter. */
export interface DatasetSpec {
  format: number;
  engine: number;
  kind: Kind;
  /** Of the first sample; sample i has `seed + i`. */
  seed: number;
  size: number;
  samplesPerShard: number;
  /** Of groups and pairs. */
  viewsPerSample: number;
  head: string;
  hasPictures: boolean;
}

/** What is known of a finished shard. */
export interface ShardRecord {
  file: string;
  /** Of the shard in the data set, and of its first sample. */
  shard: number;
  first: number;
  samples: number;
  byteLength: number;
  sha256: string;
  adapter: string;
  seconds: number;
  statistics: Statistics;
  spec: DatasetSpec;
}

export interface Manifest extends DatasetSpec {
  headLicence: string;
  /** Samples asked for; the data set is whole when the shards hold as many. */
  count: number;
  samples: number;
  isComplete: boolean;
  shards: readonly Omit<ShardRecord, 'spec' | 'statistics'>[];
}

/** How many samples a shard holds unless told: 10 to 30 MB at 256 pixels. */
export const SAMPLES_PER_SHARD: Readonly<Record<Kind, number>> = { groups: 50, triplets: 250, pairs: 200 };
export const VIEWS_PER_SAMPLE: Readonly<Record<Kind, number>> = { groups: 20, triplets: 3, pairs: 4 };

export function createSpec(options: Omit<DatasetSpec, 'format' | 'engine'>): DatasetSpec {
  return { format: SAMPLE_FORMAT, engine: ENGINE_VERSION, ...options };
}

export const shardName = (kind: Kind, shard: number): string => `${kind}-${String(shard).padStart(6, '0')}`;

/** Which samples a shard holds. */
export interface ShardRange {
  shard: number;
  first: number;
  samples: number;
}

/** All shards of `count` samples; the last one may be smaller. */
export function shardRanges({ samplesPerShard }: Pick<DatasetSpec, 'samplesPerShard'>, count: number): ShardRange[] {
  return Array.from({ length: Math.ceil(count / samplesPerShard) }, (_, shard) => ({
    shard,
    first: shard * samplesPerShard,
    samples: Math.min(samplesPerShard, count - shard * samplesPerShard),
  }));
}

/** The record of a shard if it is there, whole in length, and what is asked for now. */
export async function finishedShard(folder: string, spec: DatasetSpec, range: ShardRange): Promise<ShardRecord | undefined> {
  const record = await readShardRecord(folder, spec.kind, range.shard);
  if (record === undefined || record.first !== range.first || record.samples !== range.samples || !isSameSpec(record.spec, spec)) return undefined;
  const file = await stat(join(folder, record.file)).catch(() => undefined);
  return file?.size === record.byteLength ? record : undefined;
}

export async function readShardRecord(folder: string, kind: Kind, shard: number): Promise<ShardRecord | undefined> {
  const text = await readFile(join(folder, `${shardName(kind, shard)}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ShardRecord;
  } catch {
    return undefined; // as good as none: the shard is made again
  }
}

export const writeShardRecord = (folder: string, record: ShardRecord): Promise<void> =>
  writeFileAtomic(join(folder, `${shardName(record.spec.kind, record.shard)}.json`), `${JSON.stringify(record, null, 1)}\n`);

/**
 * Gather the records into `manifest.json`. Writers that finish at the same time see each other's records: whoever renames
 * last looks again afterwards.
 */
export async function writeManifest(folder: string, spec: DatasetSpec, count: number, headLicence: string): Promise<Manifest> {
  for (;;) {
    const shards = await allRecords(folder, spec, count);
    const samples = shards.reduce((sum, shard) => sum + shard.samples, 0);
    const manifest: Manifest = { ...spec, headLicence, count, samples, isComplete: samples === count, shards: shards.map(({ spec: _, statistics: __, ...record }) => record) };
    await writeFileAtomic(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    const after = await allRecords(folder, spec, count);
    if (JSON.stringify(after) === JSON.stringify(shards)) return manifest;
  }
}

async function allRecords(folder: string, spec: DatasetSpec, count: number): Promise<ShardRecord[]> {
  const records = await Promise.all(shardRanges(spec, count).map((range) => finishedShard(folder, spec, range)));
  return records.filter((record) => record !== undefined);
}

/** @throws {@link InputError} when there is none, or it is none */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'manifest.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new InputError(`"${folder}" holds no data set: ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).\n  \`onegt-data render\` makes one.`, { cause, data: { folder } });
  }
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.format !== SAMPLE_FORMAT || !KINDS.includes(manifest.kind) || !Array.isArray(manifest.shards)) throw new Error(`format ${String(manifest.format)}, kind ${String(manifest.kind)}`);
    return manifest;
  } catch (cause) {
    throw new InputError(`${file} is not a manifest that this version reads: ${(cause as Error).message}.`, { cause, data: { file } });
  }
}

export function specOf({ format, engine, kind, seed, size, samplesPerShard, viewsPerSample, head, hasPictures }: DatasetSpec): DatasetSpec {
  return { format, engine, kind, seed, size, samplesPerShard, viewsPerSample, head, hasPictures };
}

/**
 * A folder belongs to one data set. More samples of the same are fine, anything else would mix two.
 *
 * @throws {@link UsageError} naming what differs
 */
export async function checkSameDataset(folder: string, spec: DatasetSpec, count: number): Promise<void> {
  const names = await readdir(folder);
  if (!names.includes('manifest.json')) return;
  const manifest = await readManifest(folder);
  const keys = Object.keys(spec) as (keyof DatasetSpec)[];
  const different = keys.filter((key) => manifest[key] !== spec[key]).map((key) => `${key} is ${String(manifest[key])} there and ${String(spec[key])} here`);
  if (count < manifest.count) different.push(`it has ${manifest.count} samples and ${count} are asked for`);
  if (different.length === 0) return;
  throw new UsageError(`"${folder}" already belongs to another data set: ${different.join('; ')}.\n  Choose another --out, or the same options to go on with it.`, { folder });
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const isSameSpec = (a: DatasetSpec, b: DatasetSpec): boolean => JSON.stringify(specOf(a)) === JSON.stringify(specOf(b));
