import type { Region } from './region.ts';

/** A set of regions that are looked at together, and what to call it in a message. */
export interface SearchPass {
  readonly description: string;
  readonly regions: readonly Region[];
  /**
   * `whole` comes first; `tiles` find smaller faces than the passes before; `desperate` is for pictures in which no face is
   * certain yet: turned by more than BlazeFace bears, or cut off by the picture's edge.
   */
  readonly kind: 'whole' | 'tiles' | 'desperate';
  /** Tiles are for smaller faces than this; with a certain face of at least this size in pixels they can be left out. */
  readonly smallerThan: number;
}

/**
 * The tiles' sizes and what they are for, as parts of the picture's longer side. The first kind also completes a group of
 * which BlazeFace saw only the larger faces; the second kind is for faces in which it saw nothing.
 */
const TILE_PASSES = [
  { size: 1 / 2, smallerThan: 1 / 5 },
  { size: 1 / 4, smallerThan: 1 / 20 },
] as const;

/** BlazeFace needs faces of about a tenth of its input; smaller tiles than this would only enlarge pixels. */
const MIN_TILE_PIXELS = 160;

/** Where to look for faces, in the order in which it pays: everything at once, then turned, then closer and closer. */
export function searchPasses(width: number, height: number): SearchPass[] {
  const longSide = Math.max(width, height);
  const whole: Region = { centerX: width / 2, centerY: height / 2, size: longSide, rotationRadians: 0 };
  const passes: SearchPass[] = [
    { description: 'the whole picture', regions: [whole], kind: 'whole', smallerThan: Infinity },
    { description: 'the whole picture with a margin around it', regions: [{ ...whole, size: longSide * 1.6 }], kind: 'desperate', smallerThan: Infinity },
    { description: 'the whole picture turned by 90, 180 and 270 degrees', regions: quarterTurns(whole), kind: 'desperate', smallerThan: Infinity },
  ];
  for (const { size, smallerThan } of TILE_PASSES) {
    if (longSide * size < MIN_TILE_PIXELS) break;
    const regions = tiles(width, height, longSide * size);
    passes.push({ description: `${regions.length} tiles of ${Math.round(longSide * size)} pixels`, regions, kind: 'tiles', smallerThan: longSide * smallerThan });
  }
  if (longSide / 2 >= MIN_TILE_PIXELS) {
    const regions = tiles(width, height, longSide / 2).flatMap(quarterTurns);
    passes.push({ description: `tiles of ${Math.round(longSide / 2)} pixels turned by 90, 180 and 270 degrees`, regions, kind: 'desperate', smallerThan: Infinity });
  }
  return passes;
}

const quarterTurns = (region: Region): Region[] =>
  [1, 2, 3].map((turns) => ({ ...region, rotationRadians: region.rotationRadians + (turns * Math.PI) / 2 }));

/** Squares that overlap by at least half, so that a face of up to half a tile lies whole in one of them. */
function tiles(width: number, height: number, size: number): Region[] {
  return centers(height, size).flatMap((centerY) => centers(width, size).map((centerX) => ({ centerX, centerY, size, rotationRadians: 0 })));
}

function centers(length: number, size: number): number[] {
  if (length <= size) return [length / 2];
  const steps = Math.ceil((length - size) / (size / 2));
  return Array.from({ length: steps + 1 }, (_, i) => size / 2 + (i * (length - size)) / steps);
}
