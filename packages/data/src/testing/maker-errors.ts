/** One of each sort of error that making samples may end with. */
import { DeviceLostError, GpuUnavailableError } from '@onegt/kernels';
import { UsageError } from '../node/errors.ts';
import { InvalidDrawableError } from '../render/errors.ts';

export const MAKER_ERRORS = {
  gpu: () => new GpuUnavailableError('no-adapter', 'There is no adapter.\n  Buy one.'),
  lost: () => new DeviceLostError('unknown', 'the driver was reset'),
  drawable: () => new InvalidDrawableError('hat', 'has no brim.', 'Give it one.', { brims: 0 }),
  usage: () => new UsageError('--heads must name a head.', { file: 'hat.obj' }),
  bug: () => new TypeError('hat is not a function', { cause: new RangeError('too many hats') }),
};
