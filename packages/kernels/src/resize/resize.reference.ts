/** The meaning of the resizing operators: one target pixel after the other, in f64. */
import type { CropResizeOptions, SquareCrop } from './cropResize.ts';
import type { ResizeMode } from './resize.ts';

export interface ReferenceImage {
  data: ArrayLike<number>;
  height: number;
  width: number;
  channels: number;
}

export function resizeReference(image: ReferenceImage, height: number, width: number, mode: ResizeMode): Float32Array {
  const output = new Float32Array(height * width * image.channels);
  const source = (target: number, input: number, outputSize: number) => {
    if (mode === 'align corners') return outputSize > 1 ? (target * (input - 1)) / (outputSize - 1) : 0;
    if (mode === 'half pixel') return ((target + 0.5) * input) / outputSize - 0.5;
    return (target * input) / outputSize;
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sy = source(y, image.height, height);
      const sx = source(x, image.width, width);
      for (let c = 0; c < image.channels; c++, at++) {
        output[at] = mode === 'nearest' ? texel(image, Math.floor(sx + 1e-9), Math.floor(sy + 1e-9), c) : bilinear(image, sx, sy, c);
      }
    }
  }
  return output;
}

export function cropResizeReference(image: ReferenceImage, crop: SquareCrop, outputSize: number, options: CropResizeOptions = {}): Float32Array {
  const { scale = 1, offset = 0 } = options;
  const output = new Float32Array(outputSize ** 2 * image.channels);
  const step = crop.size / outputSize;
  const taps = Math.max(1, Math.ceil(step - 1e-4));
  const [cos, sin] = [Math.cos(crop.rotationRadians ?? 0), Math.sin(crop.rotationRadians ?? 0)];
  for (let y = 0, at = 0; y < outputSize; y++) {
    for (let x = 0; x < outputSize; x++) {
      for (let c = 0; c < image.channels; c++, at++) {
        let sum = 0;
        for (let ty = 0; ty < taps; ty++) {
          for (let tx = 0; tx < taps; tx++) {
            const u = (x + (tx + 0.5) / taps) * step - crop.size / 2;
            const v = (y + (ty + 0.5) / taps) * step - crop.size / 2;
            sum += bilinear(image, crop.centerX + u * cos - v * sin - 0.5, crop.centerY + u * sin + v * cos - 0.5, c);
          }
        }
        output[at] = (sum / taps ** 2) * scale + offset;
      }
    }
  }
  return output;
}

function bilinear(image: ReferenceImage, x: number, y: number, c: number): number {
  const cx = Math.min(Math.max(x, 0), image.width - 1);
  const cy = Math.min(Math.max(y, 0), image.height - 1);
  const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
  const [tx, ty] = [cx - x0, cy - y0];
  const top = texel(image, x0, y0, c) * (1 - tx) + texel(image, x0 + 1, y0, c) * tx;
  const bottom = texel(image, x0, y0 + 1, c) * (1 - tx) + texel(image, x0 + 1, y0 + 1, c) * tx;
  return top * (1 - ty) + bottom * ty;
}

const texel = ({ data, height, width, channels }: ReferenceImage, x: number, y: number, c: number): number =>
  data[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * channels + c]!;
