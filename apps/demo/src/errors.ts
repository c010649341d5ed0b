/** The program's own errors and what every error means for the exit code. */
import { GpuUnavailableError, OneGTError } from '@onegt/kernels';

/** The command line itself is wrong. */
export class UsageError extends OneGTError {
  constructor(message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('usage', message, { data });
    this.name = 'UsageError';
  }
}

/** An input file is missing, unreadable or not what it should be. */
export class InputError extends OneGTError {
  constructor(message: string, options: { data?: Readonly<Record<string, unknown>>; cause?: unknown } = {}) {
    super('input', message, options);
    this.name = 'InputError';
  }
}

/** The result cannot be written where it should go. */
export class OutputError extends OneGTError {
  constructor(message: string, options: { data?: Readonly<Record<string, unknown>>; cause?: unknown } = {}) {
    super('output', message, options);
    this.name = 'OutputError';
  }
}

export const EXIT_CODES = {
  ok: 0,
  bug: 1,
  usage: 2,
  input: 3,
  output: 4,
  noGpu: 5,
  interrupted: 130,
} as const;

const USAGE_CODES = new Set(['usage', 'unknown-expression', 'invalid-expression', 'invalid-camera', 'invalid-option']);

export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) return EXIT_CODES.interrupted;
  if (error instanceof GpuUnavailableError) return EXIT_CODES.noGpu;
  if (error instanceof OutputError) return EXIT_CODES.output;
  if (!(error instanceof OneGTError)) return EXIT_CODES.bug;
  return USAGE_CODES.has(error.code) ? EXIT_CODES.usage : EXIT_CODES.input;
}

/** One friendly message; the stack only on request, as it helps nobody who can fix their input. */
export function describeError(error: unknown, showStack: boolean): string {
  if (isAbort(error)) return 'Interrupted; nothing was written.';
  const text = error instanceof Error ? error.message : String(error);
  const stack = showStack && error instanceof Error ? `\n${error.stack}` : '';
  if (error instanceof OneGTError) return `${error.name}: ${text}${stack}`;
  return `Unexpected error: ${text}\n  This is a bug. ONEGT_DEBUG=1 shows where it happened.${stack}`;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
