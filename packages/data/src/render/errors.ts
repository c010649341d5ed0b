/** What a renderer refuses before anything reaches the GPU. */
import { OneGTError } from '@onegt/kernels';

/** A mesh, material or option that makes no picture; `data` names the drawable and the numbers. */
export class InvalidDrawableError extends OneGTError {
  constructor(label: string, problem: string, advice: string, data: Readonly<Record<string, unknown>> = {}) {
    super('invalid-drawable', `Drawable "${label}": ${problem}\n  ${advice}`, { data: { label, ...data } });
    this.name = 'InvalidDrawableError';
  }
}
