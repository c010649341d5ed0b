/** The datasheet of a data set (Gebru et al. 2018): what it is, where it comes from, what it holds, what it is not for. */
import { join } from 'node:path';
import type { Kind } from '../samples/sample.ts';
import { type Manifest, readShardRecord } from './dataset.ts';
import { writeFileAtomic } from './files.ts';
import { mebibytes } from './progress.ts';
import { binEdges, emptyStatistics, type Histogram, mergeStatistics, type Statistics } from './statistics.ts';

const WHAT: Readonly<Record<Kind, string>> = {
  groups: 'Each sample is one synthetic person with one expression in one scene, seen by many cameras. Light and background stay with the scene.',
  triplets: 'Each sample is a source, a driving face (another synthetic person, pose and scene) and the source with the driving face’s expression; source and target differ in the expression only.',
  pairs: 'Each sample is one synthetic person over cameras and expressions: a reference and targets.',
};

export async function writeDatasheet(folder: string, manifest: Manifest): Promise<void> {
  const statistics = emptyStatistics();
  for (const { shard } of manifest.shards) {
    const record = await readShardRecord(folder, manifest.kind, shard);
    if (record?.statistics !== undefined) mergeStatistics(statistics, record.statistics);
  }
  await writeFileAtomic(join(folder, 'DATASHEET.md'), datasheet(manifest, statistics));
}

export function datasheet(manifest: Manifest, statistics: Statistics): string {
  const bytes = manifest.shards.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const last = manifest.seed + manifest.count - 1;
  return `# Datasheet: ${manifest.count} ${manifest.kind}, seeds ${manifest.seed} to ${last}

## What it is

${WHAT[manifest.kind]} Nobody in it exists. ${manifest.samples} samples, ${statistics.pictures} views of ${manifest.size} x ${manifest.size} pixels,
${manifest.shards.length} shards, ${mebibytes(bytes)}. ${manifest.hasPictures ? 'With every picture: camera, crop, expression, gaze, 600 points with validity, region mask.' : 'Geometry only: cameras, crops, expressions, gaze, 600 points with validity (hidden by the head itself or outside of the picture), no pictures.'}

## Where it comes from

Rendered by @onegt/data (engine ${manifest.engine}, format ${manifest.format}) on ${[...new Set(manifest.shards.map(({ adapter }) => adapter))].join(', ') || 'no adapter yet'}.
Head model: ${manifest.head}. ${manifest.headLicence}
Everything else (skin, hair, eyes, accessories, clothes, light, backgrounds) is procedure, drawn from the seeds: the same seeds give the same scenes
everywhere and the same bytes on the same adapter. No photograph and no person’s data is in it.

## What it holds, as counted

${statistics.people} people in ${statistics.pictures} pictures.

| quantity | mean | least | most | counts over equal bins (lower ends) |
|---|---|---|---|---|
${Object.entries(statistics.numbers).map(([name, histogram]) => numberRow(name, histogram)).join('\n')}

Expressions above 0.3, share of pictures: ${list(statistics.expressions, statistics.pictures)}.

Looks and settings:

${Object.entries(statistics.words).map(([path, counts]) => wordRow(path, counts)).join('\n')}

## What it is for, and what not

For learning the geometry of heads (points under cameras and expressions), skeleton-to-picture rendering and the like. Not for deciding anything
about real people, and no measure of how a model does on them. Faces are symmetrical more often than real ones, skin and hair are procedures,
bodies end at the shoulders. Head shapes vary as the head model’s modes do; its origin (above) decides whose heads are well covered. The numbers
above are what was drawn, not what a population is like.

## How to read it

WebDataset shards (plain tar). \`KEY.json\` describes a sample, \`KEY.VIEW.jpg\` and \`KEY.VIEW.region.png\` are its pictures and masks,
\`KEY.points.npy\` [V, 600, 3] crop units, \`KEY.poses.npy\` [P, 600, 3] and \`KEY.rest.npy\` [people, 600, 3] head space in cm, \`KEY.validity.npy\` [V, 600]. \`manifest.json\` has the checksums;
\`onegt-data verify\` checks them. In Python: \`wds.WebDataset("${manifest.kind}-{000000..${String(Math.max(0, manifest.shards.length - 1)).padStart(6, '0')}}.tar").decode("rgb8")\`.
`;
}

function numberRow(name: string, { count, sum, min, max, bins }: Histogram): string {
  const edges = binEdges(name).map(short);
  return `| ${name} | ${short(sum / count)} | ${short(min)} | ${short(max)} | ${bins.map((n, i) => `${edges[i]}: ${n}`).join(', ')} |`;
}

/** Long vocabularies are cut: a datasheet is for reading. */
const MAX_WORDS = 40;

function wordRow(path: string, counts: Readonly<Record<string, number>>): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `- ${path}: ${list(counts, total)}`;
}

function list(counts: Readonly<Record<string, number>>, total: number): string {
  const sorted = Object.entries(counts).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const shown = sorted.slice(0, MAX_WORDS).map(([word, count]) => `${word} ${((100 * count) / Math.max(1, total)).toFixed(1)} %`).join(', ');
  return sorted.length > MAX_WORDS ? `${shown}, and ${sorted.length - MAX_WORDS} more` : shown || 'none';
}

const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
