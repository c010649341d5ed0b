/** Who renders on this machine: this process, or several that it starts. */
import type { HeadModel } from '../heads/head-model.ts';
import type { ShardMaker } from './make-shard.ts';
import { createNodePictureMaker } from './picture-maker.ts';
import { defaultProcesses } from './processes/count.ts';
import { SampleProcess } from './processes/sample-process.ts';
import { shareWork } from './processes/share-work.ts';

export interface MachineMakerOptions {
  /** Pixels per side. */
  size: number;
  /** The file of the head; left out: the built-in one. */
  heads?: string;
  /** Default: one on a real GPU; on a software adapter one for each core, as far as memory goes. */
  processes?: number;
  /** How many samples will be asked for, if that is known: few are not worth a process. */
  samples?: number;
  note?: (text: string) => void;
  signal?: AbortSignal;
}

/** Built, from the sources too: Node does not run those. */
const PICTURE_PROCESS = new URL('../../dist/node/processes/picture-process.js', import.meta.url);

/**
 * The bytes of a sample do not depend on the number of processes. Where there are several, they encode what they make.
 *
 * @param head - of this file; what processes load again
 * @throws `GpuUnavailableError` with the reason and the remedy
 */
export async function createMachineMaker(head: HeadModel, { size, heads, processes, samples, note, signal }: MachineMakerOptions): Promise<ShardMaker> {
  const count = processes ?? (await defaultProcesses(size, samples));
  const maker = count === 1 ? await createNodePictureMaker(head, { size }) : await startProcesses(count, PICTURE_PROCESS, [String(size), ...(heads === undefined ? [] : [heads])], signal);
  note?.(`adapter: ${maker.adapter}${count === 1 ? '' : `; ${count} processes`}`);
  return maker;
}

/** All of them or none: when one does not start, the others end. */
export async function startProcesses(count: number, program: URL, args: readonly string[], signal?: AbortSignal): Promise<ShardMaker> {
  const starts = await Promise.allSettled(Array.from({ length: count }, () => SampleProcess.start(program, args, count)));
  const makers = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []));
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure === undefined) return shareWork(makers);
  for (const maker of makers) maker.dispose();
  signal?.throwIfAborted(); // Ctrl-C kills processes that cannot ignore it yet
  throw failure.reason;
}
