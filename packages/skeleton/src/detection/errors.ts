import { OneGTError } from '@onegt/kernels';

export type InvalidImageReason = 'size' | 'data-length' | 'too-large';

/** The picture cannot be used at all; `reason` says whether its size, its amount of data or its area is wrong. */
export class InvalidImageError extends OneGTError {
  readonly reason: InvalidImageReason;

  constructor(reason: InvalidImageReason, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('invalid-image', message, { data: { reason, ...data } });
    this.name = 'InvalidImageError';
    this.reason = reason;
  }
}

/** No face was found; says what was tried and how far the best candidate got. */
export class NoFaceError extends OneGTError {
  /** What was searched, in order. */
  readonly tried: readonly string[];
  /** Score of the best candidate that was turned down, 0 when there was none. */
  readonly bestScore: number;

  constructor(message: string, tried: readonly string[], bestScore: number) {
    super('no-face', message, { data: { tried, bestScore } });
    this.name = 'NoFaceError';
    this.tried = tried;
    this.bestScore = bestScore;
  }
}

/** A graph model uses an operation, or a form of one, that the loader does not know. */
export class UnsupportedOperationError extends OneGTError {
  readonly operation: string;

  constructor(operation: string, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super('unsupported-operation', message, { data: { operation, ...data } });
    this.name = 'UnsupportedOperationError';
    this.operation = operation;
  }
}
