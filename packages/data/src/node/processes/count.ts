/** How many processes render best on this machine. */
import { fork } from 'node:child_process';
import { availableParallelism, freemem } from 'node:os';

const GIB = 2 ** 30;
/** For the program itself, which packs what they make. */
const PROGRAM_BYTES = 0.5 * GIB;
/** A shard of 50 groups keeps no more of them busy to its end. */
const MAX_PROCESSES = 16;
/** Each process compiles for itself, in several seconds, for the materials of its first people. */
const SAMPLES_WORTH_A_PROCESS = 8;

export interface Machine {
  cores: number;
  /** Bytes that may be used. */
  memory: number;
}

/** The limit of a container is not in what the machine has free. */
const thisMachine = (): Machine => ({ cores: availableParallelism(), memory: Math.min(freemem(), process.constrainedMemory() || Infinity) });

/**
 * On a real GPU one. On a software adapter one for each core: processes of one thread draw more than one of as many threads, as
 * nobody waits at the end of a pass and JavaScript runs beside it.
 */
export async function defaultProcesses(size: number, samples = Infinity): Promise<number> {
  const count = processesFor(thisMachine(), size, samples);
  return count > 1 && (await isSoftwareAdapter()) ? count : 1;
}

export function processesFor({ cores, memory }: Machine, size: number, samples = Infinity): number {
  const bytesEach = (0.7 + 0.4 * (size / 1024) ** 2) * GIB;
  return Math.max(1, Math.min(cores, Math.floor((memory - PROGRAM_BYTES) / bytesEach), Math.ceil(samples / SAMPLES_WORTH_A_PROCESS), MAX_PROCESSES));
}

/** Asked in a process of its own: Dawn and a software driver would take 100 MiB of this one and keep them. */
function isSoftwareAdapter(): Promise<boolean> {
  const child = fork(new URL('../../../dist/node/processes/adapter-process.js', import.meta.url), { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return new Promise((resolve) => {
    child.once('message', (isSoftware: boolean) => {
      resolve(isSoftware);
      child.kill('SIGKILL');
    });
    // Without a GPU: whoever then wants one is told why there is none.
    child.once('exit', () => resolve(false)).once('error', () => resolve(false));
  });
}
