/**
 * Which frames are kept, and why the others are not. The paper's principles (no facial occlusion, static background) and
 * the usual ones. Frames are judged alone first, then against their clip.
 */
import { backgroundMask, backgroundMotion, median, medianBackground } from './background.ts';
import type { FaceMeasures } from './face-measures.ts';
import { medianSkin, occludedShare } from './occlusion.ts';
import type { Thumbnail } from './thumbnail.ts';

/** In the order in which they are asked: a frame is counted for the first that applies. */
export const REASONS = ['no-face', 'several-faces', 'too-small', 'cut-off', 'turned-away', 'blurred', 'badly-exposed', 'uncertain', 'moving-background', 'unsteady', 'occluded', 'too-short'] as const;
export type Reason = (typeof REASONS)[number];

export interface ScreenOptions {
  /** Another face of at least this share of the largest one's area makes a frame `several-faces`. */
  otherFaceShare: number;
  /** Pixels between the irises. */
  minEyeDistance: number;
  /** Share of the face's points, and of the crop, that must be in the picture. */
  minInsidePoints: number;
  minInsideCrop: number;
  maxYawRadians: number;
  maxPitchRadians: number;
  minSharpness: number;
  /** Mean luma of the face, 0..255. */
  minBrightness: number;
  maxBrightness: number;
  maxClipped: number;
  /** Of the detector, 0..1. */
  minScore: number;
  /** Mean absolute difference of the background, 0..255, to the frame before and to the clip's median. */
  maxBackgroundMotion: number;
  /** Of the points within the head, against the mean of the frames before and after, as a share of the distance of the eyes. */
  maxUnsteadiness: number;
  /** Share of the visible face that has not its usual colour. */
  maxOcclusion: number;
  /** What is left of a clip must have. */
  minFrames: number;
  minSeconds: number;
}

/** Sharpness, motion and occlusion between what good and bad clips of one portrait measured (sharp 0.12, enlarged twofold 0.024, blurred by 4 px 0.004). */
export const SCREEN_OPTIONS: ScreenOptions = {
  otherFaceShare: 0.1, minEyeDistance: 48, minInsidePoints: 0.98, minInsideCrop: 0.75,
  maxYawRadians: (55 * Math.PI) / 180, maxPitchRadians: (35 * Math.PI) / 180,
  minSharpness: 0.012, minBrightness: 28, maxBrightness: 228, maxClipped: 0.2, minScore: 0.7,
  maxBackgroundMotion: 6, maxUnsteadiness: 0.035, maxOcclusion: 0.06, minFrames: 5, minSeconds: 0.8,
};

/** A sampled frame of a clip, without its pixels. */
export interface Candidate {
  timeSeconds: number;
  thumbnail: Thumbnail;
  pictureWidth: number;
  measures: FaceMeasures;
}

/** What a frame alone shows. */
export function screenFace(measures: FaceMeasures, options: ScreenOptions): Reason | undefined {
  const { eyeDistance, insidePoints, insideCrop, yaw, pitch, sharpness, brightness, clipped, face } = measures;
  if (eyeDistance < options.minEyeDistance * Math.max(0.5, Math.cos(yaw))) return 'too-small';
  if (insidePoints < options.minInsidePoints || insideCrop < options.minInsideCrop) return 'cut-off';
  if (Math.abs(yaw) > options.maxYawRadians || Math.abs(pitch) > options.maxPitchRadians) return 'turned-away';
  if (sharpness < options.minSharpness) return 'blurred';
  if (brightness < options.minBrightness || brightness > options.maxBrightness || clipped > options.maxClipped) return 'badly-exposed';
  if (face.score < options.minScore) return 'uncertain';
  return undefined;
}

/** What only the clip shows. One verdict for each candidate, undefined for those that are kept. */
export function screenClip(candidates: readonly Candidate[], options: ScreenOptions): (Reason | undefined)[] {
  if (candidates.length === 0) return [];
  const verdicts: (Reason | undefined)[] = candidates.map(() => undefined);
  const judge = (reason: Reason, isBad: (index: number) => boolean): void => {
    candidates.forEach((_, i) => {
      if (verdicts[i] === undefined && isBad(i)) verdicts[i] = reason;
    });
  };
  const thumbnails = candidates.map(({ thumbnail }) => thumbnail);
  const masks = candidates.map(({ thumbnail, measures, pictureWidth }) => backgroundMask(thumbnail, measures.crop, pictureWidth));
  const usual = medianBackground(thumbnails, masks);
  judge('moving-background', (i) => {
    const before = i === 0 ? 0 : (backgroundMotion(thumbnails[i - 1]!, masks[i - 1]!, thumbnails[i]!, masks[i]!) ?? 0);
    const overall = backgroundMotion(usual.thumbnail, usual.mask, thumbnails[i]!, masks[i]!) ?? 0;
    return Math.max(before, overall) > options.maxBackgroundMotion;
  });
  judge('unsteady', (i) => unsteadiness(candidates, i) > options.maxUnsteadiness);
  const skin = medianSkin(candidates.map(({ measures }) => measures.skin));
  judge('occluded', (i) => occludedShare(candidates[i]!.measures.skin, skin) > options.maxOcclusion);

  const kept = candidates.filter((_, i) => verdicts[i] === undefined);
  const seconds = kept.length === 0 ? 0 : kept.at(-1)!.timeSeconds - kept[0]!.timeSeconds;
  if (kept.length < options.minFrames || seconds < options.minSeconds) judge('too-short', () => true);
  return verdicts;
}

/**
 * Expressions change smoothly, points on something that is no face jump: distance of the points, less the head's motion, to
 * the mean of the frames before and after.
 */
export function unsteadiness(candidates: readonly Candidate[], index: number): number {
  if (index === 0 || index === candidates.length - 1) return 0;
  const [before, here, after] = [index - 1, index, index + 1].map((i) => candidates[i]!.measures.residual) as [Float32Array, Float32Array, Float32Array];
  const distances: number[] = [];
  for (let p = 0; p < here.length; p += 2) {
    distances.push((here[p]! - (before[p]! + after[p]!) / 2) ** 2 + (here[p + 1]! - (before[p + 1]! + after[p + 1]!) / 2) ** 2);
  }
  // The median knows nothing of a blink or a word, the mean nothing else: between both.
  const mean = distances.reduce((sum, value) => sum + value, 0) / distances.length;
  return Math.sqrt((mean + median(distances)) / 2);
}
