/** The meaning of maxPool2d and avgPool2d: plain loops. */
import type { Window } from '../conv2d/window.ts';

export function poolReference(input: Float32Array, channels: number, w: Window, reduction: 'max' | 'mean' | 'mean with padding'): Float32Array {
  const output = new Float32Array(w.outputHeight * w.outputWidth * channels);
  for (let y = 0, at = 0; y < w.outputHeight; y++) {
    for (let x = 0; x < w.outputWidth; x++) {
      for (let c = 0; c < channels; c++, at++) {
        const values: number[] = [];
        for (let ky = 0; ky < w.kernelHeight; ky++) {
          for (let kx = 0; kx < w.kernelWidth; kx++) {
            const iy = y * w.stride + ky - w.padTop;
            const ix = x * w.stride + kx - w.padLeft;
            if (iy < 0 || ix < 0 || iy >= w.inputHeight || ix >= w.inputWidth) continue;
            values.push(input[(iy * w.inputWidth + ix) * channels + c]!);
          }
        }
        const sum = values.reduce((a, b) => a + b, 0);
        const count = reduction === 'mean with padding' ? w.kernelHeight * w.kernelWidth : Math.max(1, values.length);
        output[at] = reduction === 'max' ? (values.length ? Math.max(...values) : 0) : sum / count;
      }
    }
  }
  return output;
}
