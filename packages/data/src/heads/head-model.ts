/**
 * What a head is to the renderer: one mesh with identity and expression modes, eyes that turn, and where the 600 skeleton
 * points lie on it. ICT-FaceKit, glTF heads and the built-in head all implement this.
 *
 * Head space: centimetres about the head's centre (as in `@onegt/skeleton`), +x the subject's left, +y up, +z out of the face.
 */
import type { ExpressionName } from '@onegt/skeleton';

/** What a triangle belongs to; the renderer's materials and the region mask follow it. */
export const PARTS = ['skin', 'mouth', 'gums', 'tongue', 'teeth', 'socket', 'eyeball'] as const;
export type Part = (typeof PARTS)[number];

/** One eyeball: a range of vertices that turns about a centre. */
export interface Eye {
  side: 'left' | 'right';
  /** First vertex and number of vertices (indices into `V`). */
  first: number;
  count: number;
  /** Of the neutral mean head, cm. Identity and expression move the centre as they move the mean of the eye's vertices. */
  centre: readonly [number, number, number];
  radius: number;
}

/** Shapes: `V` shape vertices, `R` render vertices (a vertex is doubled at texture seams), `T` triangles, `I` identity modes, `E` expressions. */
export interface HeadModel {
  readonly name: string;
  /** Who may use it, in one line; goes into datasheets. */
  readonly licence: string;
  /** `[V, 3]` */
  readonly neutral: Float32Array;
  /** `[I, V, 3]` cm per standard deviation. */
  readonly identityModes: Float32Array;
  readonly numIdentityModes: number;
  /** `[E, V, 3]` cm at weight 1, in the order of `expressionNames`. Gaze modes move the lids; the eyeballs are turned. */
  readonly expressionModes: Float32Array;
  readonly expressionNames: readonly ExpressionName[];
  /** `[R]` shape vertex of each render vertex. */
  readonly renderSource: Uint32Array;
  /** `[T, 3]` over render vertices, counter-clockwise from outside. */
  readonly triangles: Uint32Array;
  /** `[T]` index into {@link PARTS}. */
  readonly parts: Uint8Array;
  /** `[R, 2]` 0..1, one chart set for the whole head: the atlas that skin is painted into. */
  readonly uv: Float32Array;
  /** `[R, 3]` where the vertex lies on the standard head (ICT's mean), cm: procedural looks are functions of this. */
  readonly canonical: Float32Array;
  readonly eyes: readonly Eye[];
  /** Embedding of the 600 points: shape vertices and weights, each `[600, 3]`. */
  readonly skeletonVertex: Uint32Array;
  readonly skeletonWeight: Float32Array;
}
