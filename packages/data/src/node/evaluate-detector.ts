/**
 * Does a face detector see in the renderings what they are said to show? Finds the faces of a data set's pictures and
 * compares the points with the true ones: the check that the engine's heads look like heads, and its points are where a
 * detector, which has seen real faces only, puts them.
 */
import type { Gpu } from '@onegt/kernels';
import { type Anchor, computeCrop, type Face, FaceDetector, type Image, LEFT_EYE_OUTER, modelFolder, NoFaceError, NUM_FACE, NUM_POINTS, pointsInPicture, RIGHT_EYE_OUTER } from '@onegt/skeleton';
import type { Json, Sample } from '../samples/sample.ts';
import { encodeJpeg } from './encode.ts';
import sharp from 'sharp';

export interface PictureVerdict {
  key: string;
  view: string;
  yaw: number;
  isFound: boolean;
  /**
   * Mean distance of the 468 face points over the distance of the outer eye corners (3-D, so that turned faces count alike);
   * of seen points, as the skeleton stage takes them: where MediaPipe's convention has other places than the skeleton, such as
   * along the jaw, its anchor knows by how much (`detector_bias` of the head prior, measured on other renderings).
   */
  error: number | undefined;
  /** The same of the points as the detector gives them. */
  rawError: number | undefined;
  /** `[468, 2]` detected, as given, minus true; the same unit, upright with the head; NaN where a point is hidden. */
  residuals: Float32Array | undefined;
  /** Worn things that hide a part of the face, such as `mask`. */
  covers: string[];
  isBlinking: boolean;
}

const MAX_YAW = Math.PI / 4;
/** What is worn in front of a face. */
const COVERS = ['sunglasses', 'mask', 'veil', 'eye-patch'];

export async function loadDetector(gpu: Gpu, models: string): Promise<FaceDetector> {
  return FaceDetector.load(gpu, { read: modelFolder(models) });
}

/**
 * Pictures within 45 degrees of yaw; JPEG as in the shards, upscaled twofold, as small faces are hard to find for their size alone.
 *
 * @param anchor - the skeleton stage's
 */
export async function judgeSample(detector: FaceDetector, sample: Sample, anchor: Pick<Anchor, 'observe'>): Promise<PictureVerdict[]> {
  const { record, pictures, points, validity } = sample;
  const verdicts: PictureVerdict[] = [];
  for (const [v, view] of record.views.entries()) {
    if (Math.abs(view.camera.yaw) > MAX_YAW) continue;
    const scale = Math.max(1, Math.round(512 / record.size));
    const image = await detectorImage(pictures[v]!.rgb, record.size, view.jpegQuality, scale);
    const truth = Float64Array.from({ length: 3 * NUM_POINTS }, (_, i) => points[3 * NUM_POINTS * v + i]!);
    const faces = await detector.detect(image, { maxFaces: 4 }).catch((error: unknown): Face[] => {
      if (error instanceof NoFaceError) return [];
      throw error;
    });
    const seen = validity.subarray(v * NUM_POINTS, v * NUM_POINTS + NUM_FACE);
    const residualsOfPoints = (pixel: PixelOf) => residualsOf(pixel, truth, seen, image.width, view.camera.roll);
    const residuals = faces.map(({ landmarks }) => residualsOfPoints((p, axis) => landmarks[3 * p + axis]!));
    const errors = residuals.map(meanLength);
    const best = errors.indexOf(Math.min(...errors));
    const rawError = errors[best] ?? Infinity;
    const isFound = rawError < 0.5; // a face elsewhere, in a pattern of a shirt, is not this one
    const taken = isFound ? calibratedPoints(anchor, faces[best]!) : undefined;
    verdicts.push({
      key: record.key, view: view.name, yaw: view.camera.yaw, isFound,
      error: taken && meanLength(residualsOfPoints((p, axis) => taken[2 * p + axis]!)), rawError: isFound ? rawError : undefined, residuals: isFound ? residuals[best] : undefined,
      covers: coversOf(record.people[view.person]!.look), isBlinking: Math.max(view.expression.eyeBlinkLeft ?? 0, view.expression.eyeBlinkRight ?? 0) > 0.7,
    });
  }
  return verdicts;
}

async function detectorImage(rgb: Uint8Array, size: number, quality: number, scale: number): Promise<Image> {
  const { data, info } = await sharp(await encodeJpeg(rgb, size, quality)).resize(size * scale, size * scale, { kernel: 'cubic' }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) };
}

/** Pixels, `[478, 2]`. */
function calibratedPoints(anchor: Pick<Anchor, 'observe'>, { landmarks }: Face): Float32Array {
  const crop = computeCrop(landmarks);
  return pointsInPicture(anchor.observe(landmarks, crop).detected, crop);
}

/** Coordinate of a detected point: 0 x, 1 y (down), pixels. */
type PixelOf = (point: number, axis: 0 | 1) => number;

function residualsOf(pixel: PixelOf, truth: Float64Array, seen: Uint8Array, side: number, roll: number): Float32Array {
  const eyes = distance(truth, LEFT_EYE_OUTER, RIGHT_EYE_OUTER);
  const [cosine, sine] = [Math.cos(-roll), Math.sin(-roll)];
  const residuals = new Float32Array(2 * NUM_FACE).fill(NaN);
  for (let p = 0; p < NUM_FACE; p++) {
    if (seen[p] === 0) continue;
    const x = ((pixel(p, 0) * 2) / side - 1 - truth[3 * p]!) / eyes;
    const y = (1 - (pixel(p, 1) * 2) / side - truth[3 * p + 1]!) / eyes;
    residuals[2 * p] = cosine * x - sine * y;
    residuals[2 * p + 1] = sine * x + cosine * y;
  }
  return residuals;
}

/** Of the points that are seen; Infinity when there are none. */
function meanLength(residuals: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let p = 0; p < residuals.length; p += 2) {
    if (Number.isNaN(residuals[p])) continue;
    sum += Math.hypot(residuals[p]!, residuals[p + 1]!);
    count++;
  }
  return count === 0 ? Infinity : sum / count;
}

const distance = (points: Float64Array, a: number, b: number): number => Math.hypot(points[3 * a]! - points[3 * b]!, points[3 * a + 1]! - points[3 * b + 1]!, points[3 * a + 2]! - points[3 * b + 2]!);

function coversOf(look: Json): string[] {
  const { accessories } = look as { accessories?: readonly { kind: string }[] };
  return (accessories ?? []).map(({ kind }) => kind).filter((kind) => COVERS.includes(kind));
}

export interface DetectorReport {
  pictures: number;
  found: number;
  /** Of what was found: means over pictures. */
  meanError: number;
  medianError: number;
  meanRawError: number;
  medianRawError: number;
  /** Share of found pictures whose own mean is below 4 %. */
  within4Percent: number;
  /** What is left of the raw mean when each point's own mean offset in these pictures is taken away. */
  meanErrorWithoutBias: number;
  /** Points by how far they are off on average, the worst first. */
  worstPoints: { point: number; error: number }[];
  byCover: Record<string, { pictures: number; found: number; meanError: number }>;
}

export function summarise(verdicts: readonly PictureVerdict[]): DetectorReport {
  const sorted = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const median = (values: readonly number[]) => values[Math.floor(values.length / 2)] ?? NaN;
  const errors = sorted(verdicts.map(({ error }) => error)), rawErrors = sorted(verdicts.map(({ rawError }) => rawError));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const groups = [['nothing before the face', (v: PictureVerdict) => v.covers.length === 0], ...COVERS.map((cover) => [cover, (v: PictureVerdict) => v.covers.includes(cover)] as const)] as const;
  const residuals = verdicts.flatMap((verdict) => verdict.residuals ?? []);
  const bias = Array.from({ length: 2 * NUM_FACE }, (_, i) => mean(residuals.map((r) => r[i]!).filter((value) => !Number.isNaN(value))));
  const worstPoints = Array.from({ length: NUM_FACE }, (_, point) => ({ point, error: mean(residuals.map((r) => Math.hypot(r[2 * point]!, r[2 * point + 1]!)).filter((value) => !Number.isNaN(value))) }));
  return {
    meanErrorWithoutBias: mean(residuals.map((r) => meanLength(r.map((value, i) => value - bias[i]!)))),
    worstPoints: worstPoints.sort((a, b) => b.error - a.error),
    pictures: verdicts.length, found: errors.length, meanError: mean(errors), medianError: median(errors), meanRawError: mean(rawErrors), medianRawError: median(rawErrors),
    within4Percent: errors.filter((error) => error < 0.04).length / Math.max(1, errors.length),
    byCover: Object.fromEntries(groups.map(([name, belongs]) => {
      const own = verdicts.filter(belongs);
      return [name, { pictures: own.length, found: own.filter(({ isFound }) => isFound).length, meanError: mean(sorted(own.map(({ error }) => error))) }] as const;
    }).filter(([, { pictures }]) => pictures > 0)),
  };
}
