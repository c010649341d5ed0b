/** Pictures to JPEG and PNG bytes and back, with libvips; the same pixels give the same bytes. */
import { NUM_POINTS } from '@onegt/skeleton';
import sharp from 'sharp';
import type { Picture, Sample } from '../samples/sample.ts';
import { ShardError } from '../shards/errors.ts';
import { memberNames } from '../shards/members.ts';
import { encodeNpy } from '../shards/npy.ts';
import type { EncodedSample } from './shard-file.ts';

/** What shards hold of a sample; one that is encoded already passes. */
export async function encodeSample(made: Sample | EncodedSample): Promise<EncodedSample> {
  if ('members' in made) return made;
  const { record, pictures, points, poses, rest, validity } = made;
  const members = new Map<string, Uint8Array>([
    ['json', new TextEncoder().encode(`${JSON.stringify(record)}\n`)],
    ['points.npy', encodeNpy(points, [record.views.length, NUM_POINTS, 3])],
    ['poses.npy', encodeNpy(poses, [poses.length / (3 * NUM_POINTS), NUM_POINTS, 3])],
    ['rest.npy', encodeNpy(rest, [record.people.length, NUM_POINTS, 3])],
    ['validity.npy', encodeNpy(validity, [record.views.length, NUM_POINTS])],
  ]);
  await Promise.all(pictures.map(async ({ rgb, regions }, i) => {
    const { name, jpegQuality } = record.views[i]!;
    members.set(`${name}.jpg`, await encodeJpeg(rgb, record.size, jpegQuality));
    members.set(`${name}.region.png`, await encodeRegions(regions, record.size));
  }));
  return { key: record.key, members: new Map(memberNames(record).map((name) => [name, members.get(name)!])) };
}

/**
 * Cameras halve the colour's resolution at usual qualities and keep it at the highest. Codes of the picture's own would make it
 * a thirtieth smaller, for two thirds more time.
 */
export function encodeJpeg(rgb: Uint8Array, size: number, quality: number): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } }).jpeg({ quality, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0', optimiseCoding: false }).toBuffer();
}

export function encodeRegions(regions: Uint8Array, size: number): Promise<Uint8Array> {
  return sharp(regions, { raw: { width: size, height: size, channels: 1 } }).toColourspace('b-w').png({ compressionLevel: 2 }).toBuffer();
}

/** @throws {@link ShardError} when one of them cannot be decoded or has another size */
export async function decodePicture(jpeg: Uint8Array, regionsPng: Uint8Array, size: number, name: string): Promise<Picture> {
  const decode = async (bytes: Uint8Array, kind: 'jpeg' | 'png', channels: 1 | 3) => {
    const image = sharp(bytes, { failOn: 'warning' });
    const fail = (why: string, cause?: unknown): never => {
      throw new ShardError(`${name}.${kind === 'jpeg' ? 'jpg' : 'region.png'} is not a whole ${kind === 'jpeg' ? 'JPEG' : 'PNG'} picture of ${size} x ${size} pixels: ${why}.`, { cause, data: { name } });
    };
    try {
      const { format } = await image.metadata();
      const { data, info } = await image.toColourspace(channels === 1 ? 'b-w' : 'srgb').raw().toBuffer({ resolveWithObject: true });
      if (format !== kind || info.width !== size || info.height !== size || info.channels !== channels) return fail(`${format}, ${info.width} x ${info.height}, ${info.channels} channels`);
      return new Uint8Array(data.buffer, data.byteOffset, data.length);
    } catch (cause) {
      if (cause instanceof ShardError) throw cause;
      return fail((cause as Error).message.split('\n')[0]!, cause);
    }
  };
  const [rgb, regions] = await Promise.all([decode(jpeg, 'jpeg', 3), decode(regionsPng, 'png', 1)]);
  return { rgb, regions };
}
