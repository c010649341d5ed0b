/**
 * What the morph targets of other head models mean, in ARKit's names: ARKit's own in any spelling (`browDown_L`,
 * `BrowDownLeft`, `head.eyeBlinkL`), Oculus visemes, VRM 1.0 and VRoid.
 */
import { EXPRESSION_NAMES, type ExpressionName } from '@onegt/skeleton';

/** One expression that a morph target adds to. */
export interface MorphMeaning {
  expression: ExpressionName;
  /** Only this side of the head takes part, when the target moves both sides and ARKit has two names. */
  side?: 'left' | 'right';
  weight: number;
}

/** Names that are not a spelling of ARKit's. Visemes and presets open the mouth: they count where no target of ARKit's name does. */
const SYNONYMS = new Map<string, readonly (readonly [base: string, weight: number])[]>(Object.entries({
  mouthopen: [['jawOpen', 1]],
  jawdrop: [['jawOpen', 1]],
  blink: [['eyeBlink', 1]],
  eyeclose: [['eyeBlink', 1]],
  eyesclosed: [['eyeBlink', 1]],
  smile: [['mouthSmile', 1]],
  frown: [['mouthFrown', 1]],
  pucker: [['mouthPucker', 1]],
  browup: [['browOuterUp', 1], ['browInnerUp', 1]],
  // Oculus visemes
  visemeaa: [['jawOpen', 1]],
  visemee: [['mouthStretch', 1]],
  visemeo: [['mouthFunnel', 1]],
  visemeu: [['mouthPucker', 1]],
  visemepp: [['mouthPress', 1]],
  // VRM 1.0, and 0.x in VRoid's spelling
  aa: [['jawOpen', 1]],
  oh: [['mouthFunnel', 1]],
  ou: [['mouthPucker', 1]],
  ee: [['mouthStretch', 1]],
  fclmtha: [['jawOpen', 1]],
  fclmtho: [['mouthFunnel', 1]],
  fclmthu: [['mouthPucker', 1]],
  fclmthe: [['mouthStretch', 1]],
  fcleyeclose: [['eyeBlink', 1]],
  fclmthjoy: [['mouthSmile', 1]],
  fclmthsorrow: [['mouthFrown', 1]],
  fclbrwsurprised: [['browInnerUp', 1], ['browOuterUp', 1]],
  fclbrwangry: [['browDown', 1]],
  lookup: [['eyeLookUp', 1]],
  lookdown: [['eyeLookDown', 1]],
} satisfies Record<string, [base: string, weight: number][]>));

const SPELLINGS = new Map<string, ExpressionName>(EXPRESSION_NAMES.map((name) => [name.toLowerCase(), name]));

/** What a morph target called `name` does; empty when it is none of the known names. */
export function morphMeaning(name: string): MorphMeaning[] {
  const { words, side } = readName(name);
  // The whole name first: jawLeft and mouthRight are directions, not sides. Leading words may be the mesh's name.
  for (let first = 0; first < words.length; first++) {
    const base = words.slice(first).join('');
    const whole = SPELLINGS.get(side === undefined ? base : base + side);
    if (whole !== undefined) return [{ expression: whole, weight: 1 }];
    const meaning = ofBase(base, side, 1);
    if (meaning.length > 0) return meaning;
  }
  return (SYNONYMS.get(words.join('')) ?? []).flatMap(([base, weight]) => ofBase(base.toLowerCase(), side, weight));
}

/** True for names that only stand in when the model has no target with ARKit's own name. */
export function isSynonym(name: string): boolean {
  const { words } = readName(name);
  return SYNONYMS.has(words.join('')) && !words.some((_, first) => ofBase(words.slice(first).join(''), undefined, 1).length > 0);
}

/** `browInnerUp_L` is half of a shape that ARKit has once; `eyeBlink` is both of two. */
function ofBase(base: string, side: 'left' | 'right' | undefined, weight: number): MorphMeaning[] {
  const once = SPELLINGS.get(base);
  if (once !== undefined) return [side === undefined ? { expression: once, weight } : { expression: once, weight, side }];
  const sides = side === undefined ? (['left', 'right'] as const) : [side];
  return sides.flatMap((which) => {
    const expression = SPELLINGS.get(base + which);
    if (expression === undefined) return [];
    return [side === undefined ? { expression, weight, side: which } : { expression, weight }];
  });
}

/** `Head.browDown_L` -> brow, down; left. */
function readName(name: string): { words: string[]; side?: 'left' | 'right' } {
  const words = (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
  const sideOf = (word: string | undefined): 'left' | 'right' | undefined => (word === 'l' || word === 'left' ? 'left' : word === 'r' || word === 'right' ? 'right' : undefined);
  const [last, first] = [sideOf(words.at(-1)), sideOf(words[0])];
  if (last !== undefined) return { words: words.slice(0, -1), side: last };
  if (first !== undefined) return { words: words.slice(1), side: first };
  return { words };
}
