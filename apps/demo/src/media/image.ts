/** Pictures in and out of files, as RGBA in memory. */
import { MAX_IMAGE_PIXELS, type Image } from '@onegt/skeleton';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp from 'sharp';
import { InputError } from '../errors.ts';
import { writeFileAtomic } from './output.ts';

export const IMAGE_EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/**
 * Read a picture: upright (its EXIF orientation applied), sRGB, 8 bits, transparency laid over white.
 *
 * @throws {@link InputError} when the file is missing, not a picture, damaged, or has too many pixels
 */
export async function readImage(file: string): Promise<Image> {
  await requireFile(file);
  const open = () => sharp(file, { limitInputPixels: false, failOn: 'truncated' });
  const { width, height } = await open()
    .metadata()
    .catch((cause: unknown) => {
      throw notAnImage(file, cause);
    });
  if (width * height > MAX_IMAGE_PIXELS) {
    const megapixels = (pixels: number): string => `${(pixels / 1e6).toFixed(0)} megapixels`;
    throw new InputError(
      `"${file}" has ${width} x ${height} pixels (${megapixels(width * height)}); at most ${megapixels(MAX_IMAGE_PIXELS)} are read.\n  Scale it down first: a face needs no more than some hundred pixels.`,
      { data: { file, width, height, maxPixels: MAX_IMAGE_PIXELS } },
    );
  }
  const { data, info } = await open()
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw notAnImage(file, cause);
    });
  return { width: info.width, height: info.height, data };
}

export async function writeImage(file: string, image: Image): Promise<void> {
  await writeFileAtomic(file, await encodeImage(image, extname(file).toLowerCase()));
}

async function encodeImage({ width, height, data }: Image, extension: string): Promise<Uint8Array> {
  const picture = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
  if (extension === '.png') return picture.png().toBuffer();
  if (extension === '.webp') return picture.webp({ quality: 95 }).toBuffer();
  return picture.jpeg({ quality: 95 }).toBuffer();
}

export async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(cause.code === 'ENOENT' ? `There is no file "${file}".` : `"${file}" cannot be read: ${cause.message}`, { data: { file }, cause });
  });
  if (!found.isFile()) throw new InputError(`"${file}" is not a file.`, { data: { file } });
  if (found.size === 0) throw new InputError(`"${file}" is empty.`, { data: { file } });
}

function notAnImage(file: string, cause: unknown): InputError {
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new InputError(`"${file}" is not a picture that can be read (${reason.trim()}).\n  PNG, JPEG, WebP, TIFF, GIF and AVIF are.`, { data: { file }, cause });
}
