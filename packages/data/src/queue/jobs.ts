/**
 * Shards as jobs of a BullMQ queue on Redis: one job a shard, taken by any number of workers on any number of machines that
 * share the folder. Making a shard twice is harmless (same bytes, and renaming wins), so that nothing but time is lost when
 * a worker dies: its job's lock runs out and another worker takes it.
 */
import { createHash } from 'node:crypto';
import { type JobsOptions, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { resolve } from 'node:path';
import { type DatasetSpec, finishedShard, type ShardRange, shardRanges } from '../node/dataset.ts';
import { QueueError } from '../node/errors.ts';
import { DEFAULT_QUEUE, type QueueOptions } from './options.ts';

/** What a worker needs to know of a shard. */
export interface ShardJob {
  /** As the workers see it: on a cluster a shared folder with the same path everywhere. */
  folder: string;
  spec: DatasetSpec;
  range: ShardRange;
  /** Samples in the whole data set. */
  count: number;
  /** Path of a head pack; left out: the built-in head. */
  heads?: string;
}

/** Three tries, the last half a minute after the first: what fails then fails for a reason. */
const JOB_OPTIONS: JobsOptions = { attempts: 3, backoff: { type: 'exponential', delay: 10_000 } };

export type ShardQueue = Queue<ShardJob>;

/** @throws {@link QueueError} when there is no Redis at this address */
export async function openQueue({ redis, queue = DEFAULT_QUEUE }: QueueOptions): Promise<ShardQueue> {
  await requireRedis(redis);
  const opened: ShardQueue = new Queue(queue, { connection: connectionOf(redis), defaultJobOptions: JOB_OPTIONS });
  opened.on('error', () => undefined); // the connection comes back by itself, and commands report what fails
  await opened.waitUntilReady();
  return opened;
}

/** `maxRetriesPerRequest: null`: commands wait while Redis restarts, as BullMQ asks for. */
export const connectionOf = (redis: string) => ({ url: redis, maxRetriesPerRequest: null });

/** One short attempt: the queue itself would try for ever. */
export async function requireRedis(address: string): Promise<void> {
  const shown = withoutPassword(address);
  const fail = (why: string, cause?: unknown): never => {
    throw new QueueError(`There is no Redis at ${shown}: ${why}.\n  Start one (\`redis-server\`), or name another with --redis redis://HOST:PORT.`, { cause, data: { redis: shown } });
  };
  if (!/^rediss?:\/\//.test(address)) return fail('the address must begin with redis:// or rediss://');
  const client = new Redis(address, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let reason: Error | undefined;
  client.on('error', (error: Error) => (reason = error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const cause = reason ?? (error as Error);
    fail((cause as NodeJS.ErrnoException).code ?? cause.message, cause);
  } finally {
    client.disconnect();
  }
}

const withoutPassword = (address: string): string => address.replace(/\/\/[^@/]*@/, '//');

/** The same shard of the same data set is the same job, however often it is added. No colons: BullMQ keeps them for itself. */
export function jobId({ folder, spec, range }: Pick<ShardJob, 'folder' | 'spec' | 'range'>): string {
  const dataset = createHash('sha256').update(JSON.stringify([resolve(folder), spec])).digest('hex').slice(0, 16);
  return `${dataset}-${range.shard}-${range.samples}`;
}

export interface EnqueueResult {
  added: number;
  /** Waiting, in work or between two tries. */
  alreadyQueued: number;
  /** Whole on disk. */
  alreadyThere: number;
}

/** Add a job for every shard that is not on disk and not queued already; failed ones get new tries. */
export async function enqueueShards(queue: ShardQueue, dataset: Omit<ShardJob, 'range'>): Promise<EnqueueResult> {
  const result: EnqueueResult = { added: 0, alreadyQueued: 0, alreadyThere: 0 };
  const jobs: { name: string; data: ShardJob; opts: JobsOptions }[] = [];
  for (const range of shardRanges(dataset.spec, dataset.count)) {
    if (await finishedShard(dataset.folder, dataset.spec, range)) {
      result.alreadyThere++;
      continue;
    }
    const job: ShardJob = { ...dataset, range };
    const id = jobId(job);
    const known = await queue.getJob(id);
    if (known !== undefined) {
      if (!(await known.isFailed()) && !(await known.isCompleted())) {
        result.alreadyQueued++;
        continue;
      }
      await known.remove(); // done once, but broken or gone since; or failed for good until now
    }
    jobs.push({ name: dataset.spec.kind, data: job, opts: { ...JOB_OPTIONS, jobId: id } });
  }
  if (jobs.length > 0) await queue.addBulk(jobs);
  result.added = jobs.length;
  return result;
}
