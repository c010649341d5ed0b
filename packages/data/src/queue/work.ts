/** A worker: takes shards from the queue until it is told to stop, or until there are none. */
import { DelayedError, type Job, Worker } from 'bullmq';
import { finishedShard, type ShardRecord, writeManifest } from '../node/dataset.ts';
import { writeDatasheet } from '../node/datasheet.ts';
import { isAbort, isLost, type LostError } from '../node/errors.ts';
import { prepareFolder, removeRemains } from '../node/files.ts';
import { MakerSession, type ShardMaker } from '../node/make-shard.ts';
import { connectionOf, openQueue, type ShardJob } from './jobs.ts';
import { DEFAULT_QUEUE, type QueueOptions } from './options.ts';

export interface WorkOptions extends QueueOptions {
  /** Called for the first job of a kind of picture; the maker is kept until another kind comes. */
  createMaker: (job: ShardJob) => Promise<ShardMaker>;
  signal: AbortSignal;
  /** Stop when nothing is waiting, in work or delayed. Default false: wait for more. */
  untilEmpty?: boolean;
  /** A worker that does not answer for so long is taken for dead, and its shard given to another. Default 30 s. */
  stalledAfterMs?: number;
  onShard?: (record: ShardRecord, wasThere: boolean) => void;
  onFailure?: (job: { file: string; attempt: number; attempts: number }, error: Error) => void;
  onLost?: (error: LostError) => void;
}

/** Being killed is not the job's fault: a shard may lose its worker this often. */
const MAX_STALLS = 100;
const POLL_MS = 500;

/** @returns number of shards made */
export async function work(options: WorkOptions): Promise<number> {
  const { redis, queue = DEFAULT_QUEUE, signal, untilEmpty = false, stalledAfterMs = 30_000, onShard, onFailure } = options;
  const monitor = await openQueue({ redis, queue }); // fails at once when there is no Redis
  const makers = new MakerCache(options);
  let made = 0;
  let fatal: unknown;
  const handle = async (job: Job<ShardJob>, token?: string): Promise<string> => {
    const { folder, spec, range, count } = job.data;
    const there = await finishedShard(folder, spec, range);
    if (there !== undefined) {
      onShard?.(there, true);
      return there.sha256;
    }
    try {
      await prepareFolder(folder);
      await removeRemains(folder);
      const session = await makers.session(job.data);
      const record = await session.makeShard({ folder, spec, range, signal });
      const manifest = await writeManifest(folder, spec, count, (await session.maker()).head.licence);
      if (manifest.isComplete) await writeDatasheet(folder, manifest);
      made++;
      onShard?.(record, false);
      return record.sha256;
    } catch (error) {
      if (isAbort(error) && signal.aborted) {
        await job.moveToDelayed(Date.now() + 1, token); // at once for others, and not a failed try
        throw new DelayedError();
      }
      if (isLost(error)) fatal = error; // twice in a row: this machine is of no use
      throw error;
    }
  };

  const worker = new Worker<ShardJob, string>(queue, handle, {
    connection: connectionOf(redis), concurrency: 1, maxStalledCount: MAX_STALLS, autorun: false, drainDelay: 1,
    lockDuration: stalledAfterMs, stalledInterval: stalledAfterMs,
  });
  worker.on('error', () => undefined); // BullMQ reconnects by itself
  worker.on('failed', (job, error) => {
    if (job !== undefined) onFailure?.({ file: `${job.data.spec.kind} shard ${job.data.range.shard}`, attempt: job.attemptsMade, attempts: job.opts.attempts ?? 1 }, error);
  });
  const running = worker.run();
  running.catch(() => undefined);
  try {
    while (!signal.aborted && fatal === undefined) {
      if (untilEmpty) {
        const counts = await monitor.getJobCounts('wait', 'active', 'delayed');
        if (Object.values(counts).every((count) => count === 0)) break;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    await worker.close();
    await makers.dispose();
    await monitor.close();
  }
  if (fatal !== undefined) throw fatal;
  signal.throwIfAborted();
  return made;
}

/** One maker at a time: pipelines and targets fit one size of picture, and memory one of them. */
class MakerCache {
  readonly #options: WorkOptions;
  #key = '';
  #session: MakerSession | undefined;

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  async session(job: ShardJob): Promise<MakerSession> {
    const key = JSON.stringify([job.heads, job.spec.head, job.spec.size, job.spec.hasPictures]);
    if (this.#session === undefined || key !== this.#key) {
      await this.dispose();
      this.#key = key;
      this.#session = new MakerSession(() => this.#options.createMaker(job), this.#options.onLost);
    }
    return this.#session;
  }

  async dispose(): Promise<void> {
    await this.#session?.dispose();
    this.#session = undefined;
  }
}
