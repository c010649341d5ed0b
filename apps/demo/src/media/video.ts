/** Clips in and out of mp4 files, frame by frame as RGBA. Encoding and decoding run in FFmpeg's libraries (node-av). */
import { registerMediabunnyServer } from '@mediabunny/server';
import type { Image } from '@onegt/skeleton';
import { ALL_FORMATS, BufferTarget, FilePathSource, Input, Mp4OutputFormat, Output, VideoSample, VideoSampleSink, VideoSampleSource } from 'mediabunny';
import { InputError, OutputError } from '../errors.ts';
import { requireFile } from './image.ts';
import { writeFileAtomic } from './output.ts';

/** H.264 in 4:2:0 at 0.25 bits a pixel looks the same as its source at these sizes. */
const BITS_PER_PIXEL = 0.25;

let isRegistered = false;
function registerCodecs(): void {
  if (isRegistered) return;
  registerMediabunnyServer({ hardwareContext: null }); // clips are small, and every absent kind of hardware is reported on stderr
  isRegistered = true;
}

export interface Frame {
  image: Image;
  timestampSeconds: number;
}

export interface Clip {
  width: number;
  height: number;
  durationSeconds: number;
  /** In presentation order, upright. */
  frames(signal?: AbortSignal): AsyncGenerator<Frame, void, void>;
  close(): void;
}

/** @throws {@link InputError} when the file is missing, is no clip, has no picture track or an unknown codec */
export async function openClip(file: string): Promise<Clip> {
  await requireFile(file);
  registerCodecs();
  const input = new Input({ source: new FilePathSource(file), formats: ALL_FORMATS });
  const refuse = (reason: string, cause?: unknown): never => {
    input.dispose();
    throw new InputError(`"${file}" is not a clip that can be read (${reason}).\n  mp4, mov, webm and mkv with H.264, H.265, VP8, VP9 or AV1 are.`, { data: { file }, cause });
  };
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return refuse('no picture track');
    if (!(await track.canDecode())) return refuse(`codec ${(await track.getCodec()) ?? 'unknown'}`);
    const [width, height, durationSeconds] = await Promise.all([track.getDisplayWidth(), track.getDisplayHeight(), track.computeDuration()]);
    const sink = new VideoSampleSink(track);
    return { width, height, durationSeconds, frames: (signal) => readFrames(file, sink, signal), close: () => input.dispose() };
  } catch (error) {
    if (error instanceof InputError) throw error;
    return refuse(error instanceof Error ? error.message : String(error), error);
  }
}

async function* readFrames(file: string, sink: VideoSampleSink, signal: AbortSignal | undefined): AsyncGenerator<Frame, void, void> {
  try {
    for await (const sample of sink.samples()) {
      using current = sample;
      signal?.throwIfAborted();
      yield { image: await toImage(current), timestampSeconds: current.timestamp };
    }
  } catch (cause) {
    if (cause instanceof InputError || signal?.aborted) throw cause;
    throw new InputError(`"${file}" could not be decoded to its end: ${cause instanceof Error ? cause.message : String(cause)}`, { data: { file }, cause });
  }
}

/** Phones store clips lying on their side plus a rotation; the pixels are turned here. */
async function toImage(sample: VideoSample): Promise<Image> {
  const { width, height } = sample.visibleRect;
  const stored = new Uint8Array(width * height * 4);
  await sample.copyTo(stored, { format: 'RGBX' });
  return rotateClockwise({ width, height, data: stored }, sample.rotation);
}

export function rotateClockwise(image: Image, degrees: 0 | 90 | 180 | 270): Image {
  if (degrees === 0) return image;
  const [width, height] = degrees === 180 ? [image.width, image.height] : [image.height, image.width];
  const source = new Uint32Array(image.data.buffer, image.data.byteOffset, image.width * image.height);
  const target = new Uint32Array(width * height);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const [u, v] = degrees === 90 ? [width - 1 - y, x] : degrees === 180 ? [width - 1 - x, height - 1 - y] : [y, height - 1 - x];
      target[v * width + u] = source[y * image.width + x] ?? 0;
    }
  }
  return { width, height, data: new Uint8Array(target.buffer) };
}

/** Collects frames and writes the finished clip in one piece; an aborted clip leaves nothing behind. */
export class ClipWriter {
  readonly #output: Output<Mp4OutputFormat, BufferTarget>;
  readonly #source: VideoSampleSource;
  readonly #framesPerSecond: number;
  #count = 0;

  private constructor(output: Output<Mp4OutputFormat, BufferTarget>, source: VideoSampleSource, framesPerSecond: number) {
    this.#output = output;
    this.#source = source;
    this.#framesPerSecond = framesPerSecond;
  }

  /** Width and height must be even: H.264 stores colour at half resolution. */
  static async create(size: { width: number; height: number }, framesPerSecond: number): Promise<ClipWriter> {
    registerCodecs();
    const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target: new BufferTarget() });
    const bitrate = Math.round(size.width * size.height * framesPerSecond * BITS_PER_PIXEL);
    const source = new VideoSampleSource({ codec: 'avc', bitrate });
    output.addVideoTrack(source, { frameRate: framesPerSecond });
    await output.start();
    return new ClipWriter(output, source, framesPerSecond);
  }

  get frameCount(): number {
    return this.#count;
  }

  async add({ width, height, data }: Image): Promise<void> {
    using sample = new VideoSample(data, {
      format: 'RGBX',
      codedWidth: width,
      codedHeight: height,
      timestamp: this.#count / this.#framesPerSecond,
      duration: 1 / this.#framesPerSecond,
    });
    await this.#source.add(sample);
    this.#count++;
  }

  async save(file: string): Promise<void> {
    await this.#output.finalize();
    const bytes = this.#output.target.buffer;
    if (bytes === null) throw new OutputError('The encoder delivered no data.');
    await writeFileAtomic(file, new Uint8Array(bytes));
  }

  async cancel(): Promise<void> {
    await this.#output.cancel();
  }
}
