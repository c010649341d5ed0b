/** Small copies of frames: what cuts and moving backgrounds are seen in. */
import type { Image } from '@onegt/skeleton';

export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` mean of the pixels that each covers, 0..255. */
  readonly rgb: Float32Array;
}

const LONG_SIDE = 96;

/** Averages whole blocks; up to 4 samples an axis and block are enough for a mean. */
export function thumbnailOf({ width, height, data }: Image): Thumbnail {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  const [columns, rows] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const rgb = new Float32Array(columns * rows * 3);
  const xs = Array.from({ length: columns }, (_, x) => positions(x, columns, width));
  for (let y = 0; y < rows; y++) {
    const lines = positions(y, rows, height);
    for (let x = 0; x < columns; x++) {
      const at = (y * columns + x) * 3;
      for (const line of lines) {
        for (const column of xs[x]!) {
          const from = (line * width + column) * 4;
          for (let c = 0; c < 3; c++) rgb[at + c]! += data[from + c]!;
        }
      }
      const count = lines.length * xs[x]!.length;
      for (let c = 0; c < 3; c++) rgb[at + c]! /= count;
    }
  }
  return { width: columns, height: rows, rgb };
}

function positions(index: number, count: number, length: number): number[] {
  const [start, end] = [(index * length) / count, ((index + 1) * length) / count];
  const samples = Math.min(4, Math.max(1, Math.floor(end - start)));
  return Array.from({ length: samples }, (_, s) => Math.min(length - 1, Math.floor(start + ((s + 0.5) / samples) * (end - start))));
}
