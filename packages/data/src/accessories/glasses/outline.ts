/** Lens shapes as closed curves: a superellipse that is tapered, lifted, sheared. Units: half widths and half heights = 1. */
import { smoothstep, type Vec2 } from '../geometry/vector.ts';
import { length2 } from '../../geometry/length.ts';

export const FRAME_SHAPES = ['round', 'oval', 'panto', 'rectangular', 'square', 'wayfarer', 'aviator', 'cat-eye', 'browline', 'hexagonal', 'butterfly', 'oversized', 'slim', 'navigator'] as const;
export type FrameShape = (typeof FRAME_SHAPES)[number];

export interface OutlineShape {
  /** Height over width. */
  aspect: number;
  /** 2 an ellipse, 8 nearly a rectangle. */
  power: number;
  /** Share by which the bottom is narrower than the top. */
  taper: number;
  /** Outer upper corner goes up, in half heights. */
  lift: number;
  /** The bottom moves outwards, in half widths. */
  shear: number;
  /** 0 or a number of straight sides. */
  sides: number;
  /** Width relative to what fits the face. */
  size: number;
}

export const OUTLINES: Readonly<Record<FrameShape, OutlineShape>> = {
  round: { aspect: 0.96, power: 2, taper: 0, lift: 0, shear: 0, sides: 0, size: 0.9 },
  oval: { aspect: 0.7, power: 2.15, taper: 0, lift: 0, shear: 0, sides: 0, size: 0.95 },
  panto: { aspect: 0.88, power: 2.4, taper: 0.14, lift: 0.03, shear: 0, sides: 0, size: 0.93 },
  rectangular: { aspect: 0.58, power: 5, taper: 0.05, lift: 0.02, shear: 0, sides: 0, size: 1 },
  square: { aspect: 0.78, power: 4.6, taper: 0.05, lift: 0, shear: 0, sides: 0, size: 1 },
  wayfarer: { aspect: 0.74, power: 3.6, taper: 0.14, lift: 0.08, shear: 0.03, sides: 0, size: 1 },
  aviator: { aspect: 0.86, power: 2.5, taper: 0.24, lift: -0.06, shear: 0.1, sides: 0, size: 1.04 },
  'cat-eye': { aspect: 0.68, power: 2.7, taper: 0.18, lift: 0.3, shear: 0, sides: 0, size: 0.98 },
  browline: { aspect: 0.74, power: 2.9, taper: 0.12, lift: 0.03, shear: 0, sides: 0, size: 0.98 },
  hexagonal: { aspect: 0.86, power: 2, taper: 0, lift: 0, shear: 0, sides: 6, size: 0.94 },
  butterfly: { aspect: 0.8, power: 2.7, taper: -0.06, lift: 0.16, shear: 0.06, sides: 0, size: 1.05 },
  oversized: { aspect: 0.9, power: 3.1, taper: 0.05, lift: 0.04, shear: 0.02, sides: 0, size: 1.14 },
  slim: { aspect: 0.42, power: 3.2, taper: 0.04, lift: 0.05, shear: 0, sides: 0, size: 0.96 },
  navigator: { aspect: 0.8, power: 3.6, taper: 0.16, lift: -0.02, shear: 0.06, sides: 0, size: 1.03 },
};

/** `count` points (x outwards, y up), counter-clockwise seen from the front for the subject's left lens, about the middle. */
export function outlinePoints({ power, taper, lift, shear, sides, aspect }: OutlineShape, width: number, count: number): Vec2[] {
  const halfWidth = width / 2, halfHeight = halfWidth * aspect;
  const fine: Vec2[] = [];
  const samples = 4 * count;
  for (let i = 0; i < samples; i++) {
    const angle = (2 * Math.PI * i) / samples, c = Math.cos(angle), s = Math.sin(angle);
    let radius = (Math.abs(c) ** power + Math.abs(s) ** power) ** (-1 / power);
    if (sides > 0) {
      const sector = (2 * Math.PI) / sides, inSector = ((angle % sector) + sector) % sector - sector / 2;
      const polygon = Math.cos(sector / 2) / Math.cos(inSector);
      radius = 0.75 * polygon * 1.12 + 0.25;
    }
    let x = radius * c, y = radius * s;
    x *= 1 + taper * y * 0.5;
    x += shear * -y * 0.5;
    y += lift * smoothstep(0.1, 1, x) * smoothstep(-0.6, 0.9, y);
    fine.push([x * halfWidth, y * halfHeight]);
  }
  // Equal steps along the curve.
  const lengths = [0];
  for (let i = 1; i <= samples; i++) lengths.push(lengths[i - 1]! + length2(fine[i % samples]![0] - fine[i - 1]![0], fine[i % samples]![1] - fine[i - 1]![1]));
  const points: Vec2[] = [];
  let at = 0;
  for (let k = 0; k < count; k++) {
    const wanted = (lengths[samples]! * k) / count;
    while (lengths[at + 1]! <= wanted) at++;
    const t = (wanted - lengths[at]!) / (lengths[at + 1]! - lengths[at]!);
    const [p, q] = [fine[at]!, fine[(at + 1) % samples]!];
    points.push([p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t]);
  }
  return points;
}
