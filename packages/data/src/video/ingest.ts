/**
 * From videos of real people to shards: decode, look at some frames a second, find the face, screen, crop, write, report.
 * A shard for each video, so that a second run goes on with the video that was in work.
 */
import { cropImage, type Face, type Image, NUM_POINTS } from '@onegt/skeleton';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { encodeJpeg } from '../node/encode.ts';
import { prepareFolder, removeRemains, writeFileAtomic } from '../node/files.ts';
import { type EncodedSample, writeShardFile } from '../node/shard-file.ts';
import { encodeNpy } from '../shards/npy.ts';
import { openVideo, type VideoFile } from './clip-file.ts';
import { CLIP_FORMAT, type ClipRecord, detectedPoints } from './clip-sample.ts';
import { CutDetector, type CutOptions } from './cuts.ts';
import { VideoError } from './errors.ts';
import { createFaceFinder, type FaceFinder } from './face-finder.ts';
import { measureFace } from './face-measures.ts';
import { addCounts, type Counts, Examples, joinStrips, type ShotReport, type VideoReport } from './report.ts';
import { type Candidate, type Reason, SCREEN_OPTIONS, screenClip, screenFace, type ScreenOptions } from './screen.ts';
import { thumbnailOf } from './thumbnail.ts';

export interface IngestOptions {
  videos: readonly string[];
  /** Folder for the shards and `report/`. */
  out: string;
  /** Who may use the videos; goes into every sample. */
  licence?: string;
  /** Side of the crops, pixels. Default 256. */
  size?: number;
  /** Frames looked at. Cuts are seen in all frames. Default 5. */
  framesPerSecond?: number;
  /** At most so many frames in one sample; a longer shot becomes several. Default 20. */
  viewsPerSample?: number;
  screen?: Partial<ScreenOptions>;
  cuts?: Partial<CutOptions>;
  /** Default: that of `@onegt/skeleton` on a GPU of its own, made when the first video needs it. */
  finder?: FaceFinder;
  /** Folder of the detector's networks; default: the installed `@vladmandic/human`. */
  models?: string;
  signal?: AbortSignal;
  onProgress?: (progress: IngestProgress) => void;
}

export interface IngestProgress {
  video: string;
  /** Number of the video, from 0, and how many there are. */
  index: number;
  count: number;
  seconds: number;
  durationSeconds: number;
  sampled: number;
  /** Frames that passed so far; their clips are judged when they end. */
  candidates: number;
}

export interface ShardOfVideo {
  /** Absent when nothing of the video was kept. */
  file?: string;
  byteLength: number;
  sha256: string;
  /** Of the video and the options: another one means that the video is taken again. */
  fingerprint: string;
  report: VideoReport;
}

export interface IngestReport {
  format: typeof CLIP_FORMAT;
  kind: 'clips';
  size: number;
  licence: string;
  samples: number;
  kept: number;
  sampled: number;
  dropped: Counts;
  videos: readonly ShardOfVideo[];
  /** Videos from which nothing could be read, and why. */
  failed: readonly { video: string; code: string; message: string }[];
  /** Sheets in `report/`, one a reason. */
  sheets: readonly string[];
}

/** A shot in memory is at most so long, in looked-at frames; then it is judged and goes on as another. */
const MAX_SHOT_FRAMES = 400;
const JPEG_QUALITY = 95;
/** In a shot without faces it is looked ever more rarely, but at least so often. */
const MAX_EMPTY_SECONDS = 2;

/**
 * @returns what is in `out/report.json` too; `out/manifest.json` lists the shards
 * @throws {@link VideoError} when nothing could be read from any of the videos: the first one's error
 * @throws OutputError when the folder cannot be written
 */
export async function ingestVideo(options: IngestOptions): Promise<IngestReport> {
  const { videos, out, size = 256, licence = 'not stated', signal } = options;
  await prepareFolder(out);
  await removeRemains(out);
  const strips = join(out, 'report', 'strips');
  await mkdir(strips, { recursive: true });
  const done: ShardOfVideo[] = [];
  const failed: { video: string; code: string; message: string; error: VideoError }[] = [];
  let finder = options.finder;
  try {
    for (const [index, file] of videos.entries()) {
      signal?.throwIfAborted();
      const name = nameOf(file);
      try {
        const fingerprint = await fingerprintOf(file, options);
        const before = await finishedVideo(out, name, fingerprint);
        if (before !== undefined) {
          done.push(before);
          continue;
        }
        const video = await openVideo(file);
        try {
          finder ??= await createFaceFinder(options.models, signal);
          done.push(await ingestOne({ ...options, size, licence }, { file, name, index, fingerprint, strips }, video, finder));
        } finally {
          video.close();
        }
      } catch (error) {
        if (!(error instanceof VideoError)) throw error;
        failed.push({ video: file, code: error.code, message: error.message, error });
      }
    }
  } finally {
    if (options.finder === undefined) finder?.[Symbol.dispose]();
  }
  if (done.length === 0 && failed.length > 0) throw failed[0]!.error;

  const dropped: Counts = {};
  for (const { report } of done) addCounts(dropped, report.dropped);
  const total = (pick: (report: VideoReport) => number): number => done.reduce((sum, { report }) => sum + pick(report), 0);
  const report: IngestReport = {
    format: CLIP_FORMAT, kind: 'clips', size, licence,
    samples: total(({ samples }) => samples), kept: total(({ kept }) => kept), sampled: total(({ sampled }) => sampled), dropped,
    videos: done, failed: failed.map(({ error: _, ...entry }) => entry), sheets: await joinStrips(join(out, 'report')),
  };
  await writeFileAtomic(join(out, 'report', 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  const shards = done.filter(({ file }) => file !== undefined).map(({ file, byteLength, sha256, report: { samples, video } }) => ({ file, byteLength, sha256, samples, video }));
  await writeFileAtomic(join(out, 'manifest.json'), `${JSON.stringify({ format: CLIP_FORMAT, kind: 'clips', size, licence, samples: report.samples, shards }, null, 1)}\n`);
  return report;
}

/** Same name, other folder: another video. */
function nameOf(file: string): string {
  const stem = basename(file, extname(file)).replaceAll(/[^\w-]+/g, '_').slice(0, 60);
  return `${stem}-${createHash('sha256').update(resolve(file)).digest('hex').slice(0, 8)}`;
}

async function fingerprintOf(file: string, { size, framesPerSecond, viewsPerSample, screen, cuts, licence }: IngestOptions): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return createHash('sha256').update(JSON.stringify([CLIP_FORMAT, found?.size, found?.mtimeMs, size, framesPerSecond, viewsPerSample, { ...SCREEN_OPTIONS, ...screen }, cuts, licence])).digest('hex').slice(0, 16);
}

async function finishedVideo(out: string, name: string, fingerprint: string): Promise<ShardOfVideo | undefined> {
  const text = await readFile(join(out, `clips-${name}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as ShardOfVideo;
    if (record.fingerprint !== fingerprint) return undefined;
    if (record.file === undefined) return record;
    return (await stat(join(out, record.file)).catch(() => undefined))?.size === record.byteLength ? record : undefined;
  } catch {
    return undefined; // as good as none: the video is taken again
  }
}

interface Source {
  file: string;
  name: string;
  index: number;
  fingerprint: string;
  strips: string;
}

async function ingestOne(options: IngestOptions & { size: number; licence: string }, source: Source, video: VideoFile, finder: FaceFinder): Promise<ShardOfVideo> {
  const run = new Run(options, source, video, finder);
  const file = `clips-${source.name}.tar`;
  const written = await writeShardFile(join(options.out, file), run.samples());
  const report = run.report();
  if (report.frames === 0) throw new VideoError('no-frames', `"${source.file}" has no frames.`, { data: { file: source.file } });
  if (report.dropped['no-face'] === report.sampled) {
    await rm(join(options.out, file), { force: true });
    throw new VideoError('no-face', `No face was found in "${source.file}": ${report.sampled} frames of ${report.width} x ${report.height} pixels were looked at.\n  Faces should be upright and at least 60 pixels high.`, { data: { file: source.file, sampled: report.sampled } });
  }
  if (written.samples === 0) await rm(join(options.out, file), { force: true });
  await run.examples.save(source.strips, source.name);
  const record: ShardOfVideo = {
    ...(written.samples === 0 ? {} : { file }), byteLength: written.samples === 0 ? 0 : written.byteLength, sha256: written.samples === 0 ? '' : written.sha256,
    fingerprint: source.fingerprint, report,
  };
  await writeFileAtomic(join(options.out, `clips-${source.name}.json`), `${JSON.stringify(record, null, 1)}\n`);
  return record;
}

/** A frame that passed alone and waits for its clip's verdict: the crop is kept, the frame is not. */
interface Waiting extends Candidate {
  jpeg: Uint8Array;
  points: Float32Array;
  validity: Uint8Array;
}

/** One video on its way. */
class Run {
  readonly examples = new Examples();
  readonly #options: IngestOptions & { size: number; licence: string };
  readonly #source: Source;
  readonly #video: VideoFile;
  readonly #finder: FaceFinder;
  readonly #screen: ScreenOptions;
  readonly #shots: ShotReport[] = [];
  #frames = 0;
  #samples = 0;
  #waiting: Waiting[] = [];
  #shot = { startSeconds: 0, endSeconds: 0, sampled: 0, dropped: {} as Counts };

  constructor(options: IngestOptions & { size: number; licence: string }, source: Source, video: VideoFile, finder: FaceFinder) {
    this.#options = options;
    this.#source = source;
    this.#video = video;
    this.#finder = finder;
    this.#screen = { ...SCREEN_OPTIONS, ...options.screen };
  }

  async *samples(): AsyncGenerator<EncodedSample, void, void> {
    const { framesPerSecond = 5, cuts: cutOptions = {}, signal } = this.#options;
    const cuts = new CutDetector(cutOptions);
    let next = -Infinity;
    let empty = 0; // frames without a face, in a row
    for await (const { image, timeSeconds } of this.#video.frames(signal)) {
      this.#frames++;
      const thumbnail = thumbnailOf(image);
      const isCut = cuts.isCut(thumbnail);
      if (isCut || this.#shot.sampled >= MAX_SHOT_FRAMES) {
        yield* this.#endShot();
        next = -Infinity;
        empty = 0;
      }
      if (this.#shot.sampled === 0) this.#shot.startSeconds = timeSeconds;
      this.#shot.endSeconds = timeSeconds;
      if (timeSeconds < next - 1e-6) continue;
      this.#shot.sampled++;
      const reason = await this.#look(image, timeSeconds, thumbnail);
      if (reason !== undefined) this.#drop(reason);
      // To be sure that there is no face takes the detector longest; where nobody is, nobody soon comes.
      empty = reason === 'no-face' ? empty + 1 : 0;
      next = Math.max(next, timeSeconds) + Math.max(1 / framesPerSecond, Math.min(MAX_EMPTY_SECONDS, (2 ** empty - 1) / framesPerSecond));
      this.#options.onProgress?.({
        video: this.#source.file, index: this.#source.index, count: this.#options.videos.length, seconds: timeSeconds, durationSeconds: this.#video.durationSeconds,
        sampled: this.#sampled(), candidates: this.#waiting.length + this.#shots.reduce((sum, { kept }) => sum + kept, 0),
      });
    }
    yield* this.#endShot();
  }

  report(): VideoReport {
    const dropped: Counts = {};
    for (const shot of this.#shots) addCounts(dropped, shot.dropped);
    return {
      video: basename(this.#source.file), width: this.#video.width, height: this.#video.height, frames: this.#frames, sampled: this.#sampled(),
      kept: this.#shots.reduce((sum, { kept }) => sum + kept, 0), samples: this.#samples, dropped, shots: this.#shots, pictures: this.examples.pictures(),
    };
  }

  #sampled(): number {
    return this.#shot.sampled + this.#shots.reduce((sum, { sampled }) => sum + sampled, 0);
  }

  #drop(reason: Reason): void {
    this.#shot.dropped[reason] = (this.#shot.dropped[reason] ?? 0) + 1;
  }

  async #look(image: Image, timeSeconds: number, thumbnail: Candidate['thumbnail']): Promise<Reason | undefined> {
    const { size, signal } = this.#options;
    const faces = await this.#finder.find(image, signal);
    const [face, other] = faces;
    const drop = async (reason: Reason, detail: string): Promise<Reason> => {
      await this.examples.add(reason, image, timeSeconds, detail);
      return reason;
    };
    if (face === undefined) return drop('no-face', '');
    if (other !== undefined && areaOf(other) >= this.#screen.otherFaceShare * areaOf(face)) return drop('several-faces', `${faces.length} faces`);
    const measures = measureFace(image, face);
    const reason = screenFace(measures, this.#screen);
    if (reason !== undefined) return drop(reason, describe(measures));
    const crop = cropImage(image, measures.crop, size);
    const jpeg = await encodeJpeg(rgbOf(crop), size, JPEG_QUALITY);
    this.#waiting.push({ timeSeconds, thumbnail, pictureWidth: image.width, measures, jpeg, ...detectedPoints(face.landmarks, measures.crop) });
    return undefined;
  }

  /** Judge what has come together, hand out what is kept. */
  async *#endShot(): AsyncGenerator<EncodedSample, void, void> {
    if (this.#shot.sampled === 0) return;
    const verdicts = screenClip(this.#waiting, this.#screen);
    const kept: Waiting[] = [];
    for (const [i, frame] of this.#waiting.entries()) {
      const reason = verdicts[i];
      await this.examples.add(reason ?? 'kept', frame.jpeg, frame.timeSeconds, describe(frame.measures));
      if (reason === undefined) kept.push(frame);
      else this.#drop(reason);
    }
    const shot = this.#shots.length;
    this.#shots.push({ shot, ...this.#shot, kept: kept.length });
    this.#waiting = [];
    this.#shot = { startSeconds: 0, endSeconds: 0, sampled: 0, dropped: {} };
    const { viewsPerSample = 20 } = this.#options;
    const parts = Math.ceil(kept.length / viewsPerSample);
    for (let part = 0; part < parts; part++) {
      yield this.#encode(shot, kept.slice(Math.round((part * kept.length) / parts), Math.round(((part + 1) * kept.length) / parts)));
    }
  }

  #encode(shot: number, frames: readonly Waiting[]): EncodedSample {
    const key = `${this.#source.name}-${String(this.#samples++).padStart(5, '0')}`;
    const { size, licence } = this.#options;
    const record: ClipRecord = {
      format: CLIP_FORMAT, kind: 'clips', key, size, video: basename(this.#source.file), shot, licence,
      views: frames.map(({ timeSeconds, measures: { crop, face, eyeDistance, yaw, pitch, roll } }, i) => ({ name: `f${String(i).padStart(2, '0')}`, timeSeconds, crop, score: face.score, eyeDistance, yaw, pitch, roll })),
    };
    const points = new Float32Array(frames.length * NUM_POINTS * 3);
    const validity = new Uint8Array(frames.length * NUM_POINTS);
    frames.forEach((frame, i) => {
      points.set(frame.points, i * NUM_POINTS * 3);
      validity.set(frame.validity, i * NUM_POINTS);
    });
    return {
      key,
      members: new Map<string, Uint8Array>([
        ['json', new TextEncoder().encode(`${JSON.stringify(record)}\n`)],
        ...frames.map(({ jpeg }, i): [string, Uint8Array] => [`${record.views[i]!.name}.jpg`, jpeg]),
        ['points.npy', encodeNpy(points, [frames.length, NUM_POINTS, 3])],
        ['validity.npy', encodeNpy(validity, [frames.length, NUM_POINTS])],
      ]),
    };
  }
}

const areaOf = ({ box }: Face): number => box[2] * box[3];

const degrees = (radians: number): string => `${Math.round((radians * 180) / Math.PI)}°`;

function describe({ eyeDistance, yaw, pitch, sharpness, brightness, face }: Candidate['measures']): string {
  return `eyes ${eyeDistance.toFixed(0)} px, yaw ${degrees(yaw)}, pitch ${degrees(pitch)}, sharpness ${sharpness.toFixed(3)}, brightness ${brightness.toFixed(0)}, score ${face.score.toFixed(2)}`;
}

function rgbOf({ width, height, data }: Image): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) rgb[3 * p + c] = data[4 * p + c]!;
  return rgb;
}
