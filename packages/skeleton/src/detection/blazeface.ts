/**
 * BlazeFace (Bazarevsky et al. 2019), the 256 x 256 "back camera" network: what its input looks like and what its 896
 * outputs mean. The network itself is run by whoever calls {@link decodeBlazeFace}.
 */
import { type Region, normalizeRadians, rollBetween, toPicture } from './region.ts';

export const BLAZEFACE_SIZE = 256;
export const BLAZEFACE_RANGE = [-1, 1] as const;

/** 16 x 16 cells with two anchors each, then 8 x 8 cells with six: 896 in all. */
const LAYERS = [
  { stride: 16, anchorsPerCell: 2 },
  { stride: 32, anchorsPerCell: 6 },
] as const;

/** Values per anchor: box centre, box size, then six keypoints. */
const REGRESSORS = 16;
const KEYPOINTS = 6;

/** Raw network outputs, one row per anchor. */
export interface BlazeFaceOutputs {
  /** Logits `[896]`. */
  readonly scores: Float32Array;
  /** Offsets from the anchor in input pixels `[896, 16]`. */
  readonly boxes: Float32Array;
}

/** A face as BlazeFace sees it, in picture pixels. */
export interface Candidate {
  readonly centerX: number;
  readonly centerY: number;
  /** Longer side of the box, from the brows to the chin. */
  readonly size: number;
  readonly score: number;
  /** Direction from the subject's right eye to the left one; 0 when upright, positive clockwise on screen. */
  readonly rollRadians: number;
}

/** Anchor centres in input pixels `[896, 2]`. */
export function blazeFaceAnchors(): Float32Array {
  const centers: number[] = [];
  for (const { stride, anchorsPerCell } of LAYERS) {
    const cells = BLAZEFACE_SIZE / stride;
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        for (let n = 0; n < anchorsPerCell; n++) centers.push((column + 0.5) * stride, (row + 0.5) * stride);
      }
    }
  }
  return new Float32Array(centers);
}

const anchors = blazeFaceAnchors();

/**
 * Decode the network's answer for one region of the picture.
 *
 * Overlapping boxes are averaged by score instead of keeping the best one only, as in MediaPipe: neighbouring anchors see
 * the same face with independent errors.
 */
export function decodeBlazeFace(outputs: BlazeFaceOutputs, region: Region, minScore: number, minOverlap = 0.3): Candidate[] {
  const minLogit = Math.log(minScore / (1 - minScore));
  const boxes: ScoredBox[] = [];
  for (let a = 0; a < outputs.scores.length; a++) {
    if (!(outputs.scores[a] >= minLogit)) continue;
    const values = new Float64Array(REGRESSORS);
    for (let k = 0; k < REGRESSORS; k++) {
      const isSize = k === 2 || k === 3;
      values[k] = (outputs.boxes[a * REGRESSORS + k] + (isSize ? 0 : anchors[a * 2 + (k & 1)])) / BLAZEFACE_SIZE;
    }
    boxes.push({ values, score: 1 / (1 + Math.exp(-outputs.scores[a])) });
  }
  return blendOverlapping(boxes, minOverlap).map((box) => toCandidate(box, region));
}

/** The best score of all anchors, for messages. */
export function bestBlazeFaceScore(outputs: BlazeFaceOutputs): number {
  let best = -Infinity;
  for (const logit of outputs.scores) best = Math.max(best, logit);
  return 1 / (1 + Math.exp(-best));
}

/** Non-maximum suppression across regions: of things that show the same face, the best-scored stays. */
export function suppressDuplicates<T extends { readonly score: number }>(found: readonly T[], boxOf: (item: T) => readonly number[]): T[] {
  const kept: T[] = [];
  for (const item of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => !isSameFace(boxOf(item), boxOf(other)))) kept.push(item);
  }
  return kept;
}

/** Heads of two people hide at most a part of each other; a box that lies mostly in another one is part of the same face. */
function isSameFace(a: readonly number[], b: readonly number[]): boolean {
  return intersection(a, b) > 0.5 * Math.min(a[2] * a[3], b[2] * b[3]);
}

/** Overlap of two boxes `[x, y, w, h]`, 0..1. */
export function intersectionOverUnion(a: readonly number[], b: readonly number[]): number {
  const shared = intersection(a, b);
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

function intersection(a: readonly number[], b: readonly number[]): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return Math.max(width, 0) * Math.max(height, 0);
}

/** The axis-parallel square of a candidate. */
export function candidateBox({ centerX, centerY, size }: Candidate): readonly number[] {
  return [centerX - size / 2, centerY - size / 2, size, size];
}

interface ScoredBox {
  /** Centre, size, keypoints; fractions of the region. */
  readonly values: Float64Array;
  readonly score: number;
}

function blendOverlapping(boxes: ScoredBox[], minOverlap: number): ScoredBox[] {
  let remaining = boxes.sort((a, b) => b.score - a.score);
  const blended: ScoredBox[] = [];
  while (remaining.length > 0) {
    const best = remaining[0];
    const bestBox = cornerBox(best);
    const cluster = remaining.filter((box) => box === best || intersectionOverUnion(bestBox, cornerBox(box)) > minOverlap);
    const values = new Float64Array(REGRESSORS);
    let total = 0;
    for (const box of cluster) {
      total += box.score;
      for (let k = 0; k < REGRESSORS; k++) values[k] = values[k] + box.values[k] * box.score;
    }
    blended.push({ values: values.map((value) => value / total), score: best.score });
    remaining = remaining.filter((box) => !cluster.includes(box));
  }
  return blended;
}

const cornerBox = ({ values: [x, y, w, h] }: ScoredBox): number[] => [x! - w! / 2, y! - h! / 2, w!, h!];

function toCandidate({ values, score }: ScoredBox, region: Region): Candidate {
  const [centerX, centerY] = toPicture(region, values[0], values[1]);
  const keypoints = Array.from({ length: KEYPOINTS }, (_, k) => toPicture(region, values[4 + 2 * k], values[5 + 2 * k]));
  return {
    centerX,
    centerY,
    size: Math.max(values[2], values[3]) * region.size,
    score,
    rollRadians: normalizeRadians(rollBetween(keypoints[0], keypoints[1])),
  };
}
