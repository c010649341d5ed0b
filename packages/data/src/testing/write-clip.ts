/** Writes small video files for tests. */
import type { Image } from '@onegt/skeleton';
import { BufferTarget, Mp4OutputFormat, Output, VideoSample, VideoSampleSource } from 'mediabunny';
import { writeFile } from 'node:fs/promises';
import { registerCodecs } from '../video/clip-file.ts';

/** H.264 in mp4; sides must be even. */
export async function writeClip(file: string, frames: Iterable<Image>, framesPerSecond: number, bitsPerPixel = 1): Promise<void> {
  registerCodecs();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target: new BufferTarget() });
  let source: VideoSampleSource | undefined;
  let count = 0;
  for (const { width, height, data } of frames) {
    if (source === undefined) {
      source = new VideoSampleSource({ codec: 'avc', bitrate: Math.max(200_000, Math.round(width * height * framesPerSecond * bitsPerPixel)) });
      output.addVideoTrack(source, { frameRate: framesPerSecond });
      await output.start();
    }
    using sample = new VideoSample(new Uint8Array(data), { format: 'RGBX', codedWidth: width, codedHeight: height, timestamp: count++ / framesPerSecond, duration: 1 / framesPerSecond });
    await source.add(sample);
  }
  await output.finalize();
  await writeFile(file, new Uint8Array(output.target.buffer!));
}
