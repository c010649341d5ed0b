/** The program's own errors and what every error means for the exit code. */
import { DeviceLostError, GpuUnavailableError, OneGTError, type OneGTErrorOptions } from '@onegt/kernels';

/** The command line itself is wrong. */
export class UsageError extends OneGTError {
  constructor(message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('usage', message, { data });
    this.name = 'UsageError';
  }
}

/** An input is missing, unreadable or not what it should be. */
export class InputError extends OneGTError {
  constructor(message: string, options: OneGTErrorOptions = {}) {
    super('input', message, options);
    this.name = 'InputError';
  }
}

/** The result cannot be written where it should go. */
export class OutputError extends OneGTError {
  constructor(message: string, options: OneGTErrorOptions = {}) {
    super('output', message, options);
    this.name = 'OutputError';
  }
}

/** The queue cannot be reached, or jobs in it failed for good. */
export class QueueError extends OneGTError {
  constructor(message: string, options: OneGTErrorOptions = {}) {
    super('queue', message, options);
    this.name = 'QueueError';
  }
}

/** A process that makes samples has died, or could not be started. */
export class ProcessLostError extends OneGTError {
  /**
   * @param how - signal, exit code or error code
   * @param count - processes there were
   */
  constructor(how: string, count: number, options: OneGTErrorOptions = {}) {
    const why = how === 'SIGKILL' ? 'Memory has probably run out: each takes about 0.7 GiB, and more above 256 pixels.' : 'Its graphics driver may have failed, or memory run out: each takes about 0.7 GiB, and more above 256 pixels.';
    const advice = count > 1 ? `Use fewer: --processes ${Math.ceil(count / 2)}.` : 'Free some memory, or use another graphics driver.';
    super('process-lost', `One of ${count} processes that render was lost (${how}).\n  ${why}\n  ${advice}`, { ...options, data: { how, count } });
    this.name = 'ProcessLostError';
  }
}

/** What may be a mood of a driver or of the machine: the same work is worth one more try, with everything made anew. */
export type LostError = DeviceLostError | ProcessLostError;
export const isLost = (error: unknown): error is LostError => error instanceof DeviceLostError || error instanceof ProcessLostError;

/** A data set is not whole: `verify` says what is wrong. */
export class BrokenDatasetError extends OneGTError {
  constructor(message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('broken-dataset', message, { data });
    this.name = 'BrokenDatasetError';
  }
}

export const EXIT_CODES = {
  ok: 0,
  bug: 1,
  usage: 2,
  input: 3,
  output: 4,
  noGpu: 5,
  broken: 6,
  queue: 7,
  interrupted: 130,
} as const;

const CODES: Readonly<Record<string, number>> = {
  usage: EXIT_CODES.usage,
  'invalid-seed': EXIT_CODES.usage,
  'invalid-option': EXIT_CODES.usage,
  output: EXIT_CODES.output,
  'broken-dataset': EXIT_CODES.broken,
  queue: EXIT_CODES.queue,
  'device-lost': EXIT_CODES.noGpu,
  'process-lost': EXIT_CODES.noGpu,
};

export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) return EXIT_CODES.interrupted;
  if (error instanceof GpuUnavailableError) return EXIT_CODES.noGpu;
  if (!(error instanceof OneGTError)) return EXIT_CODES.bug;
  return CODES[error.code] ?? EXIT_CODES.input;
}

/** One friendly message; the stack only on request, as it helps nobody who can fix their input. */
export function describeError(error: unknown, showStack: boolean): string {
  if (isAbort(error)) return 'Interrupted; whole shards are kept, the one in work is made again by the next run.';
  const text = error instanceof Error ? error.message : String(error);
  const stack = showStack && error instanceof Error ? `\n${error.stack}` : '';
  if (error instanceof OneGTError) return `${error.name}: ${text}${stack}`;
  return `Unexpected error: ${text}\n  This is a bug. ONEGT_DEBUG=1 shows where it happened.${stack}`;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
