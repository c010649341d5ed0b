/** How far a queue is. */
import type { ShardQueue } from './jobs.ts';

export interface QueueStatus {
  waiting: number;
  active: number;
  /** Between two tries. */
  delayed: number;
  done: number;
  failed: number;
  workers: number;
  /** Over the last ten minutes, or since the first shard when that is less. 0 while nothing is done. */
  shardsPerSecond: number;
  /** Undefined while nothing is done. */
  secondsLeft: number | undefined;
  failures: readonly { shard: string; reason: string }[];
}

const WINDOW_MS = 10 * 60 * 1000;
const MAX_SHOWN = 10;

export async function queueStatus(queue: ShardQueue, now = Date.now()): Promise<QueueStatus> {
  const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed');
  const count = (name: string): number => counts[name] ?? 0;
  const [waiting, active, delayed, done] = [count('wait'), count('active'), count('delayed'), count('completed')];
  const recent = (await queue.getJobs('completed', 0, 999)).filter((job) => (job.finishedOn ?? 0) > now - WINDOW_MS);
  // Each job tells when it began and ended: the window opens with the first beginning.
  const since = Math.max(now - WINDOW_MS, Math.min(now, ...recent.map((job) => job.processedOn ?? now)));
  const shardsPerSecond = recent.length === 0 ? 0 : (recent.length * 1000) / Math.max(1, now - since);
  const left = waiting + active + delayed;
  const failures = (await queue.getJobs('failed', 0, MAX_SHOWN - 1)).map((job) => ({ shard: `${job.data.folder}: ${job.data.spec.kind} shard ${job.data.range.shard}`, reason: job.failedReason ?? 'unknown' }));
  return { waiting, active, delayed, done, failed: count('failed'), workers: await queue.getWorkersCount(), shardsPerSecond, secondsLeft: shardsPerSecond > 0 ? left / shardsPerSecond : undefined, failures };
}
