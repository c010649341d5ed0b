import { type Image, neutralExpression, skeletonTopology } from '@onegt/skeleton';
import { radians } from '../arguments.ts';
import { nodeSources } from '../assets.ts';
import { drawSheet, type Cell } from '../drawing/sheet.ts';
import { drawSkeleton } from '../drawing/skeleton.ts';
import { IMAGE_EXTENSIONS, readImage, writeImage } from '../media/image.ts';
import { checkOutput } from '../media/output.ts';
import { Pipeline, type Subject } from '../pipeline.ts';
import type { Context, PipelineOptions, RenderingOptions } from './context.ts';

export interface SheetOptions extends PipelineOptions, RenderingOptions {
  out: string;
}

const YAWS_DEGREES = [-40, -20, 0, 20, 40];

/** Over a face at rest: the photograph's own expression would mix in. */
const EXPRESSIONS: readonly { caption: string; expression: Readonly<Record<string, number>> }[] = [
  { caption: 'neutral', expression: {} },
  { caption: 'jaw open', expression: { jawOpen: 0.6 } },
  { caption: 'smile', expression: { mouthSmileLeft: 0.9, mouthSmileRight: 0.9, cheekSquintLeft: 0.4, cheekSquintRight: 0.4 } },
  { caption: 'pucker', expression: { mouthPucker: 0.9 } },
  { caption: 'eyes closed', expression: { eyeBlinkLeft: 1, eyeBlinkRight: 1 } },
];

/** One picture that shows the whole path: reference, skeleton, turned heads, expressions. */
export async function sheet(portraitFile: string, options: SheetOptions, context: Context): Promise<void> {
  const { stages } = context;
  await checkOutput(options.out, IMAGE_EXTENSIONS, [portraitFile]);
  const picture = await stages.run('read picture', () => readImage(portraitFile));
  using pipeline = await Pipeline.open(nodeSources(options.weights), context);
  context.note(`adapter: ${pipeline.adapter}`);
  using subject = await pipeline.encode(picture, options.face);
  const image = await renderSheet(subject, options, context);
  await stages.run('write picture', () => writeImage(options.out, image));
  stages.clear();
  context.note(`${stages.report()}${pipeline.memoryReport()}`);
  context.print(`${options.out}\n`);
}

export async function renderSheet(subject: Subject, options: RenderingOptions, { stages }: Pick<Context, 'stages'>): Promise<Image> {
  const total = YAWS_DEGREES.length + EXPRESSIONS.length;
  let done = 0;
  const cell = async (caption: string, target: Parameters<Subject['render']>[0]): Promise<Cell> => {
    stages.progress(`picture ${++done} of ${total}`);
    return { caption, image: await subject.render(target, options) };
  };
  const skeletonOver = await drawSkeleton(subject.image, subject.skeleton.points, skeletonTopology().triangles);
  const top: Cell[] = [
    { caption: 'reference', image: subject.image },
    { caption: '600-point skeleton', image: skeletonOver },
  ];
  const turned: Cell[] = [];
  for (const degrees of YAWS_DEGREES) turned.push(await cell(`yaw ${degrees}°`, { camera: { yaw: radians(degrees) } }));
  const expressed: Cell[] = [];
  for (const { caption, expression } of EXPRESSIONS) expressed.push(await cell(caption, { expression: { ...neutralExpression(), ...expression } }));
  return drawSheet([top, turned, expressed]);
}
