/** Expressions by name: checked, and combined with what a fit or a driving face says. */
import { OneGTError } from '@onegt/kernels';
import { EXPRESSION_NAMES, type ExpressionName, type ExpressionWeights, UNSUPPORTED_NAMES } from './names.ts';

/** A name that is none of ARKit's, or one that the model cannot show. `nearest` are the closest names that it can. */
export class UnknownExpressionError extends OneGTError {
  readonly nearest: readonly ExpressionName[];

  constructor(name: string) {
    const nearest = nearestNames(name);
    const isUnsupported = (UNSUPPORTED_NAMES as readonly string[]).includes(name);
    super(
      'unknown-expression',
      isUnsupported
        ? `Expression "${name}" is one of ARKit's 52, but the head model has no tongue.\n  Leave it out; jawOpen and mouthFunnel open the mouth.`
        : `There is no expression "${name}". Did you mean ${nearest.join(', ')}?\n  All ${EXPRESSION_NAMES.length} names are in EXPRESSION_NAMES: ARKit's, without tongueOut.`,
      { data: { name, nearest } },
    );
    this.name = 'UnknownExpressionError';
    this.nearest = nearest;
  }
}

/** A coefficient that is no number, or out of range. */
export class InvalidExpressionError extends OneGTError {
  constructor(name: string, value: unknown, low: number) {
    super('invalid-expression', `Expression ${name} is ${String(value)}, but it must be a number from ${low} to 1.`, { data: { name, value, low, high: 1 } });
    this.name = 'InvalidExpressionError';
  }
}

const indexOf = new Map<string, number>(EXPRESSION_NAMES.map((name, i) => [name, i]));

/**
 * Check names and values, which often come from a command line or a file.
 *
 * @param low - 0 for coefficients, -1 for offsets
 * @throws {@link UnknownExpressionError}, {@link InvalidExpressionError}
 */
export function checkExpression(weights: Readonly<Record<string, number | undefined>>, low: 0 | -1 = 0): asserts weights is ExpressionWeights {
  for (const [name, value] of Object.entries(weights)) {
    if (!indexOf.has(name)) throw new UnknownExpressionError(name);
    if (value !== undefined && !(value >= low && value <= 1)) throw new InvalidExpressionError(name, value, low);
  }
}

/** Every coefficient 0: a face at rest that looks straight ahead. */
export function neutralExpression(): Record<ExpressionName, number> {
  return Object.fromEntries(EXPRESSION_NAMES.map((name) => [name, 0])) as Record<ExpressionName, number>;
}

/** Coefficients by name, from a vector of the model, clamped to 0..1: for sliders and files. */
export function namedExpression(vector: ArrayLike<number>): Record<ExpressionName, number> {
  return Object.fromEntries(EXPRESSION_NAMES.map((name, i) => [name, Math.min(1, Math.max(0, vector[i]!))])) as Record<ExpressionName, number>;
}

/** A copy of `vector` in which the named coefficients have the given values. */
export function withExpression(vector: ArrayLike<number>, weights: ExpressionWeights): Float64Array {
  checkExpression(weights);
  const out = Float64Array.from(vector);
  for (const [name, value] of Object.entries(weights)) if (value !== undefined) out[indexOf.get(name)!] = value;
  return out;
}

/**
 * A copy of `vector` with offsets added. The sum stays within 0..1, but a fitted value that already lies outside is not
 * pulled in: the fit means it.
 */
export function withOffsets(vector: ArrayLike<number>, offsets: ExpressionWeights): Float64Array {
  checkExpression(offsets, -1);
  const out = Float64Array.from(vector);
  for (const [name, value] of Object.entries(offsets)) {
    if (value === undefined) continue;
    const i = indexOf.get(name)!;
    out[i] = Math.min(Math.max(1, out[i]!), Math.max(Math.min(0, out[i]!), out[i]! + value));
  }
  return out;
}

function nearestNames(name: string): ExpressionName[] {
  const wanted = name.toLowerCase();
  const distance = (candidate: string): number => {
    const known = candidate.toLowerCase();
    // A part of a name ("smile") is nearer than any name of similar length.
    return known.includes(wanted) || wanted.includes(known) ? 0 : editDistance(wanted, known);
  };
  return [...EXPRESSION_NAMES].sort((a, b) => distance(a) - distance(b)).slice(0, 3);
}

/** Levenshtein: insertions, deletions, substitutions. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}
