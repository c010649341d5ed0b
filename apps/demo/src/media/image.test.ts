import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { readImage, writeImage } from './image.ts';

const PORTRAIT = fileURLToPath(new URL('../../assets/astronaut.png', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-image-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Red, green, blue from left to right. */
const stripe = { width: 3, height: 1, data: new Uint8Array([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]) };

test('a picture that is written and read again is the same picture', async () => {
  const file = join(folder, 'stripe.png');
  await writeImage(file, stripe);
  const read = await readImage(file);
  expect([read.width, read.height]).toEqual([3, 1]);
  expect([...read.data]).toEqual([...stripe.data]);
  expect(await readdir(folder)).toEqual(['stripe.png']);
});

test('EXIF orientation is applied: a picture stored on its side comes out upright', async () => {
  const file = join(folder, 'turned.png');
  await sharp(stripe.data, { raw: { width: 3, height: 1, channels: 4 } }).withMetadata({ orientation: 6 }).png().toFile(file);
  const { width, height, data } = await readImage(file);
  expect([width, height]).toEqual([1, 3]);
  expect([...data.slice(0, 4)]).toEqual([255, 0, 0, 255]); // a quarter turn clockwise: the left end is on top
});

test('grey, 16-bit and transparent pictures become opaque RGBA, transparency over white', async () => {
  const grey = join(folder, 'grey.png');
  await sharp({ create: { width: 2, height: 2, channels: 3, background: '#808080' } }).toColourspace('b-w').png().toFile(grey);
  expect([...(await readImage(grey)).data.slice(0, 4)]).toEqual([128, 128, 128, 255]);

  const deep = join(folder, 'deep.png');
  await sharp({ create: { width: 2, height: 2, channels: 3, background: '#4080c0' } }).toColourspace('rgb16').png().toFile(deep);
  expect([...(await readImage(deep)).data.slice(0, 4)]).toEqual([64, 128, 192, 255]);

  const clear = join(folder, 'clear.png');
  await sharp({ create: { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toFile(clear);
  expect([...(await readImage(clear)).data.slice(0, 4)]).toEqual([255, 255, 255, 255]);
});

test('what is no picture gets an error that says so: missing, empty, a folder, text, truncated', async () => {
  const empty = join(folder, 'empty.png');
  const text = join(folder, 'text.png');
  const truncated = join(folder, 'truncated.png');
  await writeFile(empty, '');
  await writeFile(text, 'not a picture');
  await writeFile(truncated, (await readFile(PORTRAIT)).subarray(0, 100_000));
  await expect(readImage(join(folder, 'absent.png'))).rejects.toThrow('There is no file');
  await expect(readImage(empty)).rejects.toThrow('is empty');
  await expect(readImage(folder)).rejects.toThrow('is not a file');
  for (const file of [text, truncated]) {
    const error = await readImage(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain('is not a picture that can be read');
  }
});

test('20,000 x 20,000 pixels are refused before they are decoded, with both numbers', async () => {
  const file = join(folder, 'huge.png');
  await writeFile(file, blackPng(20_000, 20_000));
  await expect(readImage(file)).rejects.toThrow('20000 x 20000 pixels (400 megapixels); at most');
});

/** A valid PNG with one bit a pixel: 49 kB for 400 megapixels, as an attacker would send it. */
function blackPng(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(content.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // bit depth; colour type 0 is grey
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height), { level: 1 });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
