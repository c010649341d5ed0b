/** What an anchor is: the first stage of the design, from a face's points to the skeleton of a target view. */
import type { Camera, View, Angles } from '../camera/camera.ts';
import type { Crop } from '../crop/crop.ts';
import type { ExpressionWeights } from '../expression/names.ts';

/** A face as it was detected, and what the head prior makes of it. */
export interface ObservedSkeleton {
  /** `[478, 3]` crop units; z aligned to the fitted head's centre. Zeros where `weight` is 0. */
  readonly detected: Float32Array;
  /** `[478]`, 1 for points that were seen, 0 for those that were not. */
  readonly weight: Float32Array;
  /** `[I]` weights of the prior's identity modes. */
  readonly identity: Float64Array;
  /** `[E]` fitted coefficients in the order of `EXPRESSION_NAMES`; may leave 0..1 a little. See `namedExpression`. */
  readonly expression: Float64Array;
  /** The estimated camera of the photograph: the head space of this fit to crop units. */
  readonly view: View;
  /** Angles of `view`: how the photograph shows the head. */
  readonly angles: Angles;
  /** `[600, 3]` head space: the fitted head, moved half way to the detected points. */
  readonly start: Float32Array;
}

/** An observed face with all 600 points in the photograph's own view. */
export interface SourceSkeleton extends ObservedSkeleton {
  /** `[600, 3]` crop units. */
  readonly points: Float32Array;
}

/** What to show. Everything is optional: an empty target is the photograph's own view and expression. */
export interface AnchorTarget {
  /** Angles are absolute; those that are not given stay as the photograph has them. Shift and zoom are relative to its crop. */
  camera?: Partial<Camera>;
  /** Coefficients 0..1. Names that are not given keep the source's value. With a driving face: added to it instead. */
  expression?: ExpressionWeights;
  /** A face whose expression replaces the source's. */
  driving?: ObservedSkeleton;
  /** For clips: the driving actor's first frame. The source then moves by the difference to it, not to the pose as such. */
  drivingReference?: ObservedSkeleton;
  /** Coefficients -1..1, added last. */
  offsets?: ExpressionWeights;
}

export interface ObserveOptions {
  /** `[478]` or `[468]` validity 0..1 per point; by default all given points are valid. */
  weight?: ArrayLike<number>;
}

/** Anything of this shape can stand in: another network, a classical tracker. */
export interface Anchor extends Disposable {
  /** The cheap part of {@link Anchor.encode}: all that a driving face needs. */
  observe(landmarks: ArrayLike<number>, crop: Crop, options?: ObserveOptions): ObservedSkeleton;
  /** Once per identity. */
  encode(landmarks: ArrayLike<number>, crop: Crop, options?: ObserveOptions): Promise<SourceSkeleton>;
  /** Once per frame. @returns `[600, 3]` crop units of the target view, owned by the caller */
  anchor(source: SourceSkeleton, target: AnchorTarget): Promise<Float32Array>;
  dispose(): void;
}
