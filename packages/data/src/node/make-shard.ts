/** From a range of samples to a finished shard with its record. */
import { join } from 'node:path';
import type { Maker } from '../samples/maker.ts';
import type { Sample } from '../samples/sample.ts';
import { parseSample } from '../shards/members.ts';
import { type DatasetSpec, shardName, type ShardRange, type ShardRecord, writeShardRecord } from './dataset.ts';
import { encodeSample } from './encode.ts';
import { isLost, type LostError } from './errors.ts';
import { type EncodedSample, writeShardFile } from './shard-file.ts';
import { addSample, emptyStatistics } from './statistics.ts';

/** A `SampleMaker`, or one that encodes where it makes. */
export type ShardMaker = Maker<Sample | EncodedSample>;

export interface MakeShardOptions {
  folder: string;
  spec: DatasetSpec;
  range: ShardRange;
  signal: AbortSignal;
  /** After each sample: pictures that it has. */
  onSample?: (pictures: number) => void;
}

/** A maker that is requested when it is needed, and once more when its GPU device or a process of it is lost. */
export class MakerSession {
  readonly #create: () => Promise<ShardMaker>;
  readonly #onLost: (error: LostError) => void;
  #maker: Promise<ShardMaker> | undefined;
  #losses = 0;

  constructor(create: () => Promise<ShardMaker>, onLost: (error: LostError) => void = () => undefined) {
    this.#create = create;
    this.#onLost = onLost;
  }

  maker(): Promise<ShardMaker> {
    return (this.#maker ??= this.#create());
  }

  /**
   * The shard, made again with a new maker if the first one is lost. A second loss in a row is thrown: then it is not the
   * driver's mood, and a loop would hide it.
   */
  async makeShard(options: MakeShardOptions): Promise<ShardRecord> {
    for (;;) {
      try {
        const record = await makeShard(await this.maker(), options);
        this.#losses = 0;
        return record;
      } catch (error) {
        if (!isLost(error) || ++this.#losses > 1) throw error;
        this.#onLost(error);
        await this.dispose();
      }
    }
  }

  async dispose(): Promise<void> {
    const maker = this.#maker;
    this.#maker = undefined;
    (await maker?.catch(() => undefined))?.dispose();
  }
}

export async function makeShard(maker: ShardMaker, { folder, spec, range, signal, onSample }: MakeShardOptions): Promise<ShardRecord> {
  signal.throwIfAborted();
  const started = performance.now();
  const statistics = emptyStatistics();
  const file = `${shardName(spec.kind, range.shard)}.tar`;
  // What fails in one sample stops the others: nobody will want them.
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const stopOthers = (error: unknown): never => {
    stop.abort(error);
    throw error;
  };
  const makeOne = async (index: number): Promise<EncodedSample> => {
    const made = await maker.make({ kind: spec.kind, seed: spec.seed, index, size: spec.size, views: spec.viewsPerSample, hasPictures: spec.hasPictures }, both);
    both.throwIfAborted();
    const encoded = await encodeSample(made);
    const sample = parseSample(encoded.key, encoded.members);
    addSample(statistics, sample);
    onSample?.(sample.record.views.length);
    return encoded;
  };
  const samples = inOrder(range.samples, maker.concurrency, (i) => makeOne(range.first + i).catch(stopOthers));
  const written = await writeShardFile(join(folder, file), samples).catch(stopOthers);
  const record: ShardRecord = {
    file, shard: range.shard, first: range.first, samples: written.samples, byteLength: written.byteLength, sha256: written.sha256,
    adapter: maker.adapter, seconds: Math.round(performance.now() - started) / 1000, statistics, spec,
  };
  await writeShardRecord(folder, record);
  return record;
}

/** Results of `make(0)`, `make(1)`, ... in order, `width` of them in work at a time. Waits for the others when one fails. */
export async function* inOrder<T>(count: number, width: number, make: (index: number) => Promise<T>): AsyncGenerator<T, void, void> {
  const running: Promise<T>[] = [];
  let next = 0;
  const start = () => {
    const promise = make(next++);
    promise.catch(() => undefined); // it is awaited in its turn
    running.push(promise);
  };
  try {
    while (next < Math.min(width, count)) start();
    while (running.length > 0) {
      const result = await running.shift()!;
      if (next < count) start();
      yield result;
    }
  } finally {
    await Promise.allSettled(running);
  }
}
