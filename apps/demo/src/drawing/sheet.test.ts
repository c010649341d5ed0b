import { expect, test } from 'vitest';
import { drawOver, drawSheet } from './sheet.ts';
import { drawSkeleton } from './skeleton.ts';

const SIZE = 64;
const plain = (red: number, green: number, blue: number) => {
  const data = new Uint8Array(SIZE * SIZE * 4);
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) data.set([red, green, blue, 255], pixel * 4);
  return { width: SIZE, height: SIZE, data };
};
const pixel = (image: { width: number; data: ArrayLike<number> }, x: number, y: number) => [0, 1, 2].map((channel) => image.data[(y * image.width + x) * 4 + channel]);

test('a sheet holds each cell untouched in its row and column; shorter rows are centred', async () => {
  const red = { image: plain(255, 0, 0), caption: 'red' };
  const blue = { image: plain(0, 0, 255), caption: 'blue' };
  const sheet = await drawSheet([[red], [red, blue]]);
  expect([sheet.width, sheet.height]).toEqual([2 * 64 + 3 * 8, 2 * (64 + 22 + 8) + 8]);
  expect(pixel(sheet, sheet.width / 2, 8 + 32)).toEqual([255, 0, 0]);
  expect(pixel(sheet, 8 + 32, 8 + 94 + 32)).toEqual([255, 0, 0]);
  expect(pixel(sheet, 8 + 64 + 8 + 32, 8 + 94 + 32)).toEqual([0, 0, 255]);
});

test('captions are drawn under the cells: a caption adds light pixels, a blank one none', async () => {
  const lightPixels = async (caption: string): Promise<number> => {
    const sheet = await drawSheet([[{ image: plain(0, 0, 0), caption }]]);
    return sheet.data.filter((value, index) => index % 4 === 0 && value > 128).length;
  };
  expect(await lightPixels('')).toBe(0);
  expect(await lightPixels('yaw -40°')).toBeGreaterThan(50);
});

test('drawOver: SVG in pixel coordinates, the rest of the picture as it was', async () => {
  const image = await drawOver(plain(10, 20, 30), '<rect x="8" y="16" width="4" height="4" fill="#ffffff"/>');
  expect(pixel(image, 9, 17)).toEqual([255, 255, 255]);
  expect(pixel(image, 20, 40)).toEqual([10, 20, 30]);
});

test('drawSkeleton: y points up, and both ends of an edge are marked', async () => {
  const points = new Float32Array([-0.5, 0.5, 0, 0.5, 0.5, 0, -0.5, -0.5, 0]);
  const image = await drawSkeleton(plain(0, 0, 0), points, [0, 1, 2]);
  const isDrawn = (x: number, y: number): boolean => pixel(image, x, y).some((value) => value! > 60);
  expect([isDrawn(16, 16), isDrawn(48, 16), isDrawn(16, 48), isDrawn(48, 48)]).toEqual([true, true, true, false]);
});
