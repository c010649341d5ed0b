/** Sliding windows: which output size follows from size, stride and padding. Shared by convolution and pooling. */
import { ShapeMismatchError } from '../errors.ts';
import { showShape } from '../tensor/shape.ts';

/**
 * Zeros around the image: the same on all four sides, `[top, right, bottom, left]`, or TensorFlow's `'same'`
 * (output = ceil(input / stride), the odd pixel goes to the bottom and the right).
 */
export type Padding = number | readonly [top: number, right: number, bottom: number, left: number] | 'same';

export interface Window {
  inputHeight: number;
  inputWidth: number;
  outputHeight: number;
  outputWidth: number;
  kernelHeight: number;
  kernelWidth: number;
  stride: number;
  padTop: number;
  padLeft: number;
}

/**
 * @param what - the operator, for error messages
 * @param imageShape - `[H, W, C]`
 * @param kernelSize - `[height, width]`
 * @throws {@link ShapeMismatchError} when the kernel does not fit into the padded image
 */
export function slidingWindow(what: string, imageShape: readonly number[], kernelSize: readonly [number, number], stride: number, padding: Padding): Window {
  const [inputHeight, inputWidth] = assertImage(what, imageShape);
  const [kernelHeight, kernelWidth] = kernelSize;
  if (!Number.isInteger(stride) || stride < 1) {
    throw new ShapeMismatchError(`${what}: stride ${stride} is not valid. Use a whole number of at least 1.`, { stride });
  }
  const [top, right, bottom, left] = resolvePadding(what, inputHeight, inputWidth, kernelSize, stride, padding);
  const outputHeight = Math.floor((inputHeight + top + bottom - kernelHeight) / stride) + 1;
  const outputWidth = Math.floor((inputWidth + left + right - kernelWidth) / stride) + 1;
  if (outputHeight < 1 || outputWidth < 1) {
    throw new ShapeMismatchError(
      `${what}: a ${kernelHeight}x${kernelWidth} window does not fit into a ${inputHeight}x${inputWidth} image padded by [${top}, ${right}, ${bottom}, ${left}].\n  Use a larger image, a smaller window or more padding.`,
      { inputHeight, inputWidth, kernelHeight, kernelWidth },
    );
  }
  return { inputHeight, inputWidth, outputHeight, outputWidth, kernelHeight, kernelWidth, stride, padTop: top, padLeft: left };
}

/** Checks for `[H, W, C]`. */
export function assertImage(what: string, shape: readonly number[]): readonly [height: number, width: number, channels: number] {
  if (shape.length !== 3) {
    throw new ShapeMismatchError(`${what}: the image must be [H, W, C], but its shape is ${showShape(shape)}.\n  There is no batch axis: record one call per image.`, { shape });
  }
  return shape as unknown as readonly [number, number, number];
}

function resolvePadding(what: string, height: number, width: number, kernel: readonly [number, number], stride: number, padding: Padding): readonly [number, number, number, number] {
  if (padding === 'same') {
    const total = (size: number, kernelSize: number) => Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernelSize - size);
    const [y, x] = [total(height, kernel[0]), total(width, kernel[1])];
    return [Math.floor(y / 2), Math.ceil(x / 2), Math.ceil(y / 2), Math.floor(x / 2)];
  }
  const sides = typeof padding === 'number' ? ([padding, padding, padding, padding] as const) : padding;
  if (sides.length !== 4 || sides.some((side) => !Number.isInteger(side) || side < 0)) {
    throw new ShapeMismatchError(`${what}: padding ${JSON.stringify(padding)} is not valid. Use a whole number, [top, right, bottom, left], or 'same'.`, { padding });
  }
  return sides;
}
