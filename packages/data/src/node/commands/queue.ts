/** Commands for more than one machine. */
import { resolve } from 'node:path';
import type { Kind } from '../../samples/sample.ts';
import { enqueueShards, openQueue } from '../../queue/jobs.ts';
import type { QueueOptions } from '../../queue/options.ts';
import { queueStatus } from '../../queue/status.ts';
import { work as takeShards } from '../../queue/work.ts';
import type { Context } from '../context.ts';
import { checkSameDataset, readManifest, specOf, writeManifest } from '../dataset.ts';
import { QueueError } from '../errors.ts';
import { prepareFolder } from '../files.ts';
import { loadHead } from '../head.ts';
import { duration, mebibytes } from '../progress.ts';
import { type DatasetOptions, makerOf, specOfOptions } from './render.ts';

export async function enqueue(kind: Kind, { redis, queue, ...options }: DatasetOptions & QueueOptions, { print }: Context): Promise<void> {
  const folder = resolve(options.out);
  const head = await loadHead(options.heads);
  const spec = specOfOptions(kind, options, head);
  const opened = await openQueue({ redis, ...(queue === undefined ? {} : { queue }) });
  try {
    await prepareFolder(folder);
    await checkSameDataset(folder, spec, options.count);
    await writeManifest(folder, spec, options.count, head.licence);
    const heads = options.heads === undefined ? {} : { heads: resolve(options.heads) };
    const { added, alreadyQueued, alreadyThere } = await enqueueShards(opened, { folder, spec, count: options.count, ...heads });
    print(`${added} shards queued; ${alreadyQueued} were queued already, ${alreadyThere} are there.\n  Start workers: onegt-data work --redis ${redis}\n`);
  } finally {
    await opened.close();
  }
}

/** What `verify` found broken, back into the queue. */
export async function requeue(folder: string, heads: string | undefined, options: QueueOptions, { note }: Context): Promise<void> {
  const manifest = await readManifest(folder);
  const opened = await openQueue(options);
  try {
    const { added, alreadyQueued } = await enqueueShards(opened, { folder: resolve(folder), spec: specOf(manifest), count: manifest.count, ...(heads === undefined ? {} : { heads: resolve(heads) }) });
    note(`${added} shards queued again${alreadyQueued > 0 ? `, ${alreadyQueued} were queued already` : ''}.`);
  } finally {
    await opened.close();
  }
}

export interface WorkCommandOptions extends QueueOptions {
  untilEmpty?: boolean;
  stalledAfter: number;
  processes?: number;
}

export async function work({ redis, queue, untilEmpty = false, stalledAfter, processes }: WorkCommandOptions, { signal, note, print }: Context): Promise<void> {
  note(`waiting for shards from ${redis.replace(/\/\/[^@/]*@/, '//')}; Ctrl-C gives the shard in work back`);
  const made = await takeShards({
    redis, ...(queue === undefined ? {} : { queue }), signal, untilEmpty, stalledAfterMs: stalledAfter * 1000,
    createMaker: async ({ heads, spec }) => {
      const head = await loadHead(heads);
      if (head.name !== spec.head) throw new QueueError(`The job wants the head "${spec.head}", but ${heads ?? 'the package'} holds "${head.name}".`);
      return makerOf(spec, head, { heads, processes, note, signal })();
    },
    onShard: (record, wasThere) => note(wasThere ? `${record.file} is there already` : `${record.file}: ${record.samples} samples, ${mebibytes(record.byteLength)}, ${record.seconds.toFixed(1)} s`),
    onFailure: ({ file, attempt, attempts }, error) => note(`${file} failed (try ${attempt} of ${attempts}): ${error.message.split('\n')[0]}`),
    onLost: (error) => note(`${error.message.split('\n')[0]}\n  Trying once more.`),
  });
  print(`${made} shards made; the queue is empty.\n`);
}

export async function status(options: QueueOptions & { json?: boolean }, { print }: Context): Promise<void> {
  const opened = await openQueue(options);
  try {
    const found = await queueStatus(opened);
    if (options.json) return print(`${JSON.stringify(found)}\n`);
    const { waiting, active, delayed, done, failed, workers, shardsPerSecond, secondsLeft, failures } = found;
    print([
      `waiting   ${waiting}`,
      `active    ${active}`,
      `retrying  ${delayed}`,
      `done      ${done}`,
      `failed    ${failed}`,
      `workers   ${workers}`,
      `rate      ${(shardsPerSecond * 60).toFixed(1)} shards a minute`,
      `left      ${secondsLeft === undefined ? 'unknown until a shard is done' : duration(secondsLeft)}`,
      ...failures.map(({ shard, reason }) => `\n${shard}\n  ${reason}`),
      ...(failed > 0 ? ['\nThe same `onegt-data enqueue` as before gives failed shards new tries.'] : []),
      '',
    ].join('\n'));
  } finally {
    await opened.close();
  }
}
