import { type Camera, checkExpression } from '@onegt/skeleton';
import { nodeSources } from '../assets.ts';
import { checkOutput } from '../media/output.ts';
import { IMAGE_EXTENSIONS, readImage, writeImage } from '../media/image.ts';
import { Pipeline } from '../pipeline.ts';
import type { Context, PipelineOptions, RenderingOptions } from './context.ts';

export interface RenderOptions extends PipelineOptions, RenderingOptions {
  camera: Partial<Camera>;
  expression: Readonly<Record<string, number>>;
  driving?: string;
  out: string;
}

/** One picture of the subject, turned and re-expressed. */
export async function render(portraitFile: string, options: RenderOptions, context: Context): Promise<void> {
  const { stages } = context;
  await checkOutput(options.out, IMAGE_EXTENSIONS, [portraitFile, ...(options.driving === undefined ? [] : [options.driving])]);
  checkExpression(options.expression);
  const picture = await stages.run('read picture', () => readImage(portraitFile));
  const { driving: drivingFile } = options;
  const drivingPicture = drivingFile === undefined ? undefined : await stages.run('read driving picture', () => readImage(drivingFile));

  using pipeline = await Pipeline.open(nodeSources(options.weights), context);
  context.note(`adapter: ${pipeline.adapter}`);
  using subject = await pipeline.encode(picture, options.face);
  const driving = drivingPicture === undefined ? undefined : await pipeline.observe(drivingPicture);
  const image = await subject.render(driving === undefined ? { camera: options.camera, expression: options.expression } : { camera: options.camera, driving }, options);
  await stages.run('write picture', () => writeImage(options.out, image));
  stages.clear();
  context.note(`${stages.report()}${pipeline.memoryReport()}`);
  context.print(`${options.out}\n`);
}
