/**
 * Is a data set whole? Reads every shard to its last byte: length, checksum, every member parsed, every picture decoded,
 * every sample the one that belongs there, no sample and no person twice. What is broken is struck from the records, so
 * that the next `render` makes it again.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { REGIONS } from '../render/drawable.ts';
import { keyOf } from '../samples/sample.ts';
import { ShardError } from '../shards/errors.ts';
import { readShard } from '../shards/loader.ts';
import { memberNames, parseSample } from '../shards/members.ts';
import { type Manifest, readManifest, readShardRecord, sha256OfFile, shardName, type ShardRange, shardRanges, specOf, writeManifest } from './dataset.ts';
import { decodePicture } from './encode.ts';
import { fileShard } from './folder-shards.ts';

export interface ShardFault {
  shard: number;
  file: string;
  reason: string;
}

export interface VerifyReport {
  manifest: Manifest;
  /** Checked and whole. */
  shards: number;
  samples: number;
  pictures: number;
  faults: readonly ShardFault[];
  /** Files that do not belong to the data set, such as copies of shards. */
  strays: readonly string[];
}

export interface VerifyOptions {
  signal: AbortSignal;
  /** Strike broken shards from the records, so that they are made again. Default true. */
  strike?: boolean;
  onShard?: (done: number, total: number, fault: ShardFault | undefined) => void;
}

export async function verifyDataset(folder: string, { signal, strike = true, onShard }: VerifyOptions): Promise<VerifyReport> {
  const manifest = await readManifest(folder);
  const ranges = shardRanges(manifest, manifest.count);
  const faults: ShardFault[] = [];
  const seen = new Set<string>();
  let samples = 0;
  let pictures = 0;
  for (const [done, range] of ranges.entries()) {
    signal.throwIfAborted();
    let fault: ShardFault | undefined;
    try {
      const counts = await verifyShard(folder, manifest, range, seen, signal);
      samples += counts.samples;
      pictures += counts.pictures;
    } catch (error) {
      if (!(error instanceof ShardError)) throw error;
      fault = { shard: range.shard, file: `${shardName(manifest.kind, range.shard)}.tar`, reason: error.message };
      faults.push(fault);
    }
    onShard?.(done + 1, ranges.length, fault);
  }
  if (strike && faults.length > 0) {
    for (const { shard } of faults) await rm(join(folder, `${shardName(manifest.kind, shard)}.json`), { force: true });
    await writeManifest(folder, specOf(manifest), manifest.count, manifest.headLicence);
  }
  return { manifest, shards: ranges.length - faults.length, samples, pictures, faults, strays: await strayFiles(folder, manifest, ranges) };
}

async function verifyShard(folder: string, manifest: Manifest, range: ShardRange, seen: Set<string>, signal: AbortSignal): Promise<{ samples: number; pictures: number }> {
  const fail = (reason: string): never => {
    throw new ShardError(reason, { data: { shard: range.shard } });
  };
  const name = shardName(manifest.kind, range.shard);
  const file = join(folder, `${name}.tar`);
  const length = (await stat(file).catch(() => undefined))?.size ?? fail('it is missing');
  const record = (await readShardRecord(folder, manifest.kind, range.shard)) ?? fail(`its record ${name}.json is missing or unreadable`);
  if (JSON.stringify(specOf(record.spec)) !== JSON.stringify(specOf(manifest)) || record.first !== range.first || record.samples !== range.samples) fail('it belongs to another data set: its record differs from the manifest');
  if (length < record.byteLength) fail(`it is truncated: ${length} of ${record.byteLength} bytes`);
  if (length > record.byteLength) fail(`it has ${length} bytes instead of ${record.byteLength}`);
  if ((await sha256OfFile(file)) !== record.sha256) fail('its checksum differs: bytes have changed since it was written');

  // From here on the file is what was once written; these find errors of the writer, and of copies.
  let index = range.first;
  let pictures = 0;
  for await (const { key, members } of readShard(fileShard(file), signal)) {
    const expected = keyOf(manifest.kind, index);
    if (key !== expected) fail(`sample ${key} is where ${expected} belongs`);
    if (seen.has(key)) fail(`sample ${key} is there twice`);
    seen.add(key);
    const sample = parseSample(key, members);
    const { record: json } = sample;
    if (json.kind !== manifest.kind || json.seed !== manifest.seed || json.index !== index || json.size !== manifest.size || json.head !== manifest.head || json.hasPictures !== manifest.hasPictures) fail(`${key}.json is not of this data set`);
    const extra = [...members.keys()].filter((extension) => !memberNames(json).includes(extension));
    if (extra.length > 0) fail(`${key} has members that nobody reads: ${extra.join(', ')}`);
    const seeds = json.people.map(({ seed }) => seed);
    if (seeds[0] !== manifest.seed + index) fail(`${key} shows the person of seed ${String(seeds[0])} instead of ${manifest.seed + index}`);
    if (![sample.points, sample.poses, sample.rest].every((values) => values.every(Number.isFinite)) || !sample.validity.every((value) => value <= 1)) fail(`${key} has points that are no numbers, or validity other than 0 and 1`);
    for (const [i, { jpeg, regionsPng }] of sample.pictures.entries()) {
      const { regions } = await decodePicture(jpeg, regionsPng, manifest.size, `${key}.${json.views[i]!.name}`);
      if (!regions.every((region) => region < REGIONS.length)) fail(`${key}.${json.views[i]!.name}.region.png has values that are no region`);
      pictures++;
    }
    index++;
  }
  if (index !== range.first + range.samples) fail(`it holds ${index - range.first} of ${range.samples} samples`);
  return { samples: range.samples, pictures };
}

async function strayFiles(folder: string, manifest: Manifest, ranges: readonly ShardRange[]): Promise<string[]> {
  const known = new Set(['manifest.json', 'DATASHEET.md', ...ranges.flatMap(({ shard }) => ['.tar', '.json'].map((ending) => shardName(manifest.kind, shard) + ending))]);
  return (await readdir(folder)).filter((name) => !known.has(name) && !name.endsWith('.tmp') && /\.(tar|json)$/.test(name)).sort();
}
