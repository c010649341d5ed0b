/** MediaPipe's FaceMesh (Kartynnik et al. 2019): one upright face in, 468 points with relative depth out. */
import type { Candidate } from './blazeface.ts';
import { type Region, regionAround, rollBetween, toPicture } from './region.ts';

export const FACE_MESH_SIZE = 192;
export const FACE_MESH_RANGE = [0, 1] as const;
export const FACE_MESH_POINTS = 468;
/** With the irises. */
export const LANDMARKS = 478;

/** The network sees the face's box with half as much again around it. */
const FACE_SCALE = 1.5;

const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;
const MESH_INDICES = Array.from({ length: FACE_MESH_POINTS }, (_, i) => i);

/** Where to look for the mesh of a face that BlazeFace found. */
export function meshRegionOfCandidate({ centerX, centerY, size, rollRadians }: Candidate): Region {
  return { centerX, centerY, size: size * FACE_SCALE, rotationRadians: rollRadians };
}

/** Where to look again, given a first mesh: tighter than BlazeFace's box and turned by the mesh's own eyes. */
export function meshRegionOfLandmarks(landmarks: Float32Array): Region {
  return regionAround(landmarks, MESH_INDICES, eyeRoll(landmarks), FACE_SCALE);
}

/** In-plane roll from the outer eye corners: 0 when upright, positive clockwise on screen. */
export function eyeRoll(landmarks: Float32Array): number {
  return rollBetween(
    [landmarks[RIGHT_EYE_OUTER * 3], landmarks[RIGHT_EYE_OUTER * 3 + 1]],
    [landmarks[LEFT_EYE_OUTER * 3], landmarks[LEFT_EYE_OUTER * 3 + 1]],
  );
}

/**
 * The network's points in picture pixels; the ten iris points stay zero.
 *
 * @param output - `[468, 3]` in input pixels
 * @returns `[478, 3]`; z in the picture's pixels too, negative towards the camera
 */
export function meshToPicture(output: Float32Array, region: Region): Float32Array {
  const landmarks = new Float32Array(LANDMARKS * 3);
  const scale = region.size / FACE_MESH_SIZE;
  for (let i = 0; i < FACE_MESH_POINTS * 3; i += 3) {
    const [x, y] = toPicture(region, output[i] / FACE_MESH_SIZE, output[i + 1] / FACE_MESH_SIZE);
    landmarks[i] = x;
    landmarks[i + 1] = y;
    landmarks[i + 2] = output[i + 2] * scale;
  }
  return landmarks;
}

/** The box of the mesh points, `[x, y, width, height]`. */
export function landmarkBox(landmarks: Float32Array): [number, number, number, number] {
  let minX = Infinity, minY = Infinity, maxX = -Infinity, maxY = -Infinity;
  for (let i = 0; i < FACE_MESH_POINTS * 3; i += 3) {
    minX = Math.min(minX, landmarks[i]);
    maxX = Math.max(maxX, landmarks[i]);
    minY = Math.min(minY, landmarks[i + 1]);
    maxY = Math.max(maxY, landmarks[i + 1]);
  }
  return [minX, minY, maxX - minX, maxY - minY];
}
