/**
 * Where one shot ends and the next begins. A cut changes both where things are (the mean absolute difference of
 * thumbnails jumps against what the shot did before) and what colours there are (histograms). A flash changes the
 * second and little of the first's structure after levelling; a fast pan the first but not the second.
 */
import type { Thumbnail } from './thumbnail.ts';

export interface CutOptions {
  /** Mean absolute difference of neighbouring thumbnails, 0..255, below which nothing is a cut. */
  minDifference: number;
  /** ... and how many times the shot's usual difference it must be. */
  minRatio: number;
  /** Half the L1 distance of the colour histograms, 0..1, that a cut reaches. */
  minHistogram: number;
}

export const CUT_OPTIONS: CutOptions = { minDifference: 12, minRatio: 4, minHistogram: 0.25 };

const BINS = 6; // a colour
const MEMORY = 0.8;

export class CutDetector {
  readonly #options: CutOptions;
  #previous: { thumbnail: Thumbnail; histogram: Float32Array } | undefined;
  #usual = 0;

  constructor(options: Partial<CutOptions> = {}) {
    this.#options = { ...CUT_OPTIONS, ...options };
  }

  /** Frames in order. True when this one begins a new shot (the first one does not). */
  isCut(thumbnail: Thumbnail): boolean {
    const { minDifference, minRatio, minHistogram } = this.#options;
    const histogram = histogramOf(thumbnail);
    const previous = this.#previous;
    this.#previous = { thumbnail, histogram };
    if (previous === undefined || previous.thumbnail.rgb.length !== thumbnail.rgb.length) return previous !== undefined;
    const difference = meanDifference(previous.thumbnail, thumbnail);
    const cut = difference >= minDifference && difference >= minRatio * this.#usual && histogramDistance(previous.histogram, histogram) >= minHistogram;
    this.#usual = cut ? 0 : MEMORY * this.#usual + (1 - MEMORY) * difference;
    return cut;
  }
}

function meanDifference(a: Thumbnail, b: Thumbnail): number {
  let sum = 0;
  for (let i = 0; i < a.rgb.length; i++) sum += Math.abs(a.rgb[i]! - b.rgb[i]!);
  return sum / a.rgb.length;
}

function histogramOf({ rgb }: Thumbnail): Float32Array {
  const counts = new Float32Array(BINS ** 3);
  for (let i = 0; i < rgb.length; i += 3) {
    const bin = [0, 1, 2].reduce((index, c) => index * BINS + Math.min(BINS - 1, Math.floor((rgb[i + c]! * BINS) / 256)), 0);
    counts[bin]! += 3 / rgb.length;
  }
  return counts;
}

function histogramDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / 2;
}
