/** The program's own errors and what every error means for the exit code. */
import { GpuUnavailableError, OneGTError, type OneGTErrorOptions } from '@onegt/kernels';

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
