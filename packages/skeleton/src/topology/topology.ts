/**
 * The 600-point skeleton: which point is what, the triangles and their regions, and where the points sit on the mean
 * head. The one topology of the project: models, maps and drawings all index it.
 */
import { parseSafetensors } from '@onegt/kernels';
import { topologyBase64 } from './data.ts';

export const NUM_POINTS = 600;
/** 0..467 the face in MediaPipe's topology, 468..477 the irises: what a face detector can place. */
export const NUM_DETECTED = 478;
/** The face without irises. */
export const NUM_FACE = 468;
/** Outer eye corners of the subject's right and left eye; their distance is the unit of errors. */
export const RIGHT_EYE_OUTER = 33;
export const LEFT_EYE_OUTER = 263;
/** Origin of head space on the mean head of ICT-FaceKit, cm. The pose turns about it. */
export const HEAD_CENTRE: readonly [number, number, number] = [0, 0.5, 1];
/** Centimetres per unit of the canonical coordinates in skeleton maps. */
export const CANONICAL_SCALE = 12;

/** Names of `regions`, by value. Irises are decals inside of the eye openings. */
export const REGION_NAMES = ['face', 'mouth', 'rightEye', 'leftEye', 'skull', 'rightIris', 'leftIris'] as const;

export interface Topology {
  /** `[F, 3]` indices of points, counter-clockwise seen from outside. */
  readonly triangles: Int32Array;
  /** `[F]` indices into {@link REGION_NAMES}. */
  readonly regions: Uint8Array;
  /** `[600, 3]` the mean head at rest in head space, cm. */
  readonly meanHead: Float32Array;
  /** `[600, 3]` canonical coordinates: `meanHead / 12`. */
  readonly canonical: Float32Array;
  readonly numTriangles: number;
  /** Where the points lie on any ICT-FaceKit head: `[600, 3]` vertices of the mesh and their weights, which sum to 1. */
  readonly ictVertex: Uint32Array;
  readonly ictWeight: Float32Array;
}

let cached: Topology | undefined;

/** The topology, decoded on first use. Shared: do not write to its arrays. */
export function skeletonTopology(): Topology {
  if (cached === undefined) {
    const file = parseSafetensors(Uint8Array.from(atob(topologyBase64), (character) => character.charCodeAt(0)));
    const triangles = file.i32('triangles');
    const regions = file.bytes('triangle_region').slice();
    const meanHead = file.f32('canonical', [NUM_POINTS, 3]).map((value, i) => value - HEAD_CENTRE[i % 3]!);
    const canonical = meanHead.map((value) => value / CANONICAL_SCALE);
    const ictVertex = Uint32Array.from(file.i32('vertex'));
    const ictWeight = file.f32('barycentric', [NUM_POINTS, 3]);
    cached = { triangles, regions, meanHead, canonical, numTriangles: regions.length, ictVertex, ictWeight };
  }
  return cached;
}
