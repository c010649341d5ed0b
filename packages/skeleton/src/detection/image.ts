import { InvalidImageError } from './errors.ts';

/** A picture in memory: RGBA, 8 bits a channel, rows top to bottom, no padding between rows. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 4]` */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The largest picture that is accepted: 64 Mpx is 256 MB of RGBA, and the detector's half-size copies add a third. */
export const MAX_IMAGE_PIXELS = 64 * 1024 * 1024;

/**
 * Check a picture at a public boundary.
 *
 * @throws {@link InvalidImageError} when the sizes are not positive integers, the data has another length,
 *   or the picture exceeds {@link MAX_IMAGE_PIXELS}
 */
export function checkImage(image: Image): void {
  const { width, height, data } = image;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new InvalidImageError(
      'size',
      `The picture's size is ${width} x ${height}.\n  Width and height must be positive integers.`,
      { width, height },
    );
  }
  if (width * height > MAX_IMAGE_PIXELS) {
    const megapixels = ((width * height) / 1024 / 1024).toFixed(1);
    throw new InvalidImageError(
      'too-large',
      `The picture has ${width} x ${height} pixels (${megapixels} Mpx), more than the ${MAX_IMAGE_PIXELS / 1024 / 1024} Mpx that are accepted.\n` +
        '  Scale it down first: a face needs no more than some hundred pixels.',
      { width, height, maxPixels: MAX_IMAGE_PIXELS },
    );
  }
  if (data.length !== width * height * 4) {
    throw new InvalidImageError(
      'data-length',
      `A picture of ${width} x ${height} has ${width * height * 4} bytes of RGBA, but its data has ${data.length}.\n` +
        '  Pass four bytes a pixel (add an alpha channel to RGB data), without padding between rows.',
      { width, height, byteLength: data.length },
    );
  }
}
