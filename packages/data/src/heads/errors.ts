import { OneGTError, type OneGTErrorOptions } from '@onegt/kernels';

/** A head that cannot be read, or values that do not fit it. */
export class HeadModelError extends OneGTError {
  constructor(code: 'head-pack' | 'head-identity' | 'head-import', message: string, options: OneGTErrorOptions = {}) {
    super(code, message, options);
    this.name = 'HeadModelError';
  }
}
