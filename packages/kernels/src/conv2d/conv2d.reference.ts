/** The meaning of conv2d: plain loops over `[H, W, C]`, in f64. */
import type { Window } from './window.ts';

export interface Conv2dReferenceInit {
  input: Float32Array; // [H, W, Ci]
  weight: Float32Array; // [Co, Ci, kh, kw]
  inputChannels: number;
  outputChannels: number;
  window: Window;
  bias?: Float32Array; // [Co]
  inputActivation?: 'relu';
  activation?: (x: number, channel: number) => number;
  residual?: Float32Array; // [H', W', Co]
  activateAfterResidual?: boolean;
}

export function conv2dReference(init: Conv2dReferenceInit): Float32Array {
  const { input, weight, inputChannels, outputChannels, window: w, bias, inputActivation, activation = (x) => x, residual, activateAfterResidual } = init;
  const output = new Float32Array(w.outputHeight * w.outputWidth * outputChannels);
  for (let y = 0, at = 0; y < w.outputHeight; y++) {
    for (let x = 0; x < w.outputWidth; x++) {
      for (let co = 0; co < outputChannels; co++, at++) {
        let sum = bias?.[co] ?? 0;
        for (let ky = 0; ky < w.kernelHeight; ky++) {
          for (let kx = 0; kx < w.kernelWidth; kx++) {
            const iy = y * w.stride + ky - w.padTop;
            const ix = x * w.stride + kx - w.padLeft;
            if (iy < 0 || ix < 0 || iy >= w.inputHeight || ix >= w.inputWidth) continue;
            for (let ci = 0; ci < inputChannels; ci++) {
              const value = input[(iy * w.inputWidth + ix) * inputChannels + ci]!;
              const active = inputActivation === 'relu' ? Math.max(0, value) : value;
              sum += active * weight[((co * inputChannels + ci) * w.kernelHeight + ky) * w.kernelWidth + kx]!;
            }
          }
        }
        const extra = residual?.[at] ?? 0;
        output[at] = activateAfterResidual ? activation(sum + extra, co) : activation(sum, co) + extra;
      }
    }
  }
  return output;
}
