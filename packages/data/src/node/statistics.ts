/** What a data set holds, counted while it is made: a datasheet states these numbers, not what the samplers intend. */
import { NUM_POINTS } from '@onegt/skeleton';
import type { Json, Sample } from '../samples/sample.ts';

/** Counts over fixed bins, so that those of shards add up. */
export interface Histogram {
  count: number;
  sum: number;
  min: number;
  max: number;
  bins: number[];
}

export interface Statistics {
  pictures: number;
  people: number;
  numbers: Record<string, Histogram>;
  /** Of the looks: path and value of every word in them, such as `hair.style: bob`. */
  words: Record<string, Record<string, number>>;
  /** Pictures in which an expression coefficient is above 0.3. */
  expressions: Record<string, number>;
}

const NUM_BINS = 9;
const degrees = (radians: number) => (radians * 180) / Math.PI;
/** Quantity to its range of bins; what is outside counts in the outermost ones. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  'age, years': [15, 87], masculine: [0, 1], melanin: [0, 1], haemoglobin: [0, 1], 'hair melanin': [0, 1], 'hair redness': [0, 1],
  'yaw, degrees': [-45, 45], 'pitch, degrees': [-22.5, 22.5], 'roll, degrees': [-13.5, 13.5], 'field of view, degrees': [9, 54], zoom: [0.8, 1.25],
  'gaze yaw, degrees': [-36, 36], 'gaze pitch, degrees': [-27, 27], 'jaw open': [0, 1], 'JPEG quality': [55, 100],
  'share of face points seen': [0, 1], 'share of other points seen': [0, 1], 'identity, standard deviations': [-3, 3],
};
const NUM_FACE_POINTS = 478;
const ACTIVE = 0.3;

export function emptyStatistics(): Statistics {
  return { pictures: 0, people: 0, numbers: {}, words: {}, expressions: {} };
}

export function addSample(statistics: Statistics, { record, validity }: Pick<Sample, 'record' | 'validity'>): void {
  const number = (name: string, value: number) => addNumber((statistics.numbers[name] ??= emptyHistogram()), RANGES[name]!, value);
  for (const { traits, look, identity } of record.people) {
    statistics.people++;
    number('age, years', traits.age);
    for (const [name, key] of [['masculine', 'masculine'], ['melanin', 'melanin'], ['haemoglobin', 'haemoglobin'], ['hair melanin', 'hairMelanin'], ['hair redness', 'hairRedness']] as const) number(name, traits[key]);
    for (const weight of identity.slice(0, 10)) number('identity, standard deviations', weight);
    countWords(statistics.words, look, '');
  }
  for (const setting of record.settings) countWords(statistics.words, setting, '');
  record.views.forEach((view, i) => {
    statistics.pictures++;
    number('yaw, degrees', degrees(view.camera.yaw));
    number('pitch, degrees', degrees(view.camera.pitch));
    number('roll, degrees', degrees(view.camera.roll));
    number('field of view, degrees', degrees(view.camera.fovY));
    number('zoom', view.camera.zoom);
    number('gaze yaw, degrees', degrees(view.gaze.left.yaw));
    number('gaze pitch, degrees', degrees(view.gaze.left.pitch));
    number('jaw open', view.expression.jawOpen ?? 0);
    number('JPEG quality', view.jpegQuality);
    const seen = validity.subarray(i * NUM_POINTS, (i + 1) * NUM_POINTS);
    number('share of face points seen', mean(seen.subarray(0, NUM_FACE_POINTS)));
    number('share of other points seen', mean(seen.subarray(NUM_FACE_POINTS)));
    for (const [name, weight] of Object.entries(view.expression)) if (weight > ACTIVE) statistics.expressions[name] = (statistics.expressions[name] ?? 0) + 1;
  });
}

/** @returns `into`, with `other` added */
export function mergeStatistics(into: Statistics, other: Statistics): Statistics {
  into.pictures += other.pictures;
  into.people += other.people;
  for (const [name, from] of Object.entries(other.numbers)) {
    const to = (into.numbers[name] ??= emptyHistogram());
    to.count += from.count;
    to.sum += from.sum;
    to.min = Math.min(to.min, from.min);
    to.max = Math.max(to.max, from.max);
    from.bins.forEach((count, i) => (to.bins[i]! += count));
  }
  for (const [path, values] of Object.entries(other.words)) for (const [value, count] of Object.entries(values)) add((into.words[path] ??= {}), value, count);
  for (const [name, count] of Object.entries(other.expressions)) add(into.expressions, name, count);
  return into;
}

/** Lower ends of a quantity's bins. */
export function binEdges(name: string): number[] {
  const [low, high] = RANGES[name]!;
  return Array.from({ length: NUM_BINS }, (_, i) => low + ((high - low) * i) / NUM_BINS);
}

/** Large enough for any sample: JSON has no Infinity. */
const FAR = 1e9;
const emptyHistogram = (): Histogram => ({ count: 0, sum: 0, min: FAR, max: -FAR, bins: new Array<number>(NUM_BINS).fill(0) });

function addNumber(histogram: Histogram, [low, high]: readonly [number, number], value: number): void {
  histogram.count++;
  histogram.sum += value;
  histogram.min = Math.min(histogram.min, value);
  histogram.max = Math.max(histogram.max, value);
  histogram.bins[Math.min(NUM_BINS - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * NUM_BINS)))]!++;
}

/** Lists count by their elements' words, without an index: `accessories.kind: hat`. */
function countWords(words: Statistics['words'], value: Json | undefined, path: string): void {
  if (typeof value === 'string') add((words[path] ??= {}), value, 1);
  else if (Array.isArray(value)) for (const element of value as readonly Json[]) countWords(words, element, path);
  else if (typeof value === 'object' && value !== null) for (const [key, child] of Object.entries(value)) countWords(words, child, path === '' ? key : `${path}.${key}`);
}

const add = (counts: Record<string, number>, key: string, count: number): void => {
  counts[key] = (counts[key] ?? 0) + count;
};
const mean = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
