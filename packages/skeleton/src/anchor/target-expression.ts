import { withExpression, withOffsets } from '../expression/expression.ts';
import type { AnchorTarget, ObservedSkeleton } from './anchor.ts';

/** The coefficients `[E]` that a target asks of a source. See {@link AnchorTarget} for the rules. */
export function targetExpression(source: ObservedSkeleton, { driving, drivingReference, expression = {}, offsets = {} }: AnchorTarget): Float64Array {
  const wanted = driving === undefined ? withExpression(source.expression, expression) : withOffsets(drivenExpression(source, driving, drivingReference), expression);
  return withOffsets(wanted, offsets);
}

function drivenExpression(source: ObservedSkeleton, driving: ObservedSkeleton, reference: ObservedSkeleton | undefined): Float64Array {
  if (reference === undefined) return driving.expression;
  return source.expression.map((value, e) => value + driving.expression[e]! - reference.expression[e]!);
}
