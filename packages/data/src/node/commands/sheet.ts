import { extname } from 'node:path';
import sharp from 'sharp';
import type { Kind } from '../../samples/sample.ts';
import { parseSample, type StoredSample } from '../../shards/members.ts';
import type { Context } from '../context.ts';
import { VIEWS_PER_SAMPLE } from '../dataset.ts';
import { encodeSample } from '../encode.ts';
import { UsageError } from '../errors.ts';
import { writeFileAtomic } from '../files.ts';
import { loadHead } from '../head.ts';
import { inOrder } from '../make-shard.ts';
import { createMachineMaker } from '../sample-maker.ts';

export interface SheetOptions {
  kind: Kind;
  people: number;
  views?: number;
  columns?: number;
  seed: number;
  size: number;
  heads?: string;
  out: string;
  /** Draw the 600 points: green seen, red hidden. */
  points?: boolean;
}

const FORMATS = ['.png', '.jpg', '.webp'] as const;

/** One picture of many: a row for each person, as the shards would hold them, JPEG included. */
export async function sheet({ kind, people, views = kind === 'groups' ? 5 : VIEWS_PER_SAMPLE[kind], columns, seed, size, heads, out, points = false }: SheetOptions, { progress, signal, print, note }: Context): Promise<void> {
  const format = FORMATS.find((extension) => extension === extname(out).toLowerCase());
  if (format === undefined) throw new UsageError(`The sheet "${out}" must end in ${FORMATS.join(', ')}.`, { out });
  const head = await loadHead(heads);
  note(head.name);
  const maker = await createMachineMaker(head, { size, heads, samples: people, note, signal });
  try {
    const started = performance.now();
    const tiles: Uint8Array[] = [];
    const samples = inOrder(people, maker.concurrency, async (index) => {
      const { key, members } = await encodeSample(await maker.make({ kind, seed, index, size, views }, signal));
      return parseSample(key, members);
    });
    for await (const sample of samples) {
      for (let v = 0; v < sample.pictures.length; v++) tiles.push(await tile(sample, v, points));
      progress.show(`${tiles.length} pictures, ${((tiles.length * 1000) / (performance.now() - started)).toFixed(1)} a second`);
    }
    const perRow = columns ?? tiles.length / people;
    const [width, height] = [Math.min(perRow, tiles.length) * size, Math.ceil(tiles.length / perRow) * size];
    const composed = sharp({ create: { width, height, channels: 3, background: '#000' } }).composite(tiles.map((bytes, i) => ({ input: Buffer.from(bytes), left: (i % perRow) * size, top: Math.floor(i / perRow) * size })));
    const encoded = format === '.png' ? composed.png() : format === '.jpg' ? composed.jpeg({ quality: 92 }) : composed.webp({ quality: 82 });
    await writeFileAtomic(out, await encoded.toBuffer());
    progress.clear();
    const seconds = (performance.now() - started) / 1000;
    print(`${out}: ${people} people, ${tiles.length} pictures in ${seconds.toFixed(1)} s (${(tiles.length / seconds).toFixed(1)} a second)\n`);
  } finally {
    maker.dispose();
  }
}

async function tile({ record, pictures, points, validity }: StoredSample, v: number, withPoints: boolean): Promise<Uint8Array> {
  const { size } = record;
  const { jpeg } = pictures[v]!;
  if (!withPoints) return jpeg;
  const numPoints = validity.length / record.views.length;
  const dots = Array.from({ length: numPoints }, (_, p) => {
    const at = 3 * (v * numPoints + p);
    return `<circle cx="${(((points[at]! + 1) / 2) * size).toFixed(1)}" cy="${(((1 - points[at + 1]!) / 2) * size).toFixed(1)}" r="${size / 250}" fill="${validity[v * numPoints + p] === 1 ? '#3f3' : '#f33'}"/>`;
  });
  return sharp(jpeg).composite([{ input: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${dots.join('')}</svg>`) }]).png().toBuffer();
}
