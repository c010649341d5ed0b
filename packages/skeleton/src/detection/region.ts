/**
 * Square regions of a picture in any orientation: where a network looks, and how its answers get back to the picture.
 * Nothing here knows which network it is.
 */

/** A square in picture pixels (y down; pixel centres at half integers). */
export interface Region {
  readonly centerX: number;
  readonly centerY: number;
  /** Side in pixels. */
  readonly size: number;
  /** Clockwise on screen: the region's own x axis points along (cos, sin). */
  readonly rotationRadians: number;
  /** Left and right swapped: the region's x runs backwards. */
  readonly mirrored?: boolean;
}

/** Region coordinates in 0..1 (x right, y down inside the region) to picture pixels. */
export function toPicture(region: Region, u: number, v: number): [x: number, y: number] {
  const cos = Math.cos(region.rotationRadians);
  const sin = Math.sin(region.rotationRadians);
  const right = (region.mirrored ? 0.5 - u : u - 0.5) * region.size;
  const down = (v - 0.5) * region.size;
  return [region.centerX + right * cos - down * sin, region.centerY + right * sin + down * cos];
}

/** An angle brought to -pi..pi. */
export function normalizeRadians(angle: number): number {
  return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
}

/** The roll of the line from `a` to `b`: 0 when `b` lies straight to the right of `a`, positive clockwise on screen. */
export function rollBetween(a: readonly [number, number], b: readonly [number, number]): number {
  return normalizeRadians(Math.atan2(b[1] - a[1], b[0] - a[0]));
}

/**
 * The square around some points, aligned with `rotationRadians`, `scale` times as large as their longer extent.
 *
 * @param points - xyz triples (z unused), as `landmarks` are stored
 * @param indices - which of them count
 */
export function regionAround(points: Float32Array, indices: readonly number[], rotationRadians: number, scale: number): Region {
  const cos = Math.cos(rotationRadians);
  const sin = Math.sin(rotationRadians);
  let minRight = Infinity, maxRight = -Infinity, minDown = Infinity, maxDown = -Infinity;
  for (const index of indices) {
    const x = points[index * 3];
    const y = points[index * 3 + 1];
    const right = x * cos + y * sin;
    const down = y * cos - x * sin;
    minRight = Math.min(minRight, right);
    maxRight = Math.max(maxRight, right);
    minDown = Math.min(minDown, down);
    maxDown = Math.max(maxDown, down);
  }
  const right = (minRight + maxRight) / 2;
  const down = (minDown + maxDown) / 2;
  return {
    centerX: right * cos - down * sin,
    centerY: right * sin + down * cos,
    size: Math.max(maxRight - minRight, maxDown - minDown) * scale,
    rotationRadians,
  };
}
