/** Lamps, windows, the sun: compact sources that are added to any background, and seen in eyes. */
import type { Rgb } from './families/family.ts';

export interface Emitter {
  /** From the head, unit. */
  direction: readonly [number, number, number];
  /** Radiance, linear RGB. */
  radiance: Rgb;
  shape: 'rectangle' | 'disc' | 'ring';
  /** Tangents of the angular half width and height; of a disc the radius, of a ring the outer and inner one. */
  halfWidth: number;
  halfHeight: number;
  /** Turn about the direction, radians. */
  roll?: number;
}

const SHAPES = ['rectangle', 'disc', 'ring'] as const;

/** Azimuth from the front towards the subject's left and elevation, radians. */
export function directionOf(azimuth: number, elevation: number): [number, number, number] {
  return [Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)];
}

/** Three vec4, as `backdrop_emitter` reads them. */
export function packEmitter({ direction, radiance, shape, halfWidth, halfHeight, roll = 0 }: Emitter): number[] {
  const [x, y, z] = direction;
  const flat = Math.hypot(x, z);
  // Level right-hand vector; straight up and down anything does.
  const level = flat > 1e-4 ? [z / flat, 0, -x / flat] as const : [1, 0, 0] as const;
  const up = [y * level[2] - z * level[1], z * level[0] - x * level[2], x * level[1] - y * level[0]] as const;
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  const right = [0, 1, 2].map((k) => cos * level[k]! + sin * up[k]!);
  return [x, y, z, halfWidth, ...radiance, halfHeight, right[0]!, right[1]!, right[2]!, SHAPES.indexOf(shape)];
}

/** Solid angle that a source of these tangents fills, steradians; for small and middling ones. */
export function solidAngleOf({ shape, halfWidth, halfHeight }: Pick<Emitter, 'shape' | 'halfWidth' | 'halfHeight'>): number {
  const cap = (tangent: number) => 2 * Math.PI * (1 - 1 / Math.sqrt(1 + tangent * tangent));
  if (shape === 'disc') return cap(halfWidth);
  if (shape === 'ring') return cap(halfWidth) - cap(halfHeight);
  return 4 * Math.atan((halfWidth * halfHeight) / Math.sqrt(1 + halfWidth ** 2 + halfHeight ** 2));
}
