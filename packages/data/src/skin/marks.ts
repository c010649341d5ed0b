/** Small things on a skin: moles, spots, blemishes, chickenpox pits, scars. Each is a disc or a stroke about a point. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';

export const MARK_KINDS = ['mole', 'blemish', 'papule', 'pock', 'scar', 'scratch'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface Mark {
  kind: MarkKind;
  /** On the standard head, cm. */
  centre: [number, number, number];
  /** cm; of a stroke half its width. */
  radius: number;
  /** Strokes: half of the length and the direction in the x, y plane. */
  length: number;
  angleRadians: number;
  strength: number;
}

export const MAX_MARKS = 28;

export function sampleMarks(random: Random, { age, melanin }: Traits): Mark[] {
  const marks: Mark[] = [];
  const add = (kind: MarkKind, count: number, radius: readonly [number, number]) => {
    for (let i = 0; i < count && marks.length < MAX_MARKS; i++) {
      marks.push({ kind, centre: pointOnFace(random), radius: random.uniform(...radius), length: 0, angleRadians: 0, strength: random.uniform(0.35, 1) });
    }
  };
  add('mole', Math.floor(random.next() ** 2.2 * 9), [0.05, 0.17]);
  const isYoung = age < 26;
  if (random.chance(isYoung ? 0.5 : 0.14)) add('blemish', random.integer(1, isYoung ? 16 : 4), [0.1, 0.32]);
  if (random.chance(age > 40 ? 0.2 : 0.06)) add('papule', random.integer(1, 3), [0.12, 0.24]);
  if (random.chance(0.12)) add('pock', random.integer(1, 5), [0.08, 0.2]);
  if (random.chance(0.1)) stroke('scar', random.uniform(0.04, 0.12), random.uniform(0.4, 2.6));
  if (random.chance(0.02)) stroke('scratch', random.uniform(0.03, 0.06), random.uniform(0.4, 1.8));
  return melanin > 0.75 ? marks.filter((mark) => mark.kind !== 'mole' || mark.radius > 0.07) : marks;

  function stroke(kind: MarkKind, radius: number, length: number): void {
    marks.push({ kind, centre: pointOnFace(random), radius, length, angleRadians: random.uniform(0, Math.PI), strength: random.uniform(0.4, 1) });
  }
}

/** Somewhere on face, temples or neck of the standard head: an ellipsoid that the surface follows within about 1 cm. */
export function pointOnFace(random: Random): [number, number, number] {
  const y = random.uniform(-9, 8.5);
  const angle = random.normal(0, 0.62, 2.2);
  const width = 7.1 * Math.sqrt(Math.max(0.25, 1 - (Math.max(0, -y - 1) / 11) ** 2));
  return [width * Math.sin(angle), y, y < -8.2 ? 6 : 9.6 * Math.cos(angle)];
}
