/**
 * Does the background stand still? Thumbnails are compared outside of the person: a disc about the head that hair and
 * hats fit into, and everything below it that is as wide as shoulders. Not aligned: a camera on a tripod is what is wanted.
 *
 * It cannot see: motion behind the person only, backgrounds of one colour that move (nothing changes), and it cannot
 * judge a picture that the person fills (then it says so).
 */
import type { Crop } from '@onegt/skeleton';
import type { Thumbnail } from './thumbnail.ts';

/** Of the side of the face crop, in which the head takes 0.65. */
const HEAD_RADIUS = 0.56;
const SHOULDERS = 0.75;
/** With less of the picture than this beside the person there is nothing to judge. */
const MIN_SHARE = 0.06;

/** `[height, width]` 1 where the background can be seen. */
export function backgroundMask({ width, height }: Thumbnail, crop: Crop, pictureWidth: number): Uint8Array {
  const scale = width / pictureWidth;
  const [cx, cy, side] = [crop.centerX * scale, crop.centerY * scale, crop.size * scale];
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x + 0.5 - cx) / side, (y + 0.5 - cy) / side];
      const inHead = Math.hypot(dx, dy) < HEAD_RADIUS;
      const inBody = dy > 0.15 && Math.abs(dx) < SHOULDERS + 0.5 * Math.max(0, dy - 0.5);
      mask[y * width + x] = inHead || inBody ? 0 : 1;
    }
  }
  return mask;
}

/**
 * Mean absolute difference where both frames show background, 0..255, after taking out a change of brightness of the whole
 * (exposure and lamps are not motion).
 *
 * @returns undefined when too little background is seen
 */
export function backgroundMotion(a: Thumbnail, maskA: Uint8Array, b: Thumbnail, maskB: Uint8Array): number | undefined {
  const differences = [0, 1, 2].map((): number[] => []);
  for (let p = 0; p < maskA.length; p++) {
    if (maskA[p] === 1 && maskB[p] === 1) for (let c = 0; c < 3; c++) differences[c]!.push(b.rgb[3 * p + c]! - a.rgb[3 * p + c]!);
  }
  const count = differences[0]!.length;
  if (count < MIN_SHARE * maskA.length) return undefined;
  let sum = 0;
  for (const channel of differences) {
    const shift = median(channel);
    for (const difference of channel) sum += Math.abs(difference - shift);
  }
  return sum / (3 * count);
}

/** What each pixel mostly shows over a clip: a slow pan is far from it at both ends. */
export function medianBackground(thumbnails: readonly Thumbnail[], masks: readonly Uint8Array[]): { thumbnail: Thumbnail; mask: Uint8Array } {
  const { width, height } = thumbnails[0]!;
  const rgb = new Float32Array(width * height * 3);
  const mask = new Uint8Array(width * height);
  for (let p = 0; p < mask.length; p++) {
    const seen = thumbnails.filter((_, i) => masks[i]![p] === 1);
    if (2 * seen.length < thumbnails.length) continue;
    mask[p] = 1;
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = median(seen.map((thumbnail) => thumbnail.rgb[3 * p + c]!));
  }
  return { thumbnail: { width, height, rgb }, mask };
}

export function median(values: number[]): number {
  if (values.length === 0) return NaN;
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
