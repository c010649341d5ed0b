import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { lightWord } from '../render/light-word.wgsl.ts';
import { neutralPhoto, type Photo, samplePhoto, withAutoWhiteBalance } from './photo.ts';
import { PhotoPass } from './photo-pass.ts';

let gpu: Gpu;
let pass: PhotoPass;
beforeAll(async () => {
  gpu = await requestGpu();
  pass = await PhotoPass.create(gpu);
});
afterAll(() => {
  pass.dispose();
  gpu.dispose();
});

const SIZE = 64;
type Scene = (x: number, y: number) => { rgb: readonly [number, number, number]; /** Of defocus, pixels. */ radius?: number; region?: number };
const grey = (value: number): Scene => () => ({ rgb: [value, value, value] });
const toSrgb = (x: number) => 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
const toLinear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);

/** `[SIZE, SIZE, 4]` bytes: r, g, b, region. */
async function develop(scene: Scene, photo: Partial<Photo>, seed = 1): Promise<Uint8Array> {
  const { device } = gpu;
  const pixels = SIZE * SIZE;
  const light = new Uint32Array(pixels), result = new Uint32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const { rgb, radius = 0, region = 0 } = scene(i % SIZE, Math.floor(i / SIZE));
    light[i] = lightWord(rgb, Math.round(4 * radius));
    result[i] = region << 24;
  }
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers = { light: device.createBuffer({ size: light.byteLength, usage }), scratch: device.createBuffer({ size: light.byteLength, usage }), result: device.createBuffer({ size: result.byteLength, usage }) };
  const staging = device.createBuffer({ size: 4 * pixels, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  gpu.writeBuffer(buffers.light, light);
  device.queue.writeBuffer(buffers.result, 0, result);
  const encoder = device.createCommandEncoder();
  pass.encode(encoder, neutralPhoto(photo), { size: SIZE, seed }, buffers);
  encoder.copyBufferToBuffer(buffers.result, 0, staging, 0, 4 * pixels);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = new Uint8Array(staging.getMappedRange().slice(0));
  for (const buffer of [...Object.values(buffers), staging]) buffer.destroy();
  return bytes;
}

const channel = (bytes: Uint8Array, c: number) => Float64Array.from({ length: bytes.length / 4 }, (_, i) => bytes[4 * i + c]!);
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: Float64Array) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

test('PhotoPass: a neutral camera does nothing but the transfer to sRGB, and keeps the region', async () => {
  for (const value of [0, 0.002, 0.18, 0.5, 1, 3]) {
    const bytes = await develop((x) => ({ rgb: [value, value / 2, 0], region: x % 13 }), {});
    for (const i of [0, 1, SIZE * 33 + 17]) {
      expect([bytes[4 * i]!, bytes[4 * i + 1]!]).toEqual([value, value / 2].map((x) => Math.round(toSrgb(Math.min(1, x)))));
      expect(bytes[4 * i + 3]).toBe((i % SIZE) % 13);
    }
  }
});

test('PhotoPass: middle grey stays where it is under any contrast, saturation, shoulder and sharpening', async () => {
  const bytes = await develop(grey(0.18), { contrast: 1.5, saturation: 0.3, shoulder: 1, sharpen: 0.6 });
  expect(Math.abs(mean(channel(bytes, 1)) - toSrgb(0.18))).toBeLessThan(0.6);
});

test('PhotoPass: a stop of exposure doubles the light, white balance keeps the luminance of white', async () => {
  const bytes = await develop(grey(0.1), { exposure: 1 });
  expect(Math.abs(mean(channel(bytes, 0)) - toSrgb(0.2))).toBeLessThan(0.6);
  for (let seed = 0; seed < 300; seed++) {
    const [r, g, b] = samplePhoto(createRandom(seed)).whiteBalance;
    expect(0.2126 * r + 0.7152 * g + 0.0722 * b).toBeCloseTo(1);
  }
});

test('PhotoPass: noise has the deviation that was asked for, whatever its grain, and another seed gives another', async () => {
  const linear = (bytes: Uint8Array) => channel(bytes, 1).map(toLinear);
  for (const { read, shot, grain } of [{ read: 0.02, shot: 0, grain: 1 }, { read: 0, shot: 0.05, grain: 1 }, { read: 0.01, shot: 0.04, grain: 1.8 }]) {
    const values = linear(await develop(grey(0.25), { noise: { read, shot, grain } }));
    const expected = Math.hypot(read, shot * 0.5);
    expect(Math.abs(deviation(values) / expected - 1)).toBeLessThan(grain > 1 ? 0.12 : 0.06);
    expect(Math.abs(mean(values) - 0.25)).toBeLessThan(4 * expected / SIZE * grain);
  }
  const photo = { noise: { read: 0.02, shot: 0, grain: 1 } };
  const [a, same, b] = [await develop(grey(0.25), photo, 1), await develop(grey(0.25), photo, 1), await develop(grey(0.25), photo, 2)];
  expect(same).toEqual(a);
  const [va, vb] = [linear(a), linear(b)];
  expect(Math.abs(mean(va.map((value, i) => (value - 0.25) * (vb[i]! - 0.25))) / 0.0004)).toBeLessThan(0.06);
});

test('PhotoPass: softness keeps the energy of a bright point and spreads it by its deviation', async () => {
  const point: Scene = (x, y) => { const v = x === 32 && y === 32 ? 0.9 : 0; return { rgb: [v, v, v] }; };
  // 1.1 pixels of a 256-pixel picture are 0.275 here: make it 1 pixel.
  const bytes = await develop(point, { softness: 4 });
  const linear = channel(bytes, 1).map(toLinear);
  const total = linear.reduce((sum, value) => sum + value, 0);
  const variance = linear.reduce((sum, value, i) => sum + value * ((i % SIZE) - 32) ** 2, 0) / total;
  expect(total / 0.9).toBeCloseTo(1, 1);
  expect(Math.abs(variance - 1)).toBeLessThan(0.15);
});

test('PhotoPass: what is out of focus softens, and a sharp edge in front of it stays sharp', async () => {
  // Stripes of two pixels.
  const stripes = (radius: number): Scene => (x) => { const v = Math.floor(x / 2) % 2 === 0 ? 0.5 : 0.05; return { rgb: [v, v, v], radius }; };
  const contrast = async (radius: number) => deviation(channel(await develop(stripes(radius), {}), 1));
  const [sharp, soft, softer] = [await contrast(0), await contrast(1.7), await contrast(2.6)];
  expect(soft / sharp).toBeLessThan(0.75);
  expect(softer / soft).toBeLessThan(0.75);
  // A white head in focus before a black one far behind: no light crosses the silhouette from the blurred side.
  const edge = await develop((x) => (x < 32 ? { rgb: [0.5, 0.5, 0.5] } : { rgb: [0, 0, 0], radius: 4.3 }), {});
  expect(edge[4 * (SIZE * 20 + 31)]!).toBeGreaterThan(toSrgb(0.5) - 3);
});

test('PhotoPass: black and white is grey, vignette darkens the corners, faded blacks are lifted', async () => {
  const mono = await develop(() => ({ rgb: [0.5, 0.2, 0.1] }), { saturation: 0 });
  expect(new Set([mono[0], mono[1], mono[2]]).size).toBe(1);
  const dark = await develop(grey(0.5), { vignette: 0.5 });
  expect(dark[0]!).toBeLessThan(dark[4 * (SIZE * 32 + 32)]! - 20);
  const faded = await develop(grey(0), { fade: 0.08 });
  expect(faded[0]).toBe(Math.round(0.08 * 255));
});

test('samplePhoto: ranges hold, three in a hundred are black and white, nine in ten within 0.7 stops', () => {
  const photos = Array.from({ length: 6000 }, (_, seed) => samplePhoto(createRandom(seed, 'photo')));
  const share = (is: (photo: Photo) => boolean) => photos.filter(is).length / photos.length;
  for (const { exposure, jpegQuality, defocus, noise, vignette, contrast, fade, softness } of photos) {
    expect(Math.abs(exposure) <= 1.5 && jpegQuality >= 60 && jpegQuality <= 97 && Number.isInteger(jpegQuality)).toBe(true);
    expect(defocus >= 0 && defocus <= 0.06 && noise.read >= 0 && noise.read <= 0.006 && noise.shot <= 0.05 && noise.grain >= 1).toBe(true);
    expect(vignette >= 0 && vignette < 0.4 && contrast > 0.7 && contrast < 1.6 && fade < 0.1 && softness <= 1.1).toBe(true);
  }
  expect(Math.abs(share(({ saturation }) => saturation === 0) - 0.03)).toBeLessThan(0.009);
  expect(Math.abs(share(({ exposure }) => Math.abs(exposure) <= 0.7) - 0.9)).toBeLessThan(0.02);
  expect(Math.abs(share(({ defocus }) => defocus < 0.004) - 0.25)).toBeLessThan(0.023);
});

test('withAutoWhiteBalance: takes part of the light\'s colour out of a grey and keeps its luminance; white light changes nothing', () => {
  expect(withAutoWhiteBalance(neutralPhoto(), [1, 1, 1]).whiteBalance).toEqual([1, 1, 1]);
  const warm = [1.6, 0.89, 0.33] as const;
  const grey = withAutoWhiteBalance(neutralPhoto(), warm).whiteBalance.map((gain, c) => gain * warm[c]!) as [number, number, number];
  expect(0.2126 * grey[0] + 0.7152 * grey[1] + 0.0722 * grey[2]).toBeCloseTo(1, 2);
  expect(grey[0] / grey[2]).toBeGreaterThan(1.3);
  expect(grey[0] / grey[2]).toBeLessThan(0.6 * (warm[0] / warm[2]));
});
