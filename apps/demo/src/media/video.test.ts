import type { Image } from '@onegt/skeleton';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClipWriter, openClip, rotateClockwise } from './video.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-video-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SIZE = 64;
/** A smooth ramp whose blue tells the frame. */
function ramp(frame: number): Image {
  const data = new Uint8Array(SIZE * SIZE * 4);
  for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) data.set([x * 4, y * 4, frame * 40, 255], (y * SIZE + x) * 4);
  return { width: SIZE, height: SIZE, data };
}

test('frames that are written to an mp4 come back in order, in time and in colour', async () => {
  const file = join(folder, 'ramp.mp4');
  const writer = await ClipWriter.create({ width: SIZE, height: SIZE }, 10);
  for (let frame = 0; frame < 5; frame++) await writer.add(ramp(frame));
  expect(await readdir(folder)).toEqual([]);
  await writer.save(file);
  expect(await readdir(folder)).toEqual(['ramp.mp4']);

  const clip = await openClip(file);
  expect([clip.width, clip.height]).toEqual([SIZE, SIZE]);
  expect(clip.durationSeconds).toBeCloseTo(0.5, 3);
  let frame = 0;
  for await (const { image, timestampSeconds } of clip.frames()) {
    expect(timestampSeconds).toBeCloseTo(frame / 10, 4);
    const expected = ramp(frame).data;
    let error = 0;
    for (let i = 0; i < expected.length; i++) error += Math.abs(expected[i]! - image.data[i]!);
    expect(error / expected.length).toBeLessThan(4); // of 255: H.264 at 4:2:0
    frame++;
  }
  expect(frame).toBe(5);
  clip.close();
});

test('a cancelled clip leaves no file', async () => {
  const writer = await ClipWriter.create({ width: SIZE, height: SIZE }, 10);
  await writer.add(ramp(0));
  await writer.cancel();
  expect(await readdir(folder)).toEqual([]);
});

test('what is no clip is refused by name: text, a picture', async () => {
  const text = join(folder, 'text.mp4');
  await writeFile(text, 'not a clip');
  await expect(openClip(text)).rejects.toThrow('is not a clip that can be read');
  await expect(openClip(fileURLToPath(new URL('../../assets/astronaut.png', import.meta.url)))).rejects.toThrow('is not a clip that can be read');
});

test('rotateClockwise: quarter turns of a 2 x 1 picture', () => {
  const a = [1, 1, 1, 255];
  const b = [2, 2, 2, 255];
  const image = { width: 2, height: 1, data: new Uint8Array([...a, ...b]) };
  expect(rotateClockwise(image, 90)).toEqual({ width: 1, height: 2, data: new Uint8Array([...a, ...b]) });
  expect(rotateClockwise(image, 180)).toEqual({ width: 2, height: 1, data: new Uint8Array([...b, ...a]) });
  expect(rotateClockwise(image, 270)).toEqual({ width: 1, height: 2, data: new Uint8Array([...b, ...a]) });
});
