import type { Image } from '@onegt/skeleton';
import { createCamera, NoFaceError, orbit } from '@onegt/skeleton';
import { radians } from '../arguments.ts';
import { nodeSources } from '../assets.ts';
import { InputError } from '../errors.ts';
import { readImage } from '../media/image.ts';
import { checkOutput } from '../media/output.ts';
import { ClipWriter, openClip } from '../media/video.ts';
import { Pipeline, type Subject } from '../pipeline.ts';
import type { Context, PipelineOptions, RenderingOptions } from './context.ts';

export interface AnimateOptions extends PipelineOptions, RenderingOptions {
  /** A clip of another face; without it the camera orbits. */
  driving?: string;
  seconds: number;
  framesPerSecond: number;
  out: string;
}

export interface OrbitOptions extends RenderingOptions {
  seconds: number;
  framesPerSecond: number;
}

/** As far as the models were trained to turn. */
const ORBIT = { yaw: radians(35), pitch: radians(10) };

/** A clip of the subject: the camera orbits, or a driving face moves it. */
export async function animate(portraitFile: string, options: AnimateOptions, context: Context): Promise<void> {
  const { stages } = context;
  const { driving, weights } = options;
  await checkOutput(options.out, ['.mp4'], [portraitFile, ...(driving === undefined ? [] : [driving])]);
  const picture = await stages.run('read picture', () => readImage(portraitFile));
  const clip = driving === undefined ? undefined : await openClip(driving);
  let memory: string;
  try {
    using pipeline = await Pipeline.open(nodeSources(weights), context);
    context.note(`adapter: ${pipeline.adapter}`);
    using subject = await pipeline.encode(picture, options.face);
    const frames = clip === undefined ? orbitFrames(subject, options, context) : drivenFrames(pipeline, subject, clip, options, context);
    await writeClip(frames, options.framesPerSecond, options.out, context);
    memory = pipeline.memoryReport();
  } finally {
    clip?.close();
  }
  stages.clear();
  context.note(`${stages.report()}${memory}`);
  context.print(`${options.out}\n`);
}

/** Encodes while rendering; the file appears only when every frame is in it. */
export async function writeClip(frames: AsyncIterable<Image>, framesPerSecond: number, file: string, { stages, signal }: Pick<Context, 'stages' | 'signal'>): Promise<void> {
  let writer: ClipWriter | undefined;
  try {
    for await (const image of frames) {
      signal.throwIfAborted();
      writer ??= await ClipWriter.create(image, framesPerSecond);
      await stages.run('encode clip', () => writer!.add(image));
    }
    if (writer === undefined) throw new InputError('The clip has no frames.');
    await stages.run('write clip', () => writer!.save(file));
  } catch (error) {
    await writer?.cancel();
    throw error;
  }
}

/** One loop of yaw and pitch about the frontal view: the clip repeats without a jump. */
export async function* orbitFrames(subject: Subject, options: OrbitOptions, { stages }: Pick<Context, 'stages'>): AsyncGenerator<Image, void, void> {
  const count = Math.max(2, Math.round(options.seconds * options.framesPerSecond));
  for (let frame = 0; frame < count; frame++) {
    stages.progress(`frame ${frame + 1} of ${count}`);
    yield await subject.render({ camera: orbit(createCamera(), createCamera(), frame / count, ORBIT) }, options);
  }
}

type Clip = Awaited<ReturnType<typeof openClip>>;

/** Frames on which no face is found repeat the last pose, so that a blink of the detector does not stop the clip. */
async function* drivenFrames(pipeline: Pipeline, subject: Subject, clip: Clip, options: AnimateOptions, context: Context): AsyncGenerator<Image, void, void> {
  const { stages, signal } = context;
  const lengthSeconds = Math.min(clip.durationSeconds, options.seconds);
  let next = 0;
  let missed = 0;
  let last: Image | undefined;
  for await (const { image, timestampSeconds } of clip.frames(signal)) {
    if (timestampSeconds >= lengthSeconds) break;
    // The clip's own rate differs from the output's: each output frame shows the source frame of its time.
    const wanted = Math.floor(timestampSeconds * options.framesPerSecond + 1e-6) + 1;
    if (wanted <= next) continue;
    stages.progress(`${timestampSeconds.toFixed(2)} of ${lengthSeconds.toFixed(2)} s`);
    try {
      const driving = await pipeline.observe(image);
      last = await subject.render({ driving }, options);
    } catch (error) {
      if (!(error instanceof NoFaceError)) throw error;
      missed++;
    }
    if (last !== undefined) for (; next < wanted; next++) yield last;
  }
  if (last === undefined) throw new InputError(`No face was found in any frame of "${options.driving}".`);
  if (missed > 0) context.note(`no face in ${missed} frames of the driving clip: they repeat the frame before`);
}
