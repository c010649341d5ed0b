/**
 * What a training sample is, in memory and as JSON. The three kinds share one form: some views (pictures with everything
 * that is known about them) of one or two people.
 *
 * - `groups`: one identity, expression, posture and scene under 20 cameras (trains the rigid Transformer).
 * - `triplets`: a source, a driving face (another identity and pose), and the source with the driving face's expression
 *   (trains the non-rigid Transformer).
 * - `pairs`: a reference and targets of one identity over camera and expression (trains the texture stage).
 */
import type { Camera, Crop, ExpressionWeights } from '@onegt/skeleton';
import type { Traits } from '../scene/scene.ts';

export const KINDS = ['groups', 'triplets', 'pairs'] as const;
export type Kind = (typeof KINDS)[number];

/** Counted up when the stored form changes. */
export const SAMPLE_FORMAT = 1;
/** Counted up when the same seed no longer gives the same pictures; part of every manifest. */
export const ENGINE_VERSION = 6;

/** Any plain data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Where an eye looks, radians: yaw towards the subject's left, pitch up. */
export interface Gaze {
  yaw: number;
  pitch: number;
}

/** Everything about one picture but its pixels and points. */
export interface ViewRecord {
  /** `v00`..`v19` in groups; `source`, `driving`, `target` in triplets; `reference`, `target0`.. in pairs. */
  name: string;
  /** Index into `people`. */
  person: number;
  /** Index into the poses `[P, 600, 3]`: views of one expression share one. */
  pose: number;
  /** Index into `settings`. */
  setting: number;
  camera: Camera;
  /** The same as matrices: `rotation` (column-major, 3 x 3) times a head-space point plus `translation` (cm) is in camera space. */
  view: { rotation: readonly number[]; translation: readonly number[]; focal: number };
  /** What `computeCrop` makes of the true face points, in pixels of the picture: how inference would frame it. */
  crop: Crop;
  expression: ExpressionWeights;
  gaze: { left: Gaze; right: Gaze };
  /** Of the camera look: the JPEG is part of it. */
  jpegQuality: number;
}

/** Who is in the pictures. */
export interface PersonRecord {
  seed: number;
  /** Weights of the head model's identity modes, standard deviations. */
  identity: readonly number[];
  traits: Traits;
  /** Every sampled look, as plain data: the same JSON makes the same person again. */
  look: Json;
}

/** The JSON of one sample. */
export interface SampleRecord {
  format: typeof SAMPLE_FORMAT;
  engine: number;
  kind: Kind;
  key: string;
  /** Of the data set, and the sample's place in it: together they decide everything. */
  seed: number;
  index: number;
  /** Pixels per side. */
  size: number;
  head: string;
  /** False when only geometry was made: then there are no pictures and masks, and nothing but the head itself hides points. */
  hasPictures: boolean;
  people: readonly PersonRecord[];
  /** Light, background and camera look; views point at them. None where there are no pictures. */
  settings: readonly Json[];
  views: readonly ViewRecord[];
}

/** The pixels of one view. */
export interface Picture {
  /** `[size, size, 3]`, sRGB. */
  rgb: Uint8Array;
  /** `[size, size]`, indices into `REGIONS`. */
  regions: Uint8Array;
}

/** One sample with its pixels, `V` views of `P` poses. */
export interface Sample {
  record: SampleRecord;
  /** `[V]`, or none. */
  pictures: readonly Picture[];
  /** `[V, 600, 3]` crop units: x right, y up, -1..1 over the picture; z in the same unit towards the viewer, 0 at the head's centre. */
  points: Float32Array;
  /** `[P, 600, 3]` head space, cm. */
  poses: Float32Array;
  /** `[people, 600, 3]` head space, cm: each person at rest. */
  rest: Float32Array;
  /** `[V, 600]` 1: seen in the picture; 0: outside of it, or hidden by the head itself, hair, glasses or whatever is worn. */
  validity: Uint8Array;
}

/** WebDataset's key of a sample: a letter and the index. No dots: everything after the first one is the member's name. */
export const keyOf = (kind: Kind, index: number): string => `${kind[0]}${String(index).padStart(8, '0')}`;
