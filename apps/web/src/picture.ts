/** Between files, canvases and the pictures of the packages. */
import { InputError } from '@onegt/demo/errors';
import type { Image } from '@onegt/skeleton';

/** Longest side of what is kept of a photograph: a face needs some hundred pixels, and a phone's 50 Mpx are 200 MB. */
const MAX_SIDE = 4096;

/** @throws {@link InputError} for what the browser cannot decode */
export async function readPicture(source: Blob): Promise<Image> {
  const name = source instanceof File ? `"${source.name}"` : 'This';
  const bitmap = await createImageBitmap(source).catch((cause: unknown) => {
    throw new InputError(`${name} is not a picture that this browser can read.\n  Try a JPEG, PNG or WebP file.`, { cause });
  });
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

export function drawPicture(canvas: HTMLCanvasElement, { width, height, data }: Image): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
}
