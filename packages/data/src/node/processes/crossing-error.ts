/** Errors on their way between processes: structured clone would make plain `Error`s of them, without code and data. */
import { DeviceLostError, DisposedError, GpuLimitError, GpuOperationError, GpuUnavailableError, OneGTError, ShaderCompileError, ShapeMismatchError } from '@onegt/kernels';
import { HeadModelError } from '../../heads/errors.ts';
import { InvalidDrawableError } from '../../render/errors.ts';
import { InputError, UsageError } from '../errors.ts';

/** What making a sample may throw; of another class, an error arrives as the first one here that it extends. */
const CLASSES = [
  DeviceLostError, DisposedError, GpuLimitError, GpuOperationError, GpuUnavailableError, ShaderCompileError, ShapeMismatchError,
  HeadModelError, InvalidDrawableError, InputError, UsageError, OneGTError, RangeError, TypeError, Error,
] as const;

export interface CrossingError {
  /** Index into `CLASSES`. */
  type: number;
  name: string;
  message: string;
  stack: string | undefined;
  cause: CrossingError | undefined;
  /** Its code, data and whatever else its class adds. */
  fields: Record<string, unknown>;
}

export function packError(thrown: unknown): CrossingError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  return { type: CLASSES.findIndex((type) => error instanceof type), name, message, stack, cause: cause === undefined ? undefined : packError(cause), fields: { ...error } };
}

export function unpackError({ type, name, message, stack, cause, fields }: CrossingError): Error {
  const error = cause === undefined ? new Error(message) : new Error(message, { cause: unpackError(cause) });
  // The constructors make messages of numbers; this one is made already.
  Object.setPrototypeOf(error, CLASSES[type]!.prototype as object);
  return Object.assign(error, fields, { stack }, error.name === name ? {} : { name });
}
