/** The meaning of depthwiseConv2d: plain loops, in f64. */
import type { Window } from '../conv2d/window.ts';

export interface DepthwiseReferenceInit {
  input: Float32Array; // [H, W, C]
  weight: Float32Array; // [kh, kw, C]
  channels: number;
  window: Window;
  bias?: Float32Array; // [C]
  activation?: (x: number, channel: number) => number;
}

export function depthwiseReference(init: DepthwiseReferenceInit): Float32Array {
  const { input, weight, channels, window: w, bias, activation = (x) => x } = init;
  const output = new Float32Array(w.outputHeight * w.outputWidth * channels);
  for (let y = 0, at = 0; y < w.outputHeight; y++) {
    for (let x = 0; x < w.outputWidth; x++) {
      for (let c = 0; c < channels; c++, at++) {
        let sum = bias?.[c] ?? 0;
        for (let ky = 0; ky < w.kernelHeight; ky++) {
          for (let kx = 0; kx < w.kernelWidth; kx++) {
            const iy = y * w.stride + ky - w.padTop;
            const ix = x * w.stride + kx - w.padLeft;
            if (iy < 0 || ix < 0 || iy >= w.inputHeight || ix >= w.inputWidth) continue;
            sum += input[(iy * w.inputWidth + ix) * channels + c]! * weight[(ky * w.kernelWidth + kx) * channels + c]!;
          }
        }
        output[at] = activation(sum, c);
      }
    }
  }
  return output;
}
