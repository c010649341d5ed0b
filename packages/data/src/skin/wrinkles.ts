/**
 * Lines of a face: where they run (on the standard head, anchored at face-mesh landmarks), how deep age has made them and
 * how much an expression deepens them. A line is baked once; its group's weight is a material parameter per expression.
 */
import { type ExpressionName, type ExpressionWeights, skeletonTopology } from '@onegt/skeleton';
import type { Random } from '../random/random.ts';

export const WRINKLE_GROUPS = ['forehead', 'glabella', 'crowsFeet', 'underEye', 'nose', 'nasolabial', 'cheek', 'mouthCorner', 'lips', 'chin', 'neck'] as const;
export type WrinkleGroup = (typeof WRINKLE_GROUPS)[number];

export interface Wrinkles {
  /** Depth at rest by group, 0..1.2. */
  depth: Record<WrinkleGroup, number>;
  /** How much this person's skin folds with an expression, 0..1. */
  fold: number;
  /** Moves the lines of this person, cm, and chooses among them. */
  shift: Record<WrinkleGroup, [number, number]>;
  /** Number of lines on the forehead, at the eyes, on the neck. */
  counts: { forehead: number; crowsFeet: number; neck: number };
  /** Fine crinkles of dry or old skin. */
  crepe: number;
}

export function sampleWrinkles(random: Random, age: number): Wrinkles {
  const ageing = Math.max(0, (age - 22) / 52) ** 1.2;
  const personal = random.uniform(0.6, 1.3);
  const each = <T>(make: () => T) => Object.fromEntries(WRINKLE_GROUPS.map((group) => [group, make()])) as Record<WrinkleGroup, T>;
  const depth = each(() => Math.min(1.15, ageing * personal * random.uniform(0.5, 1.2)));
  depth.nasolabial = Math.min(1, depth.nasolabial + random.uniform(0.05, 0.22));
  depth.underEye = Math.min(1, depth.underEye + random.uniform(0, 0.3));
  depth.neck = Math.min(1, depth.neck + random.uniform(0, 0.35));
  depth.lips *= 0.8;
  depth.nose *= 0.4;
  return {
    depth, fold: Math.min(1, random.uniform(0.35, 0.75) + 0.4 * ageing), shift: each((): [number, number] => [random.normal(0, 0.1, 2), random.normal(0, 0.13, 2)]),
    counts: { forehead: random.integer(2, 5), crowsFeet: random.integer(2, 4), neck: random.integer(1, 3) }, crepe: Math.min(1, ageing * random.uniform(0.4, 1.2)),
  };
}

/** What deepens a group, per side where ARKit has sides. */
const CAUSES: Readonly<Record<WrinkleGroup, readonly (readonly [stem: string, gain: number])[]>> = {
  forehead: [['browInnerUp', 0.8], ['browOuterUp*', 0.9], ['eyeWide*', 0.25]],
  glabella: [['browDown*', 1.1], ['noseSneer*', 0.35]],
  crowsFeet: [['eyeSquint*', 0.9], ['cheekSquint*', 0.8], ['mouthSmile*', 0.5], ['eyeBlink*', 0.15]],
  underEye: [['eyeSquint*', 0.7], ['cheekSquint*', 0.6], ['mouthSmile*', 0.3]],
  nose: [['noseSneer*', 1.3], ['browDown*', 0.25]],
  nasolabial: [['mouthSmile*', 0.9], ['noseSneer*', 0.7], ['mouthUpperUp*', 0.7], ['cheekSquint*', 0.25], ['mouthStretch*', 0.3]],
  cheek: [['mouthSmile*', 0.8], ['mouthDimple*', 0.9], ['mouthStretch*', 0.3]],
  mouthCorner: [['mouthFrown*', 1], ['mouthPress*', 0.4], ['mouthLowerDown*', 0.2]],
  lips: [['mouthPucker', 1], ['mouthFunnel', 0.4], ['mouthClose', 0.3]],
  chin: [['mouthShrugLower', 1.1], ['mouthFrown*', 0.3], ['mouthPress*', 0.3]],
  neck: [['mouthStretch*', 0.4], ['jawForward', 0.3]],
};

/** `[group, (left, right)]` depth of each group in an expression. A smooth face folds less, but it does. */
export function wrinkleWeights(wrinkles: Wrinkles, expression: ExpressionWeights): Float32Array {
  const weights = new Float32Array(WRINKLE_GROUPS.length * 2);
  WRINKLE_GROUPS.forEach((group, g) => {
    for (const [side, suffix] of (['Left', 'Right'] as const).entries()) {
      let folded = 0;
      for (const [stem, gain] of CAUSES[group]) folded += gain * (expression[stem.replace('*', suffix) as ExpressionName] ?? 0);
      weights[2 * g + side] = wrinkles.depth[group] + wrinkles.fold * Math.min(1.3, folded) * (0.65 + 0.5 * wrinkles.depth[group]);
    }
  });
  return weights;
}

/** One line: points in the x, y plane of the standard head, on the subject's left; mirrored to the right unless it is central. */
export interface Crease {
  group: WrinkleGroup;
  points: readonly (readonly [number, number])[];
  width: number;
  depth: number;
  isMirrored: boolean;
}

export const MAX_CREASE_POINTS = 6;

/** The lines of one person. */
export function creasesOf(wrinkles: Wrinkles): Crease[] {
  const mean = skeletonTopology().meanHead;
  const at = (landmark: number): [number, number] => [Math.abs(mean[3 * landmark]!), mean[3 * landmark + 1]!];
  const creases: Crease[] = [];
  const add = (group: WrinkleGroup, points: readonly (readonly [number, number])[], width: number, depth: number, isMirrored = true) => {
    const [dx, dy] = wrinkles.shift[group];
    creases.push({ group, points: points.map(([x, y]) => [x + (isMirrored ? dx : 0), y + dy]), width, depth, isMirrored });
  };

  const [, browTop] = at(336);   // above the inner end of the brow
  const [, hairline] = at(10);
  for (let i = 0; i < wrinkles.counts.forehead; i++) {
    const y = browTop + 0.75 + ((hairline - browTop - 0.7) * (i + 0.3)) / wrinkles.counts.forehead;
    const reach = 4.9 - 0.35 * i - 0.3 * (i % 2);
    const bend = 0.12 + 0.1 * ((i * 7) % 3);
    add('forehead', [[-reach, y - 0.5], [-reach * 0.55, y + bend], [-0.25 * (i % 2), y - 0.1], [reach * 0.5, y + bend + 0.05], [reach, y - 0.45]], 0.13, 1, false);
  }
  const [innerBrow, browY] = at(285);
  add('glabella', [[innerBrow * 0.52, browY - 0.35], [innerBrow * 0.48, browY + 0.5], [innerBrow * 0.62, browY + 1.35]], 0.19, 0.85);
  add('glabella', [[-0.75, browY - 1.1], [0, browY - 1.0], [0.75, browY - 1.1]], 0.12, 0.7, false);

  const [outerX, outerY] = at(263);
  for (let i = 0; i < wrinkles.counts.crowsFeet; i++) {
    const angle = 0.62 - (1.35 * (i + 0.25)) / wrinkles.counts.crowsFeet;
    const length = 1.7 - 0.25 * (i % 2);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    add('crowsFeet', [[outerX + 0.35 * c, outerY + 0.3 * s], [outerX + (0.35 + 0.5 * length) * c, outerY + (0.35 + 0.5 * length) * s - 0.05], [outerX + (0.3 + length) * c, outerY + (0.2 + length) * s - 0.16 * Math.abs(s)]], 0.13, 0.75);
  }
  const [lidInnerX, lidInnerY] = at(453);
  const [lidMiddleX, lidMiddleY] = at(450);
  const [lidOuterX, lidOuterY] = at(261);
  add('underEye', [[lidInnerX, lidInnerY + 0.1], [lidMiddleX - 0.7, lidMiddleY + 0.35], [lidMiddleX + 0.4, lidMiddleY + 0.4], [lidOuterX, lidOuterY + 0.45]], 0.11, 0.8);
  add('underEye', [[lidInnerX + 0.1, lidInnerY - 0.55], [lidMiddleX - 0.5, lidMiddleY - 0.3], [lidMiddleX + 0.7, lidMiddleY - 0.35]], 0.22, 0.75);
  add('nose', [[0.35, 3.45], [0.8, 2.95], [1.15, 2.4]], 0.1, 0.8);
  add('nose', [[0.35, 2.85], [0.85, 2.35], [1.2, 1.75]], 0.1, 0.8);

  const fold = [358, 423, 426, 436, 432].map(at);
  add('nasolabial', [[fold[0]![0] + 0.05, fold[0]![1] + 0.75], ...fold], 0.2, 1.35);
  add('cheek', [[4.05, -1.7], [4.4, -2.7], [4.35, -3.8], [4.0, -4.7]], 0.34, 0.6);
  add('cheek', [[4.95, -1.9], [5.2, -3.0], [5.0, -4.0]], 0.32, 0.4);
  const [cornerX, cornerY] = at(291);
  add('mouthCorner', [[cornerX + 0.18, cornerY - 0.1], [cornerX + 0.45, cornerY - 0.9], [cornerX + 0.3, cornerY - 1.9]], 0.17, 1);
  const [, lipTop] = at(0);
  for (const x of [0.55, 1.05, 1.5, 1.95]) add('lips', [[x, lipTop + 0.95 - 0.15 * x], [x * 1.04, lipTop + 0.4 - 0.2 * x], [x * 1.07, lipTop - 0.22 * x]], 0.09, 0.55);
  const [, lipBottom] = at(17);
  for (const x of [0.5, 1.1]) add('lips', [[x, lipBottom - 0.05 + 0.1 * x], [x * 1.1, lipBottom - 0.65]], 0.09, 0.4);
  const [, chinY] = at(18);
  add('chin', [[-1.5, chinY - 0.75], [-0.7, chinY - 0.45], [0.7, chinY - 0.45], [1.5, chinY - 0.75]], 0.22, 0.8, false);
  add('chin', [[0.55, chinY - 1.6], [0.6, chinY - 2.2]], 0.2, 0.5);
  for (let i = 0; i < wrinkles.counts.neck; i++) {
    const y = -10.2 - 1.6 * i;
    add('neck', [[-5, y + 1.0], [-2.6, y + 0.15], [0, y - 0.1], [2.6, y + 0.1], [5, y + 0.9]], 0.16, 0.8, false);
  }
  return creases;
}
