import { basename } from 'node:path';
import { ingestVideo } from '../../video/ingest.ts';
import type { Context } from '../context.ts';
import { duration } from '../progress.ts';

export interface IngestCommandOptions {
  out: string;
  size: number;
  fps: number;
  licence?: string;
  models?: string;
}

export async function ingest(videos: readonly string[], { out, size, fps, licence, models }: IngestCommandOptions, { progress, signal, print, note }: Context): Promise<void> {
  const report = await ingestVideo({
    videos, out, size, framesPerSecond: fps, signal,
    ...(licence === undefined ? {} : { licence }), ...(models === undefined ? {} : { models }),
    onProgress: ({ video, index, count, seconds, durationSeconds, sampled, candidates }) => progress.show(`${index + 1} of ${count}, ${basename(video)}: ${duration(seconds)} of ${duration(durationSeconds)}, ${candidates} of ${sampled} frames kept`),
  });
  progress.clear();
  for (const { video, message } of report.failed) note(`${video}: ${message}`);
  const dropped = Object.entries(report.dropped).sort(([, a], [, b]) => b - a).map(([reason, count]) => `  ${reason.padEnd(22)} ${count}\n`).join('');
  print(`${out}: ${report.kept} of ${report.sampled} frames kept, in ${report.samples} samples\n${dropped === '' ? '' : `dropped:\n${dropped}`}pictures of what was dropped: ${out}/report\n`);
}
