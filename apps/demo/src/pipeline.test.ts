/** The whole path on the bundled portrait, at the smallest sizes that still show what each stage must do. */
import { neutralExpression } from '@onegt/skeleton';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeSources } from './assets.ts';
import { animate } from './commands/animate.ts';
import type { Context } from './commands/context.ts';
import { readImage } from './media/image.ts';
import { openClip } from './media/video.ts';
import { Pipeline, type Subject } from './pipeline.ts';
import { Stages } from './stages.ts';

const PORTRAIT = fileURLToPath(new URL('../assets/astronaut.png', import.meta.url));
const ONE_STEP = { steps: 1, seed: 1 };

const quiet = (signal = new AbortController().signal): Context => ({ stages: new Stages(() => undefined, true), signal, print: () => undefined, note: () => undefined });

let pipeline: Pipeline;
let subject: Subject;
let liveBytesBefore: number;
beforeAll(async () => {
  const context = quiet();
  pipeline = await Pipeline.open(nodeSources(), context);
  const picture = await readImage(PORTRAIT);
  (await pipeline.encode(picture, 1))[Symbol.dispose](); // detection keeps its buffers for the next picture
  liveBytesBefore = pipeline.parts.gpu.memory().liveBytes;
  subject = await pipeline.encode(picture, 1);
});
afterAll(() => {
  subject[Symbol.dispose]();
  expect(pipeline.parts.gpu.memory().liveBytes).toBe(liveBytesBefore);
  pipeline[Symbol.dispose]();
});

/** The face of a rendered picture: where it is and how it is turned. */
async function observeRendering(target: Parameters<Subject['render']>[0]) {
  const image = await subject.render(target, ONE_STEP);
  return pipeline.observe(image);
}
const degrees = (radians: number): number => (radians * 180) / Math.PI;

test.each([-30, 30])('yaw %i: a face detector finds the rendered face, turned by about that angle', async (yaw) => {
  const { angles } = await observeRendering({ camera: { yaw: (yaw * Math.PI) / 180 } });
  expect(Math.abs(degrees(angles.yaw) - yaw)).toBeLessThan(12);
});

test('roll: the rendered head tilts counter-clockwise by about the angle', async () => {
  const { angles } = await observeRendering({ camera: { roll: (15 * Math.PI) / 180 } });
  expect(Math.abs(degrees(angles.roll) - 15)).toBeLessThan(6);
});

test('an open jaw is an open jaw again when the rendered face is observed', async () => {
  const upperLip = 13;
  const lowerLip = 14;
  const opening = ({ detected }: Awaited<ReturnType<typeof observeRendering>>): number => detected[upperLip * 3 + 1]! - detected[lowerLip * 3 + 1]!;
  const closed = opening(await observeRendering({ expression: neutralExpression() }));
  const open = opening(await observeRendering({ expression: { ...neutralExpression(), jawOpen: 0.7 } }));
  expect(open).toBeGreaterThan(closed + 0.03); // crop units: 2 is the side of the picture; 4 of its 256 pixels
});

test('the same seed gives the same picture, another seed another one', async () => {
  const at = (seed: number) => subject.render({}, { steps: 2, seed });
  const [first, again, other] = [await at(1), await at(1), await at(2)];
  expect(Buffer.compare(Buffer.from(first.data), Buffer.from(again.data))).toBe(0);
  expect(Buffer.compare(Buffer.from(first.data), Buffer.from(other.data))).not.toBe(0);
});

test('a driving face brings its pose along', async () => {
  const driver = await observeRendering({ camera: { yaw: 0.5 } });
  const { angles } = await observeRendering({ driving: driver });
  expect(Math.abs(degrees(angles.yaw - driver.angles.yaw))).toBeLessThan(12);
});

test('a face number beyond the faces of the picture is refused with their count', async () => {
  await expect(pipeline.encode(await readImage(PORTRAIT), 3)).rejects.toThrow('The picture has 1 face, so there is no face 3.');
});

test('animate: an orbit clip, and a clip that this orbit drives; an aborted one leaves no file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onegt-animate-'));
  try {
    const orbit = join(folder, 'orbit.mp4');
    const driven = join(folder, 'driven.mp4');
    const common = { ...ONE_STEP, face: 1, framesPerSecond: 4 };
    await animate(PORTRAIT, { ...common, seconds: 0.5, out: orbit }, quiet());
    await animate(PORTRAIT, { ...common, seconds: Infinity, driving: orbit, out: driven }, quiet());
    for (const file of [orbit, driven]) {
      const clip = await openClip(file);
      let frames = 0;
      for await (const { image } of clip.frames()) {
        expect([image.width, image.height]).toEqual([256, 256]);
        frames++;
      }
      clip.close();
      expect(frames).toBe(2);
    }
    const abort = new AbortController();
    const context = quiet(abort.signal);
    const late: Context = { ...context, note: () => abort.abort() }; // the first note comes when the networks are loaded
    await expect(animate(PORTRAIT, { ...common, seconds: 0.5, out: join(folder, 'aborted.mp4') }, late)).rejects.toThrow('aborted');
    expect((await readdir(folder)).sort()).toEqual(['driven.mp4', 'orbit.mp4']);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 600_000); // three pipelines are opened: half a minute each on SwiftShader
