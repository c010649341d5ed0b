import type { Image } from './image.ts';
import { type Region, toPicture } from './region.ts';

/** What a sample outside the picture reads: black, or the nearest pixel of the picture's edge. */
export type Border = 'black' | 'edge';

export interface SampleOptions {
  /** Side of the output in pixels. */
  readonly size: number;
  readonly border: Border;
  /** Value of a byte 0 and of a byte 255 in the output. */
  readonly range: readonly [low: number, high: number];
}

/**
 * A picture and its successive halvings, made when first needed.
 *
 * Plain bilinear sampling of a large picture skips most of its pixels, so that the networks would see aliasing instead of
 * the face. Sampling the level whose pixels are at most twice as dense as the output's reads every pixel of it.
 */
export class Pyramid {
  readonly width: number;
  readonly height: number;
  readonly #levels: Image[];

  constructor(image: Image) {
    this.width = image.width;
    this.height = image.height;
    this.#levels = [image];
  }

  /** Sample a region bilinearly to `[size, size, 3]`. */
  sample(region: Region, options: SampleOptions): Float32Array {
    const { size, border, range } = options;
    const [low, high] = range;
    const step = region.size / size;
    const levelIndex = this.#levelFor(step);
    const level = this.#level(levelIndex);
    const scale = 2 ** -levelIndex;
    const [originX, originY] = toPicture(region, 0.5 / size, 0.5 / size);
    const [rightX, rightY] = toPicture(region, 1.5 / size, 0.5 / size);
    const [downX, downY] = toPicture(region, 0.5 / size, 1.5 / size);
    const gain = (high - low) / 255;
    const out = new Float32Array(size * size * 3);
    for (let row = 0, o = 0; row < size; row++) {
      for (let column = 0; column < size; column++, o += 3) {
        const x = (originX + column * (rightX - originX) + row * (downX - originX)) * scale - 0.5;
        const y = (originY + column * (rightY - originY) + row * (downY - originY)) * scale - 0.5;
        bilinear(level, x, y, border, out, o);
        for (let c = 0; c < 3; c++) out[o + c] = low + gain * out[o + c];
      }
    }
    return out;
  }

  #levelFor(step: number): number {
    let level = 0;
    let { width, height } = this;
    for (let s = step; s > 2 && Math.min(width, height) > 1; s /= 2, level++) {
      width = Math.ceil(width / 2);
      height = Math.ceil(height / 2);
    }
    return level;
  }

  #level(index: number): Image {
    while (this.#levels.length <= index) this.#levels.push(halve(this.#levels.at(-1)!));
    return this.#levels[index];
  }
}

function bilinear(image: Image, x: number, y: number, border: Border, out: Float32Array, o: number): void {
  const { width, height, data } = image;
  if (border === 'edge') {
    x = Math.min(Math.max(x, 0), width - 1);
    y = Math.min(Math.max(y, 0), height - 1);
  } else if (x <= -1 || y <= -1 || x >= width || y >= height) {
    return;
  }
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  for (let j = 0; j < 2; j++) {
    const yy = y0 + j;
    const weightY = j ? y - y0 : 1 - (y - y0);
    if (weightY === 0 || yy < 0 || yy >= height) continue;
    for (let i = 0; i < 2; i++) {
      const xx = x0 + i;
      const weight = weightY * (i ? x - x0 : 1 - (x - x0));
      if (weight === 0 || xx < 0 || xx >= width) continue;
      const p = (yy * width + xx) * 4;
      out[o] = out[o] + weight * data[p];
      out[o + 1] = out[o + 1] + weight * data[p + 1];
      out[o + 2] = out[o + 2] + weight * data[p + 2];
    }
  }
}

/** Means of 2 x 2 pixels; an odd last row or column counts twice. */
function halve(image: Image): Image {
  const width = Math.ceil(image.width / 2);
  const height = Math.ceil(image.height / 2);
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, o = 0; y < height; y++) {
    const top = 2 * y * image.width;
    const bottom = Math.min(2 * y + 1, image.height - 1) * image.width;
    for (let x = 0; x < width; x++, o += 4) {
      const left = 2 * x;
      const right = Math.min(left + 1, image.width - 1);
      for (let c = 0; c < 3; c++) {
        data[o + c] = (image.data[(top + left) * 4 + c] + image.data[(top + right) * 4 + c] +
          image.data[(bottom + left) * 4 + c] + image.data[(bottom + right) * 4 + c] + 2) >> 2;
      }
      data[o + 3] = 255;
    }
  }
  return { width, height, data };
}
