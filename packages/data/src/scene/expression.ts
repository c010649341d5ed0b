/**
 * Facial expressions as people make them: families of muscles that move together, not independent weights. Closed lids are
 * drawn far more often than one meets them, because what is rare in pictures is what networks get wrong.
 */
import type { ExpressionName, ExpressionWeights } from '@onegt/skeleton';
import type { Random } from '../random/random.ts';

/** How often each family is drawn, per cent. Gaze and part of the blinks are added to any of them. */
export const EXPRESSION_FAMILIES = {
  neutral: 8, smile: 14, laugh: 7, surprise: 7, anger: 6, sadness: 6, disgust: 5, fear: 5, contempt: 3, speech: 17, kiss: 4, cheeks: 3, lips: 4, jaw: 4, brows: 3, combination: 4,
} as const;
export type ExpressionFamily = keyof typeof EXPRESSION_FAMILIES;

/** How often both lids are shut, one lid is, or they droop. */
const LIDS = { open: 68, shut: 12, wink: 4, drooping: 10, startled: 6 } as const;

/** Names with Left and Right, without the side. */
type Paired<N extends ExpressionName = ExpressionName> = N extends `${infer Base}Left` ? (`${Base}Right` extends ExpressionName ? Base : never) : never;
type Side = 'Left' | 'Right';

/** Coefficients while they are put together: additions, cut to 0..1. */
class Face {
  readonly weights = new Map<ExpressionName, number>();
  /** How unequal the sides are; most faces are nearly symmetric, few are not. */
  readonly #random: Random;
  readonly #asymmetry: number;

  constructor(random: Random) {
    this.#random = random;
    this.#asymmetry = random.chance(0.15) ? random.uniform(0.3, 0.8) : random.uniform(0.02, 0.18);
  }

  get(name: ExpressionName): number {
    return this.weights.get(name) ?? 0;
  }

  set(name: ExpressionName, value: number): void {
    this.weights.set(name, Math.min(1, Math.max(0, value)));
  }

  add(name: ExpressionName, low: number, high: number): void {
    this.set(name, this.get(name) + this.#random.uniform(low, high));
  }

  both(name: Paired, low: number, high: number): void {
    const value = this.#random.uniform(low, high);
    const tilt = this.#asymmetry * this.#random.normal(0, 0.5, 2);
    this.set(`${name}Left`, this.get(`${name}Left`) + value * (1 + tilt));
    this.set(`${name}Right`, this.get(`${name}Right`) + value * (1 - tilt));
  }
}

/** Names that are absent are 0. */
export function sampleExpression(random: Random): ExpressionWeights {
  const face = new Face(random.stream('face'));
  const family = random.weighted(EXPRESSION_FAMILIES);
  draw(face, family, random.stream('family'), family === 'neutral' ? 1 : random.uniform(0.35, 1.1));
  if (family !== 'neutral' && random.chance(0.25)) addOddity(face, random.stream('oddity'));
  addGaze(face, random.stream('gaze'));
  addLids(face, random.stream('lids'));
  reconcile(face);
  return Object.fromEntries([...face.weights].map(([name, value]) => [name, Math.round(value * 1e4) / 1e4] as const).filter(([, value]) => value > 0));
}

/**
 * The same face looking somewhere else. Shut eyes stay as they are.
 *
 * @param x - towards the subject's left, in the unit of the `eyeLook` coefficients; cut to what eyes can do
 * @param y - up
 */
export function lookingAt(expression: ExpressionWeights, x: number, y: number): ExpressionWeights {
  if (Math.max(expression.eyeBlinkLeft ?? 0, expression.eyeBlinkRight ?? 0) > 0.5) return expression;
  const weights: Partial<Record<ExpressionName, number>> = { ...expression };
  for (const [name, value] of gazeWeights(x, y, 0.02)) {
    if (value > 0) weights[name] = value;
    else delete weights[name];
  }
  return weights;
}

function draw(face: Face, family: ExpressionFamily, random: Random, strength: number): void {
  const s = strength;
  switch (family) {
    case 'neutral':
      if (random.chance(0.4)) face.both('mouthPress', 0, 0.15);
      if (random.chance(0.3)) face.add('jawOpen', 0, 0.06);
      if (random.chance(0.3)) face.both('mouthSmile', 0, 0.12);
      return;
    case 'smile':
      face.both('mouthSmile', 0.35 * s, 0.9 * s);
      face.both('cheekSquint', 0.1 * s, 0.7 * s);
      face.both('mouthDimple', 0, 0.4 * s);
      if (random.chance(0.6)) face.both('eyeSquint', 0.05, 0.4 * s);
      if (random.chance(0.5)) { face.both('mouthUpperUp', 0.1, 0.4 * s); face.both('mouthLowerDown', 0.05, 0.35 * s); face.add('jawOpen', 0, 0.15); }
      if (random.chance(0.2)) face.both('browOuterUp', 0.1, 0.5);
      return;
    case 'laugh':
      face.both('mouthSmile', 0.6 * s, s);
      face.both('cheekSquint', 0.4 * s, s);
      face.both('eyeSquint', 0.2 * s, 0.8 * s);
      face.add('jawOpen', 0.2 * s, 0.7 * s);
      face.both('mouthUpperUp', 0.1 * s, 0.5 * s);
      face.both('mouthLowerDown', 0.1 * s, 0.5 * s);
      if (random.chance(0.4)) face.both('noseSneer', 0.05, 0.35);
      if (random.chance(0.3)) face.add('browInnerUp', 0.1, 0.5);
      return;
    case 'surprise':
      face.add('browInnerUp', 0.4 * s, s);
      face.both('browOuterUp', 0.4 * s, s);
      face.both('eyeWide', 0.3 * s, s);
      if (random.chance(0.75)) face.add('jawOpen', 0.15 * s, 0.8 * s);
      if (random.chance(0.4)) face.add('mouthFunnel', 0.1, 0.6 * s);
      return;
    case 'anger':
      face.both('browDown', 0.5 * s, s);
      face.both('eyeSquint', 0.1, 0.6 * s);
      face.both('noseSneer', 0.1, 0.6 * s);
      if (random.chance(0.5)) { face.both('mouthPress', 0.3 * s, 0.9 * s); face.add('jawForward', 0, 0.4); }
      else { face.add('jawOpen', 0.1, 0.6 * s); face.both('mouthUpperUp', 0.2 * s, 0.7 * s); face.both('mouthLowerDown', 0.2 * s, 0.8 * s); face.both('mouthStretch', 0.1, 0.5 * s); }
      return;
    case 'sadness':
      face.add('browInnerUp', 0.4 * s, s);
      face.both('mouthFrown', 0.3 * s, 0.9 * s);
      face.add('mouthShrugLower', 0.1, 0.7 * s);
      if (random.chance(0.4)) face.add('mouthShrugUpper', 0.05, 0.4 * s);
      if (random.chance(0.4)) face.both('mouthPress', 0.1, 0.4);
      if (random.chance(0.3)) face.both('eyeSquint', 0.1, 0.5);
      return;
    case 'disgust':
      face.both('noseSneer', 0.4 * s, s);
      face.both('mouthUpperUp', 0.2 * s, 0.8 * s);
      face.both('browDown', 0.1, 0.6 * s);
      face.both('cheekSquint', 0.1, 0.6 * s);
      if (random.chance(0.5)) face.both('mouthFrown', 0.1, 0.6 * s);
      if (random.chance(0.4)) face.add('jawOpen', 0.05, 0.35);
      return;
    case 'fear':
      face.add('browInnerUp', 0.4 * s, s);
      face.both('browDown', 0, 0.35 * s);
      face.both('eyeWide', 0.4 * s, s);
      face.both('mouthStretch', 0.3 * s, 0.9 * s);
      if (random.chance(0.6)) face.add('jawOpen', 0.05, 0.45 * s);
      if (random.chance(0.5)) face.both('mouthLowerDown', 0.1, 0.5 * s);
      return;
    case 'contempt': {
      const side: Side = random.pick(['Left', 'Right']);
      face.add(`mouthSmile${side}`, 0.2 * s, 0.7 * s);
      face.add(`mouthDimple${side}`, 0.2 * s, 0.8 * s);
      face.add(`mouth${side}`, 0, 0.35 * s);
      if (random.chance(0.5)) face.add(`browOuterUp${side}`, 0.2, 0.9 * s);
      if (random.chance(0.4)) face.add(`cheekSquint${side}`, 0.1, 0.6);
      return;
    }
    case 'speech':
      return drawViseme(face, random, Math.min(1, s + 0.1));
    case 'kiss':
      face.add('mouthPucker', 0.5 * s, s);
      if (random.chance(0.5)) face.add('mouthFunnel', 0, 0.35 * s);
      if (random.chance(0.3)) face.add('jawForward', 0, 0.3);
      if (random.chance(0.3)) face.both('browOuterUp', 0.1, 0.6);
      return;
    case 'cheeks':
      face.add('cheekPuff', 0.4 * s, s);
      if (random.chance(0.6)) face.both('mouthPress', 0.1, 0.6);
      if (random.chance(0.4)) face.add('mouthPucker', 0.1, 0.5);
      return;
    case 'lips':
      face.add('mouthRollLower', 0.2 * s, 0.9 * s);
      if (random.chance(0.7)) face.add('mouthRollUpper', 0.2 * s, 0.9 * s);
      if (random.chance(0.4)) face.both('mouthPress', 0.2, 0.8);
      if (random.chance(0.3)) face.both('mouthDimple', 0.1, 0.6);
      return;
    case 'jaw': {
      const side: Side = random.pick(['Left', 'Right']);
      face.add(`jaw${side}`, 0.3 * s, s);
      if (random.chance(0.5)) face.add(`mouth${side}`, 0.1, 0.8 * s);
      if (random.chance(0.5)) face.add('jawOpen', 0.05, 0.5);
      if (random.chance(0.3)) face.add('jawForward', 0.2, 0.8);
      return;
    }
    case 'brows':
      if (random.chance(0.5)) { const side: Side = random.pick(['Left', 'Right']); face.add(`browOuterUp${side}`, 0.4 * s, s); face.add('browInnerUp', 0, 0.3); if (random.chance(0.5)) face.add(`browDown${side === 'Left' ? 'Right' : 'Left'}`, 0.2, 0.8 * s); }
      else if (random.chance(0.5)) face.both('browDown', 0.4 * s, s);
      else { face.add('browInnerUp', 0.3 * s, s); face.both('browOuterUp', 0.2 * s, s); }
      return;
    case 'combination': {
      const parts = ['smile', 'surprise', 'anger', 'sadness', 'disgust', 'fear', 'speech', 'jaw', 'brows', 'kiss'] as const;
      draw(face, random.pick(parts), random, 0.65 * s);
      draw(face, random.pick(parts), random, 0.65 * s);
    }
  }
}

/** Mouths of speech, after the visemes of English (Fisher 1968), with some of the smile or frown it is said with. */
function drawViseme(face: Face, random: Random, s: number): void {
  switch (random.pick(['a', 'e', 'i', 'o', 'u', 'mbp', 'fv', 'th', 's', 'sh', 'r', 'rest'] as const)) {
    case 'a': face.add('jawOpen', 0.3 * s, 0.8 * s); face.both('mouthLowerDown', 0, 0.4 * s); break;
    case 'e': face.add('jawOpen', 0.12 * s, 0.4 * s); face.both('mouthStretch', 0.1 * s, 0.5 * s); face.both('mouthUpperUp', 0.05, 0.35 * s); face.both('mouthLowerDown', 0.1, 0.4 * s); break;
    case 'i': face.add('jawOpen', 0.03, 0.2 * s); face.both('mouthSmile', 0.1, 0.4 * s); face.both('mouthStretch', 0.1, 0.5 * s); face.both('mouthLowerDown', 0.1, 0.4 * s); break;
    case 'o': face.add('jawOpen', 0.15 * s, 0.5 * s); face.add('mouthFunnel', 0.3 * s, 0.9 * s); break;
    case 'u': face.add('jawOpen', 0.03, 0.2 * s); face.add('mouthPucker', 0.4 * s, 0.9 * s); face.add('mouthFunnel', 0.1, 0.4 * s); break;
    case 'mbp': face.add('mouthRollLower', 0, 0.4 * s); face.add('mouthRollUpper', 0, 0.4 * s); face.both('mouthPress', 0.2 * s, 0.8 * s); face.add('jawOpen', 0.05, 0.2); face.set('mouthClose', face.get('jawOpen')); break;
    case 'fv': face.add('jawOpen', 0.02, 0.15); face.add('mouthRollLower', 0.3 * s, 0.8 * s); face.both('mouthUpperUp', 0.1 * s, 0.5 * s); break;
    case 'th': face.add('jawOpen', 0.08, 0.3 * s); face.both('mouthLowerDown', 0.1, 0.4 * s); break;
    case 's': face.add('jawOpen', 0, 0.1); face.both('mouthStretch', 0.1, 0.5 * s); face.both('mouthUpperUp', 0.05, 0.35 * s); face.both('mouthLowerDown', 0.1, 0.45 * s); break;
    case 'sh': face.add('jawOpen', 0.02, 0.15); face.add('mouthFunnel', 0.3 * s, 0.8 * s); face.add('mouthPucker', 0, 0.3 * s); break;
    case 'r': face.add('jawOpen', 0.05, 0.25 * s); face.add('mouthFunnel', 0.1, 0.5 * s); face.add('mouthShrugUpper', 0, 0.3 * s); break;
    case 'rest': face.add('jawOpen', 0, 0.1); face.both('mouthPress', 0, 0.3);
  }
  if (random.chance(0.35)) face.both('mouthSmile', 0.05, 0.45);
  else if (random.chance(0.2)) face.both('mouthFrown', 0.05, 0.4);
  if (random.chance(0.35)) { face.add('browInnerUp', 0.1, 0.6); face.both('browOuterUp', 0.05, 0.6); }
  else if (random.chance(0.2)) face.both('browDown', 0.1, 0.5);
}

/** One or two muscles that do not belong to the family: what people do in between. */
function addOddity(face: Face, random: Random): void {
  const paired: readonly Paired[] = ['browDown', 'browOuterUp', 'cheekSquint', 'eyeSquint', 'mouthDimple', 'mouthFrown', 'mouthLowerDown', 'mouthPress', 'mouthStretch', 'mouthUpperUp', 'noseSneer'];
  const single: readonly ExpressionName[] = ['browInnerUp', 'jawForward', 'jawLeft', 'jawRight', 'mouthLeft', 'mouthRight', 'mouthRollLower', 'mouthRollUpper', 'mouthShrugLower', 'mouthShrugUpper', 'cheekPuff', 'mouthFunnel', 'jawOpen'];
  for (let count = random.integer(1, 2); count > 0; count--) {
    if (random.chance(0.4)) face.add(random.pick(single), 0.1, 0.7);
    else if (random.chance(0.5)) face.both(random.pick(paired), 0.1, 0.7);
    else face.add(`${random.pick(paired)}${random.pick(['Left', 'Right'] as const)}`, 0.2, 0.9);
  }
}

function addGaze(face: Face, random: Random): void {
  const kind = random.weighted({ ahead: 25, around: 50, extreme: 25 });
  if (kind === 'ahead') return setGaze(face, random.normal(0, 0.04), random.normal(0, 0.04), random.uniform(0, 0.06));
  if (kind === 'around') return setGaze(face, random.normal(0, 0.3, 2.5), random.normal(0, 0.22, 2.5), random.uniform(0, 0.08));
  const angle = random.uniform(0, 2 * Math.PI);
  const reach = random.uniform(0.7, 1);
  setGaze(face, reach * Math.cos(angle), reach * Math.sin(angle) * 0.9, random.uniform(0, 0.1));
}

const setGaze = (face: Face, x: number, y: number, vergence: number): void => gazeWeights(x, y, vergence).forEach(([name, value]) => face.set(name, value));

/**
 * Both eyes look at one point.
 *
 * @param x - towards the subject's left, -1..1
 * @param y - up, -1..1
 * @param vergence - 0 looks into the distance, 0.1 at something near
 */
function gazeWeights(x: number, y: number, vergence: number): [ExpressionName, number][] {
  const part = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
  const [left, right] = [x - vergence, x + vergence];
  return [
    ['eyeLookOutLeft', part(left)], ['eyeLookInLeft', part(-left)], ['eyeLookInRight', part(right)], ['eyeLookOutRight', part(-right)],
    ['eyeLookUpLeft', part(y)], ['eyeLookUpRight', part(y)], ['eyeLookDownLeft', part(-y)], ['eyeLookDownRight', part(-y)],
  ];
}

function addLids(face: Face, random: Random): void {
  switch (random.weighted(LIDS)) {
    case 'open': {
      const droop = random.uniform(0, 0.12);
      face.set('eyeBlinkLeft', droop + random.uniform(0, 0.03));
      face.set('eyeBlinkRight', droop + random.uniform(0, 0.03));
      return;
    }
    case 'shut': {
      const closed = random.chance(0.7) ? 1 : random.uniform(0.9, 1);
      face.set('eyeBlinkLeft', closed);
      face.set('eyeBlinkRight', closed);
      return;
    }
    case 'wink': {
      const side: Side = random.pick(['Left', 'Right']);
      face.set(`eyeBlink${side}`, random.uniform(0.85, 1));
      face.set(`eyeBlink${side === 'Left' ? 'Right' : 'Left'}`, random.uniform(0, 0.25));
      face.add(`cheekSquint${side}`, 0.1, 0.8);
      if (random.chance(0.5)) face.add(`mouthSmile${side}`, 0.1, 0.6);
      return;
    }
    case 'drooping': {
      const droop = random.uniform(0.2, 0.75);
      face.set('eyeBlinkLeft', droop + random.normal(0, 0.03));
      face.set('eyeBlinkRight', droop + random.normal(0, 0.03));
      return;
    }
    case 'startled':
      face.both('eyeWide', 0.3, 1);
  }
}

/** The larger keeps its value, the smaller gives way until both sum to `most`. */
function share(face: Face, a: ExpressionName, b: ExpressionName, most: number): void {
  const [larger, smaller] = face.get(a) >= face.get(b) ? [a, b] : [b, a];
  face.set(smaller, Math.min(face.get(smaller), Math.max(0, most - face.get(larger))));
}

/** What muscles cannot do at the same time, and sums of shapes that would go through each other. */
function reconcile(face: Face): void {
  const cap = (name: ExpressionName, most: number) => face.set(name, Math.min(face.get(name), most));
  for (const side of ['Left', 'Right'] as const) {
    const blink = face.get(`eyeBlink${side}`);
    if (blink > 0.3) face.set(`eyeWide${side}`, 0);
    share(face, `eyeBlink${side}`, `eyeWide${side}`, 1);
    // Squinting and looking down close the lid too: together with a blink it would go through the lower one.
    cap(`eyeSquint${side}`, 1.1 * (1 - 0.8 * blink));
    if (blink > 0.5) cap(`eyeLookDown${side}`, 1.2 * (1 - blink));
    if (face.get(`eyeSquint${side}`) > 0.3) cap(`eyeWide${side}`, 0.3);
    share(face, `browDown${side}`, `browOuterUp${side}`, 1);
    share(face, `mouthSmile${side}`, `mouthFrown${side}`, 0.9);
    share(face, `mouthSmile${side}`, `mouthStretch${side}`, 1.2);
    share(face, `mouthPress${side}`, `mouthLowerDown${side}`, 0.7);
    share(face, `mouthPress${side}`, `mouthUpperUp${side}`, 0.7);
    share(face, `mouthSmile${side}`, 'mouthPucker', 0.9);
    share(face, `mouthStretch${side}`, 'mouthPucker', 0.8);
  }
  share(face, 'jawLeft', 'jawRight', 0);
  share(face, 'mouthLeft', 'mouthRight', 0);
  share(face, 'mouthPucker', 'mouthFunnel', 1.2);
  share(face, 'jawOpen', 'cheekPuff', 0.5);
  share(face, 'jawOpen', 'mouthRollLower', 0.9);
  share(face, 'jawOpen', 'mouthRollUpper', 0.9);
  share(face, 'jawOpen', 'mouthShrugLower', 0.8);
  if (face.get('mouthClose') < face.get('jawOpen')) for (const side of ['Left', 'Right'] as const) share(face, 'jawOpen', `mouthPress${side}`, 0.6);
  cap('mouthClose', face.get('jawOpen'));
}
