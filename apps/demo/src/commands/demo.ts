import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeSources } from '../assets.ts';
import { OutputError } from '../errors.ts';
import { readImage, writeImage } from '../media/image.ts';
import { checkOutput } from '../media/output.ts';
import { Pipeline } from '../pipeline.ts';
import { orbitFrames, writeClip } from './animate.ts';
import type { Context, PipelineOptions, RenderingOptions } from './context.ts';
import { renderSheet } from './sheet.ts';

/** Eileen Collins; a NASA photograph in the public domain. */
const PORTRAIT = fileURLToPath(new URL('../../assets/astronaut.png', import.meta.url));
const CLIP = { seconds: 2, framesPerSecond: 12, steps: 1 };

export interface DemoOptions extends PipelineOptions, RenderingOptions {
  folder: string;
}

/** The main job on the bundled portrait: a sheet and a short orbit, with times. */
export async function demo(options: DemoOptions, context: Context): Promise<void> {
  const { stages, print } = context;
  const { folder } = options;
  const sheetFile = join(folder, 'sheet.png');
  const clipFile = join(folder, 'orbit.mp4');
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new OutputError(`The folder "${folder}" cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  await checkOutput(sheetFile, ['.png']);
  await checkOutput(clipFile, ['.mp4']);

  const picture = await stages.run('read picture', () => readImage(PORTRAIT));
  using pipeline = await Pipeline.open(nodeSources(options.weights), context);
  context.note(`adapter: ${pipeline.adapter}`);
  using subject = await pipeline.encode(picture, options.face);

  const image = await renderSheet(subject, options, context);
  await stages.run('write picture', () => writeImage(sheetFile, image));
  context.note(`sheet: ${sheetFile}`);

  await writeClip(orbitFrames(subject, { ...CLIP, seed: options.seed }, context), CLIP.framesPerSecond, clipFile, context);
  stages.clear();
  print(`sheet    ${sheetFile}\norbit    ${clipFile}\nadapter  ${pipeline.adapter}\n\nseconds\n${stages.report()}\n${pipeline.memoryReport()}\n`);
}
