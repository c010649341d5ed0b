/** A child process as a maker of samples. */
import { DisposedError } from '@onegt/kernels';
import { type ChildProcess, fork } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import type { Maker, SampleMaker, SampleRequest } from '../../samples/maker.ts';
import { isAbort, ProcessLostError } from '../errors.ts';
import type { EncodedSample } from '../shard-file.ts';
import { unpackError } from './crossing-error.ts';
import type { Answer, Request } from './messages.ts';

/**
 * Not the parent's: a debugger's port is taken, and where tests say that packages are their sources, Node cannot run those.
 *
 * Pictures and meshes are outside of V8's heap but count towards its growth: it would collect a heap of 20 MB three times a
 * person, and drop optimised code each time. With room to grow by nine times it collects once for 64 MiB of them (V8's other
 * rule): a twentieth less processor time, and 40 MiB more of memory.
 */
const EXEC_ARGV = ['--heap-growing-percent=900'];

interface Waiting {
  resolve(sample: EncodedSample): void;
  reject(error: unknown): void;
}

export class SampleProcess implements Maker<EncodedSample> {
  readonly adapter: string;
  readonly head: SampleMaker['head'];
  readonly concurrency: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #end: Error | undefined;

  /**
   * @param program - a module that calls `serveSamples`
   * @param count - how many there are, for the advice of errors
   * @returns owned by the caller: a program ends only after `dispose`
   * @throws what the maker in the process throws when it is created, {@link ProcessLostError}
   */
  static start(program: URL, args: readonly string[], count: number): Promise<SampleProcess> {
    // No threads of lavapipe's but its queue's, which then draws by itself: handing each pass to another one and waiting for
    // it costs an eighth of the time. A user's own number holds.
    const env = { LP_NUM_THREADS: '0', ...process.env };
    const child = fork(program, args, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'pipe', 'ipc'], env, execArgv: EXEC_ARGV });
    createInterface(child.stderr!).on('line', showOnce);
    return new Promise((resolve, reject) => {
      child.once('message', (answer: Answer) => {
        if ('ready' in answer) return resolve(new SampleProcess(child, answer.ready, count));
        child.kill('SIGKILL');
        if ('failed' in answer) reject(unpackError(answer.failed));
      });
      child.once('exit', (code, signal) => reject(new ProcessLostError(signal ?? `exit code ${code}`, count)));
      child.once('error', (cause: NodeJS.ErrnoException) => reject(new ProcessLostError(cause.code ?? cause.message, count, { cause })));
    });
  }

  private constructor(child: ChildProcess, { adapter, head, concurrency }: Pick<SampleMaker, 'adapter' | 'head' | 'concurrency'>, count: number) {
    this.adapter = adapter;
    this.head = head;
    this.concurrency = concurrency;
    this.#child = child;
    child.on('message', (answer: Answer) => this.#settle(answer));
    child.on('exit', (code, signal) => this.#finish(new ProcessLostError(signal ?? `exit code ${code}`, count)));
  }

  async make(request: SampleRequest, signal?: AbortSignal): Promise<EncodedSample> {
    signal?.throwIfAborted();
    if (this.#end !== undefined) throw this.#end;
    const id = this.#next++;
    const cancel = () => this.#send({ cancel: id });
    if (signal !== undefined) setMaxListeners(0, signal); // one for each request in work is no leak
    signal?.addEventListener('abort', cancel);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        this.#send({ id, request });
      });
    } catch (error) {
      if (isAbort(error)) signal?.throwIfAborted(); // the caller's own reason, which did not cross
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  dispose(): void {
    this.#finish(new DisposedError('SampleProcess'));
    this.#child.kill('SIGKILL');
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The callback: whom a message does not reach has ended, and `exit` says so. */
  #send(request: Request): void {
    this.#child.send(request, () => undefined);
  }

  #settle(answer: Answer): void {
    if (!('id' in answer)) return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('sample' in answer) waiting?.resolve(answer.sample);
    else waiting?.reject(unpackError(answer.error));
  }

  #finish(reason: Error): void {
    this.#end ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}

/** Dawn warns of the same in every process. */
const shown = new Set<string>();
function showOnce(line: string): void {
  if (shown.has(line)) return;
  shown.add(line);
  process.stderr.write(`${line}\n`);
}
