/**
 * What one training sample is. The engine that renders samples is not part of this package yet: the README says so.
 * Arrays follow the contracts of the other packages: points `[600, 3]`, images `[256, 256, 3]`, maps `[256, 256, 8]`.
 */

/** A pinhole camera that looks at the head; angles in radians, head space as in `@onegt/skeleton`. */
export interface SampleCamera {
  yawRadians: number;
  pitchRadians: number;
  rollRadians: number;
  fovYRadians: number;
}

/** One rendered view of one head in one expression. */
export interface HeadView {
  /** `[600, 3]`, crop units: x right, y up, z towards the viewer. */
  points: Float32Array;
  camera: SampleCamera;
  /** ARKit blendshape names to coefficients 0..1; names left out are 0. */
  expression: Readonly<Record<string, number>>;
  /** `[256, 256, 3]`, sRGB in -1..1. */
  imageHWC?: Float32Array;
  /** Skeleton map `[256, 256, 8]`: canonical coordinates, normal, region, coverage. */
  mapHWC?: Float32Array;
}

/** Views of one head in one expression under many cameras: trains the rigid Transformer. */
export interface HeadGroup {
  kind: 'group';
  identity: number;
  views: readonly HeadView[];
}

/** Source, driving face of somebody else, and the source with that expression: trains the non-rigid Transformer. */
export interface ExpressionTriplet {
  kind: 'triplet';
  sourceIdentity: number;
  drivingIdentity: number;
  source: HeadView;
  driving: HeadView;
  target: HeadView;
}

/** Two pictures of one person that differ in view and expression: trains the texture stage. */
export interface TexturePair {
  kind: 'pair';
  identity: number;
  reference: Required<HeadView>;
  target: Required<HeadView>;
}

export type Sample = HeadGroup | ExpressionTriplet | TexturePair;
