/**
 * One stretch of a screened video as the files of a WebDataset sample: pictures of one person with the points that a
 * detector placed. Names and array forms are those of rendered samples (shards/members.ts); what a video does not tell
 * (camera, expression, regions, the hidden points) is absent rather than guessed.
 *
 * | member | what |
 * |---|---|
 * | `KEY.json` | {@link ClipRecord} |
 * | `KEY.f00.jpg` .. | the crops |
 * | `KEY.points.npy` | f4 `[V, 600, 3]`, crop units; 0..477 from the detector, zeros from there on |
 * | `KEY.validity.npy` | u1 `[V, 600]`, 1: placed by the detector, inside of the picture, on a side that faces the camera |
 */
import { type Crop, landmarksInCrop, NUM_DETECTED, NUM_FACE, NUM_POINTS, skeletonTopology } from '@onegt/skeleton';
import { ShardError } from '../shards/errors.ts';
import { type OpenShardsOptions, readShards, type ShardSource } from '../shards/loader.ts';
import type { Members } from '../shards/members.ts';
import { decodeNpy } from '../shards/npy.ts';

export const CLIP_FORMAT = 1;

export interface ClipView {
  name: string;
  /** In the video. */
  timeSeconds: number;
  /** In pixels of the video. */
  crop: Crop;
  /** The detector's, 0..1. */
  score: number;
  /** Pixels of the video between the irises: the crop has no more detail than that. */
  eyeDistance: number;
  /** Radians, estimated. */
  yaw: number;
  pitch: number;
  roll: number;
}

export interface ClipRecord {
  format: typeof CLIP_FORMAT;
  kind: 'clips';
  key: string;
  /** Pixels per side. */
  size: number;
  /** Name of the video's file, and which of its shots this is: frames of one shot show one person in one place. */
  video: string;
  shot: number;
  /** Who may use the video, as the caller of the ingest said. */
  licence: string;
  views: readonly ClipView[];
}

export interface StoredClip {
  key: string;
  record: ClipRecord;
  /** JPEG, as in `record.views`. */
  pictures: readonly Uint8Array[];
  /** `[V, 600, 3]` */
  points: Float32Array;
  /** `[V, 600]` */
  validity: Uint8Array;
}

/** Detected points as a row of `points` and `validity`. */
export function detectedPoints(landmarks: ArrayLike<number>, crop: Crop): { points: Float32Array; validity: Uint8Array } {
  const inCrop = landmarksInCrop(landmarks, crop);
  const points = new Float32Array(NUM_POINTS * 3);
  points.set(inCrop);
  const facing = facingCamera(inCrop);
  const validity = new Uint8Array(NUM_POINTS);
  for (let p = 0; p < NUM_DETECTED; p++) {
    const isInside = Math.abs(inCrop[3 * p]!) <= 1 && Math.abs(inCrop[3 * p + 1]!) <= 1;
    validity[p] = isInside && (p >= NUM_FACE || facing[p]! > 0) ? 1 : 0;
  }
  return { points, validity };
}

/** `[468]` z of the surface's normal at each point: negative on the far cheek of a turned head. */
function facingCamera(points: ArrayLike<number>): Float64Array {
  const { triangles, regions } = skeletonTopology();
  const facing = new Float64Array(NUM_FACE);
  for (let t = 0; t < regions.length; t++) {
    if (regions[t] !== 0) continue;
    const [a, b, c] = [triangles[3 * t]!, triangles[3 * t + 1]!, triangles[3 * t + 2]!];
    const area = (points[3 * b]! - points[3 * a]!) * (points[3 * c + 1]! - points[3 * a + 1]!) - (points[3 * b + 1]! - points[3 * a + 1]!) * (points[3 * c]! - points[3 * a]!);
    for (const p of [a, b, c]) facing[p]! += area;
  }
  return facing;
}

/** @throws {@link ShardError} naming the member that is missing or wrong */
export function parseClip(key: string, members: Members): StoredClip {
  const get = (extension: string): Uint8Array => {
    const bytes = members.get(extension);
    if (bytes === undefined) throw new ShardError(`Clip ${key} has no member "${key}.${extension}".`, { data: { key, extension } });
    return bytes;
  };
  let record: ClipRecord;
  try {
    record = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(get('json'))) as ClipRecord;
  } catch (cause) {
    if (cause instanceof ShardError) throw cause;
    throw new ShardError(`${key}.json is not JSON: ${(cause as Error).message}`, { cause, data: { key } });
  }
  if (record.kind !== 'clips' || record.format !== CLIP_FORMAT || !Array.isArray(record.views)) {
    throw new ShardError(`${key}.json does not describe a clip of format ${CLIP_FORMAT}: kind ${String(record.kind)}, format ${String(record.format)}.`, { data: { key } });
  }
  const numViews = record.views.length;
  const points = decodeNpy(get('points.npy'), `${key}.points.npy`);
  const validity = decodeNpy(get('validity.npy'), `${key}.validity.npy`);
  if (!(points.data instanceof Float32Array) || points.shape.join() !== [numViews, NUM_POINTS, 3].join()) throw new ShardError(`${key}.points.npy is [${points.shape.join(', ')}]; f4 [${numViews}, ${NUM_POINTS}, 3] belongs there.`, { data: { key } });
  if (!(validity.data instanceof Uint8Array) || validity.shape.join() !== [numViews, NUM_POINTS].join()) throw new ShardError(`${key}.validity.npy is [${validity.shape.join(', ')}]; u1 [${numViews}, ${NUM_POINTS}] belongs there.`, { data: { key } });
  return { key, record, pictures: record.views.map(({ name }) => get(`${name}.jpg`)), points: points.data, validity: validity.data };
}

/** Clips of shards as a stream, as `openShards` does for rendered samples. */
export async function* openClips(shards: readonly (string | URL | ShardSource)[], options: OpenShardsOptions = {}): AsyncGenerator<StoredClip, void, void> {
  for await (const { key, members } of readShards(shards, options)) yield parseClip(key, members);
}
