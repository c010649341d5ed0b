/** What was kept, what was dropped and why: numbers as JSON, pictures as one sheet a reason. */
import type { Image } from '@onegt/skeleton';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeFileAtomic } from '../node/files.ts';
import type { Reason } from './screen.ts';

/** Frames by why they were dropped. */
export type Counts = Partial<Record<Reason, number>>;

export interface ShotReport {
  shot: number;
  startSeconds: number;
  endSeconds: number;
  /** Frames that were looked at, and those in the shard. */
  sampled: number;
  kept: number;
  dropped: Counts;
}

export interface VideoReport {
  video: string;
  width: number;
  height: number;
  /** Decoded; every few of them is looked at. */
  frames: number;
  sampled: number;
  kept: number;
  /** Samples in the shard. */
  samples: number;
  dropped: Counts;
  shots: readonly ShotReport[];
  /** Frames shown on the sheets, in their order (rows of 8). */
  pictures: Readonly<Partial<Record<Reason | 'kept', readonly { timeSeconds: number; detail: string }[]>>>;
}

const TILE = { width: 160, height: 120 };
const COLUMNS = 8;
const MAX_TILES = 16;

/** A few pictures of a reason from the whole of a video: every n-th, n doubling when there are too many. */
export class Examples {
  readonly #kept = new Map<Reason | 'kept', { step: number; seen: number; tiles: { timeSeconds: number; detail: string; jpeg: Uint8Array }[] }>();

  /** @param image - pixels, or a JPEG file */
  async add(reason: Reason | 'kept', image: Image | Uint8Array, timeSeconds: number, detail: string): Promise<void> {
    const entry = this.#kept.get(reason) ?? { step: 1, seen: 0, tiles: [] };
    this.#kept.set(reason, entry);
    if (entry.seen++ % entry.step !== 0) return;
    entry.tiles.push({ timeSeconds, detail, jpeg: await tileOf(image) });
    if (entry.tiles.length > MAX_TILES) {
      entry.tiles = entry.tiles.filter((_, i) => i % 2 === 0);
      entry.step *= 2;
    }
  }

  pictures(): VideoReport['pictures'] {
    return Object.fromEntries([...this.#kept].map(([reason, { tiles }]) => [reason, tiles.map(({ timeSeconds, detail }) => ({ timeSeconds: Math.round(timeSeconds * 1000) / 1000, detail }))]));
  }

  /** One strip a reason, `NAME.REASON.png`; replaces what an earlier run left. */
  async save(folder: string, name: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const file of await readdir(folder)) if (file.startsWith(`${name}.`)) await rm(join(folder, file));
    for (const [reason, { tiles }] of this.#kept) {
      const rows = Math.ceil(tiles.length / COLUMNS);
      const sheet = sharp({ create: { width: COLUMNS * TILE.width, height: rows * TILE.height, channels: 3, background: '#202020' } })
        .composite(tiles.map(({ jpeg }, i) => ({ input: Buffer.from(jpeg), left: (i % COLUMNS) * TILE.width, top: Math.floor(i / COLUMNS) * TILE.height })));
      await writeFileAtomic(join(folder, `${name}.${reason}.png`), await sheet.png().toBuffer());
    }
  }
}

function tileOf(image: Image | Uint8Array): Promise<Uint8Array> {
  const opened = image instanceof Uint8Array ? sharp(image) : sharp(image.data, { raw: { width: image.width, height: image.height, channels: 4 } });
  return opened.removeAlpha().resize(TILE.width, TILE.height, { fit: 'contain', background: '#202020' }).jpeg({ quality: 80 }).toBuffer();
}

/** Put the strips of all videos below each other: `folder/REASON.png` of `folder/strips/NAME.REASON.png`. */
export async function joinStrips(folder: string): Promise<string[]> {
  const strips = join(folder, 'strips');
  const byReason = new Map<string, string[]>();
  for (const file of (await readdir(strips).catch(() => [])).sort()) {
    const reason = /\.([a-z-]+)\.png$/.exec(file)?.[1];
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), file]);
  }
  const written: string[] = [];
  for (const [reason, files] of byReason) {
    const pictures = await Promise.all(files.map(async (file) => ({ bytes: await readFile(join(strips, file)), height: (await sharp(join(strips, file)).metadata()).height })));
    let top = 0;
    const layers = pictures.map(({ bytes, height }) => ({ input: bytes, left: 0, top: (top += height) - height }));
    const sheet = sharp({ create: { width: COLUMNS * TILE.width, height: top, channels: 3, background: '#202020' } }).composite(layers);
    await writeFileAtomic(join(folder, `${reason}.png`), await sheet.png().toBuffer());
    written.push(`${reason}.png`);
  }
  return written;
}

export function addCounts(to: Counts, from: Counts): void {
  for (const [reason, count] of Object.entries(from) as [Reason, number][]) to[reason] = (to[reason] ?? 0) + count;
}
