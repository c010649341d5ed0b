/**
 * The error family of all OneGT packages. A message says what went wrong, why, and how to fix it, with the real
 * numbers; the same numbers are in `data` for programs. A lower-level error travels in `cause`.
 */

export interface OneGTErrorOptions {
  /** The numbers of the message, for programs. */
  data?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** Base class: `error instanceof OneGTError` separates expected failures from bugs. */
export class OneGTError extends Error {
  /** Stable and machine-readable, such as `shape-mismatch`. */
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: OneGTErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OneGTError';
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** Why there is no GPU. */
export type GpuUnavailableReason = 'no-webgpu' | 'no-adapter' | 'no-device' | 'module-missing' | 'driver-missing';

/** No usable GPU: `reason` says which step failed, the message how to get one. */
export class GpuUnavailableError extends OneGTError {
  readonly reason: GpuUnavailableReason;
  constructor(reason: GpuUnavailableReason, message: string, options: OneGTErrorOptions = {}) {
    super('gpu-unavailable', message, { ...options, data: { reason, ...options.data } });
    this.name = 'GpuUnavailableError';
    this.reason = reason;
  }
}

/** Something needs more than the device was granted (`data`: limit, needed, granted, adapterMaximum). */
export class GpuLimitError extends OneGTError {
  constructor(what: string, limit: string, needed: number, granted: number, adapterMaximum: number, advice: string) {
    super(
      'gpu-limit',
      `${what} needs ${limit} = ${needed}, but the device grants ${granted} (adapter maximum ${adapterMaximum}).\n  ${advice}`,
      { data: { limit, needed, granted, adapterMaximum } },
    );
    this.name = 'GpuLimitError';
  }
}

/** The device is gone (driver reset, GPU removed, device destroyed). Nothing on it can be used any more. */
export class DeviceLostError extends OneGTError {
  constructor(reason: string, detail: string, options: OneGTErrorOptions = {}) {
    super(
      'device-lost',
      `The GPU device was lost (${reason})${detail === '' ? '.' : `: ${detail}`}\n  Request a new Gpu and create tensors and plans again.`,
      { ...options, data: { reason, ...options.data } },
    );
    this.name = 'DeviceLostError';
  }
}

/** The GPU reported an error asynchronously (validation, out of memory, internal). */
export class GpuOperationError extends OneGTError {
  constructor(kind: string, detail: string) {
    super('gpu-operation', `The GPU reported a ${kind} error. Results computed since then may be wrong.\n  ${detail}`, {
      data: { kind },
    });
    this.name = 'GpuOperationError';
  }
}

/** A kernel did not compile (`data`: kernel, line, column). The message quotes the line. */
export class ShaderCompileError extends OneGTError {
  constructor(kernel: string, line: number, column: number, reason: string, excerpt: string, cause?: unknown) {
    super(
      'shader-compile',
      `Kernel "${kernel}" does not compile: line ${line}, column ${column}: ${reason}${excerpt === '' ? '' : `\n${excerpt}`}`,
      { data: { kernel, line, column }, cause },
    );
    this.name = 'ShaderCompileError';
  }
}

/** Shapes (or dtypes, or layouts) that do not fit together. */
export class ShapeMismatchError extends OneGTError {
  constructor(message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('shape-mismatch', message, { data });
    this.name = 'ShapeMismatchError';
  }
}

/** A plan was recorded or used wrongly: unknown name, value read before it is written, reference from another plan. */
export class PlanError extends OneGTError {
  constructor(message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('plan', message, { data });
    this.name = 'PlanError';
  }
}

/** A weight file that cannot be fetched, is truncated or invalid, or lacks a tensor. */
export class WeightsError extends OneGTError {
  constructor(message: string, options: OneGTErrorOptions = {}) {
    super('weights', message, options);
    this.name = 'WeightsError';
  }
}

/** Use after dispose. */
export class DisposedError extends OneGTError {
  constructor(what: string) {
    super('disposed', `${what} was disposed and cannot be used any more.`);
    this.name = 'DisposedError';
  }
}

/** Throws the caller's reason for aborting, as `fetch` does. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}
