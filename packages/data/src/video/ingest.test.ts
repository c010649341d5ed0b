import type { Face } from '@onegt/skeleton';
import { computeCrop, landmarksInCrop } from '@onegt/skeleton';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileShard } from '../node/folder-shards.ts';
import { cover, drawFace, type DrawnFace } from '../testing/drawn-face.ts';
import { writeClip } from '../testing/write-clip.ts';
import { openClips, type StoredClip } from './clip-sample.ts';
import { openVideo, rotateClockwise } from './clip-file.ts';
import { VideoError } from './errors.ts';
import { createFaceFinder, type FaceFinder } from './face-finder.ts';
import { measureFace } from './face-measures.ts';
import { ingestVideo, type IngestOptions } from './ingest.ts';
import { SCREEN_OPTIONS, screenFace } from './screen.ts';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'onegt-ingest-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every frame is looked at (5 a second), so the n-th question is about the n-th frame. */
class Drawn implements FaceFinder {
  questions = 0;
  readonly #faces: readonly (readonly Face[])[];
  constructor(faces: readonly (readonly Face[])[]) { this.#faces = faces; }
  find(): Promise<Face[]> { return Promise.resolve([...this.#faces[this.questions++]!]); }
  [Symbol.dispose](): void {}
}

const collect = async (file: string): Promise<StoredClip[]> => {
  const clips: StoredClip[] = [];
  for await (const clip of openClips([fileShard(file)])) clips.push(clip);
  return clips;
};

// Two shots of eight frames; a hand in two frames of the first, another person in one of the second, nobody in the last.
const plan: { drawn: DrawnFace; hand?: boolean; second?: boolean; nobody?: boolean }[] = [
  ...Array.from({ length: 8 }, (_, i) => ({ drawn: { x: 84 + i }, hand: i === 3 || i === 4 })),
  ...Array.from({ length: 8 }, (_, i) => ({ drawn: { x: 90, y: 80 - i, room: 1, skin: [120, 80, 60] as const }, second: i === 2, nobody: i === 7 })),
];
const frames = plan.map(({ drawn, hand }) => {
  const { image } = drawFace(drawn);
  return hand === true ? cover(image, 64, 84, 108, 114, [140, 100, 90]) : image;
});
const faces = plan.map(({ drawn, second, nobody }) => {
  const { face } = drawFace(drawn);
  return nobody === true ? [] : second === true ? [face, { ...face, box: [0, 0, 40, 50] as const }] : [face];
});
const screen = { minEyeDistance: 20, minFrames: 4 };

describe('ingestVideo', () => {
  it('keeps what is good, says why it dropped the rest, and shows both', { timeout: 60_000 }, async () => {
    const [video, out] = [join(folder, 'two shots.mp4'), join(folder, 'out')];
    await writeClip(video, frames, 5);
    const options = (finder: FaceFinder, more: Partial<IngestOptions> = {}): IngestOptions => ({ videos: [video], out, licence: 'drawn for a test', size: 64, screen, finder, ...more });
    const seen: number[] = [];
    const report = await ingestVideo(options(new Drawn(faces), { onProgress: ({ sampled }) => seen.push(sampled) }));

    expect(seen).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(report).toMatchObject({ sampled: 16, kept: 12, samples: 2, dropped: { occluded: 2, 'several-faces': 1, 'no-face': 1 }, failed: [], licence: 'drawn for a test' });
    const [only] = report.videos;
    expect(only!.report.shots.map(({ sampled, kept, dropped }) => ({ sampled, kept, dropped }))).toEqual([
      { sampled: 8, kept: 6, dropped: { occluded: 2 } },
      { sampled: 8, kept: 6, dropped: { 'several-faces': 1, 'no-face': 1 } },
    ]);
    expect([...report.sheets].sort()).toEqual(['kept.png', 'no-face.png', 'occluded.png', 'several-faces.png']);
    expect((await sharp(join(out, 'report', 'occluded.png')).metadata()).format).toBe('png');
    expect(only!.report.pictures.occluded).toHaveLength(2);
    expect(JSON.parse(await readFile(join(out, 'report', 'report.json'), 'utf8'))).toEqual(report);

    const clips = await collect(join(out, only!.file!));
    expect(clips.map(({ record }) => [record.shot, record.views.length])).toEqual([[0, 6], [1, 6]]);
    const { record, pictures, points, validity } = clips[0]!;
    expect(record).toMatchObject({ kind: 'clips', size: 64, video: 'two shots.mp4', licence: 'drawn for a test' });
    expect(record.views.map(({ timeSeconds }) => Math.round(timeSeconds * 5))).toEqual([0, 1, 2, 5, 6, 7]);
    const { landmarks } = drawFace(plan[5]!.drawn).face;
    const expected = landmarksInCrop(landmarks, computeCrop(landmarks));
    expected.forEach((value, i) => expect(points[3 * 600 * 3 + i]).toBeCloseTo(value, 4)); // the fourth view is frame 5
    expect(validity.subarray(478, 600).every((value) => value === 0)).toBe(true);
    const { width, height } = await sharp(pictures[0]).metadata();
    expect([width, height]).toEqual([64, 64]);

    const again = new Drawn([]);
    expect(await ingestVideo(options(again))).toEqual(report);
    expect(again.questions).toBe(0); // nothing was decoded or looked at
    const other = new Drawn(faces);
    expect((await ingestVideo(options(other, { screen: { ...screen, maxOcclusion: 1 } }))).kept).toBe(14);
    expect(other.questions).toBe(16); // another screen is another result
  });

  it('a broken shard is made again', { timeout: 60_000 }, async () => {
    const [video, out] = [join(folder, 'again.mp4'), join(folder, 'again')];
    await writeClip(video, frames.slice(0, 8), 5);
    const report = await ingestVideo({ videos: [video], out, size: 64, screen, finder: new Drawn(faces) });
    await writeFile(join(out, report.videos[0]!.file!), 'half');
    const finder = new Drawn(faces);
    expect((await ingestVideo({ videos: [video], out, size: 64, screen, finder })).videos[0]!.sha256).toBe(report.videos[0]!.sha256);
    expect(finder.questions).toBe(8);
  });

  it('goes on with the other videos when one cannot be read, and throws when none can', { timeout: 60_000 }, async () => {
    const [video, text, out] = [join(folder, 'good.mp4'), join(folder, 'text.mp4'), join(folder, 'mixed')];
    await writeClip(video, frames.slice(0, 8), 5);
    await writeFile(text, 'not a video at all');
    const report = await ingestVideo({ videos: [text, video, join(folder, 'absent.mp4')], out, size: 64, screen, finder: new Drawn(faces) });
    expect(report.failed.map(({ code }) => code)).toEqual(['not-a-video', 'not-a-video']);
    expect(report.kept).toBe(6);
    await expect(ingestVideo({ videos: [text], out: join(folder, 'none'), finder: new Drawn([]) })).rejects.toThrow(VideoError);
    await expect(openVideo(folder)).rejects.toThrow(/is not a file/);
  });

  it('says so when a video shows nobody, and leaves no shard', { timeout: 60_000 }, async () => {
    const [video, out] = [join(folder, 'nobody.mp4'), join(folder, 'nobody')];
    await writeClip(video, frames.slice(0, 4), 5);
    await expect(ingestVideo({ videos: [video], out, finder: new Drawn([[], [], [], []]) })).rejects.toMatchObject({ code: 'no-face' });
    expect((await readdir(out)).filter((name) => name.endsWith('.tar'))).toEqual([]);
  });

  it('stops when asked, with nothing half-written', { timeout: 60_000 }, async () => {
    const [video, out] = [join(folder, 'stopped.mp4'), join(folder, 'stopped')];
    await writeClip(video, frames, 5);
    const stop = new AbortController();
    const run = ingestVideo({ videos: [video], out, size: 64, screen, finder: new Drawn(faces), signal: stop.signal, onProgress: ({ sampled }) => { if (sampled === 10) stop.abort(); } });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(out)).sort()).toEqual(['report']);
  });
});

describe('createFaceFinder', () => {
  it('finds the face of a rendering with the installed networks, and nobody on a wall', { timeout: 180_000 }, async () => {
    const fixture = fileURLToPath(new URL('../../../skeleton/fixtures/synthetic-16.png', import.meta.url));
    const { data, info: { width, height } } = await sharp(fixture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    using finder = await createFaceFinder();
    const found = await finder.find({ width, height, data });
    expect(found).toHaveLength(1);
    expect(screenFace(measureFace({ width, height, data }, found[0]!), { ...SCREEN_OPTIONS, minEyeDistance: 20 })).toBeUndefined();
    expect(await finder.find({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(140) })).toEqual([]);
  });
});

describe('openVideo', () => {
  it('gives the pictures that were written, in order', { timeout: 60_000 }, async () => {
    const file = join(folder, 'order.mp4');
    await writeClip(file, [40, 120, 200].map((value) => ({ width: 32, height: 16, data: new Uint8Array(32 * 16 * 4).fill(value) })), 10);
    const video = await openVideo(file);
    const seen: [number, number][] = [];
    for await (const { image, timeSeconds } of video.frames()) seen.push([Math.round(timeSeconds * 10), image.data[4 * 100]!]);
    video.close();
    expect(seen.map(([time]) => time)).toEqual([0, 1, 2]);
    [40, 120, 200].forEach((value, i) => expect(Math.abs(seen[i]![1] - value)).toBeLessThan(6));
  });

  it('turns pictures of phones upright: the first pixel of a quarter turn ends in the last column', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2) };
    expect(rotateClockwise(image, 90)).toEqual({ width: 1, height: 2, data: Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2) });
    expect(rotateClockwise(image, 180)).toEqual({ width: 2, height: 1, data: Uint8Array.of(2, 2, 2, 2, 1, 1, 1, 1) });
    expect(rotateClockwise(image, 270)).toEqual({ width: 1, height: 2, data: Uint8Array.of(2, 2, 2, 2, 1, 1, 1, 1) });
  });
});
