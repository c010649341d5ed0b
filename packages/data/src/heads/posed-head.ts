/** One person's head in one expression: what everything attached to a face follows. */
import type { ExpressionWeights } from '@onegt/skeleton';
import type { HeadModel } from './head-model.ts';

export interface PosedHead {
  readonly model: HeadModel;
  readonly identity: Float32Array;
  readonly expression: ExpressionWeights;
  /** `[R, 3]` head space, cm, and unit normals. */
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** `[R, 3]` this person at rest: roots of hair and the fit of glasses. */
  readonly neutralPositions: Float32Array;
  readonly neutralNormals: Float32Array;
  /** `[600, 3]` skeleton points in this expression, and at rest. */
  readonly points: Float32Array;
  readonly neutralPoints: Float32Array;
}

/** As if no expression moved it. Field by field, so that functions of posed heads see one hidden class. */
export function atRest({ model, identity, expression, neutralPositions, neutralNormals, neutralPoints }: PosedHead): PosedHead {
  return { model, identity, expression, positions: neutralPositions, normals: neutralNormals, points: neutralPoints, neutralPositions, neutralNormals, neutralPoints };
}
