/** Video files, frame by frame as RGBA. Decoding runs in FFmpeg's libraries (node-av) behind WebCodecs' interface. */
import { registerMediabunnyServer } from '@mediabunny/server';
import type { Image } from '@onegt/skeleton';
import { ALL_FORMATS, FilePathSource, Input, type VideoSample, VideoSampleSink } from 'mediabunny';
import { stat } from 'node:fs/promises';
import { VideoError } from './errors.ts';

let isRegistered = false;
export function registerCodecs(): void {
  if (isRegistered) return;
  registerMediabunnyServer({ hardwareContext: null }); // else every absent kind of hardware is reported on stderr
  isRegistered = true;
}

export interface Frame {
  image: Image;
  timeSeconds: number;
}

export interface VideoFile {
  width: number;
  height: number;
  durationSeconds: number;
  /** In presentation order, upright. */
  frames(signal?: AbortSignal): AsyncGenerator<Frame, void, void>;
  close(): void;
}

/** @throws {@link VideoError} when the file is missing, is no video, has no picture track or an unknown codec */
export async function openVideo(file: string): Promise<VideoFile> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new VideoError('not-a-video', `"${file}" cannot be read (${cause.code ?? cause.message}).\n  Check the path.`, { cause, data: { file } });
  });
  if (!found.isFile()) throw new VideoError('not-a-video', `"${file}" is not a file.\n  Name the videos themselves, for example ${file}/*.mp4.`, { data: { file } });
  registerCodecs();
  const input = new Input({ source: new FilePathSource(file), formats: ALL_FORMATS });
  const refuse = (reason: string, cause?: unknown): never => {
    input.dispose();
    throw new VideoError('not-a-video', `"${file}" is not a video that can be read (${reason}).\n  mp4, mov, webm and mkv with H.264, H.265, VP8, VP9 or AV1 are.`, { data: { file }, cause });
  };
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return refuse('no picture track');
    if (!(await track.canDecode())) return refuse(`codec ${(await track.getCodec()) ?? 'unknown'}`);
    const [width, height, durationSeconds] = await Promise.all([track.getDisplayWidth(), track.getDisplayHeight(), track.computeDuration()]);
    const sink = new VideoSampleSink(track);
    return { width, height, durationSeconds, frames: (signal) => readFrames(file, sink, signal), close: () => input.dispose() };
  } catch (error) {
    if (error instanceof VideoError) throw error;
    return refuse(error instanceof Error ? error.message : String(error), error);
  }
}

async function* readFrames(file: string, sink: VideoSampleSink, signal: AbortSignal | undefined): AsyncGenerator<Frame, void, void> {
  try {
    for await (const sample of sink.samples()) {
      using current = sample;
      signal?.throwIfAborted();
      yield { image: await toImage(current), timeSeconds: current.timestamp };
    }
  } catch (cause) {
    if (cause instanceof VideoError || signal?.aborted) throw cause;
    throw new VideoError('broken-video', `"${file}" could not be decoded to its end: ${cause instanceof Error ? cause.message : String(cause)}`, { data: { file }, cause });
  }
}

/** Phones store videos lying on their side plus a rotation; the pixels are turned here. */
async function toImage(sample: VideoSample): Promise<Image> {
  const { width, height } = sample.visibleRect;
  const data = new Uint8Array(width * height * 4);
  await sample.copyTo(data, { format: 'RGBX' });
  return rotateClockwise({ width, height, data }, sample.rotation);
}

export function rotateClockwise(image: Image, degrees: 0 | 90 | 180 | 270): Image {
  if (degrees === 0) return image;
  const [width, height] = degrees === 180 ? [image.width, image.height] : [image.height, image.width];
  const source = new Uint32Array(image.data.buffer, image.data.byteOffset, image.width * image.height);
  const target = new Uint32Array(width * height);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const [u, v] = degrees === 90 ? [width - 1 - y, x] : degrees === 180 ? [width - 1 - x, height - 1 - y] : [y, height - 1 - x];
      target[v * width + u] = source[y * image.width + x]!;
    }
  }
  return { width, height, data: new Uint8Array(target.buffer) };
}
