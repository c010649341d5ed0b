/** Who makes samples: the real one renders, tests may paint something simple. */
import type { Kind, Sample } from './sample.ts';

export interface SampleRequest {
  kind: Kind;
  /** Of the data set. Sample i is decided by `seed + i` and nothing else. */
  seed: number;
  index: number;
  /** Pixels per side. */
  size: number;
  /** Views of a group or a pair set; triplets have three. */
  views: number;
  /** False makes geometry only: cameras, expressions and points, a hundred times faster. Default true. */
  hasPictures?: boolean;
}

/** @typeParam Made - a sample as it is, or as shards hold it: who makes it in another process encodes it there */
export interface Maker<Made> extends Disposable {
  /** For the manifest. */
  readonly adapter: string;
  readonly head: { readonly name: string; readonly licence: string };
  /** So many calls at once keep it busy. */
  readonly concurrency: number;
  /** May be called again before it has finished: what two calls share is the maker's business. */
  make(request: SampleRequest, signal?: AbortSignal): Promise<Made>;
  dispose(): void;
}

export type SampleMaker = Maker<Sample>;
