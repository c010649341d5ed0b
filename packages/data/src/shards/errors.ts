/** What can be wrong with stored samples. */
import { OneGTError, type OneGTErrorOptions } from '@onegt/kernels';

/** A shard or one of its members is not what it should be. */
export class ShardError extends OneGTError {
  constructor(message: string, options: OneGTErrorOptions = {}) {
    super('shard', message, options);
    this.name = 'ShardError';
  }
}
