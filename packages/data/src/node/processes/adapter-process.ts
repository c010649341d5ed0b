/** Tells its parent whether this machine's adapter is software. */
import { requestGpu } from '@onegt/kernels/node';

const { info } = await requestGpu({ pollIntervalMs: 1 });
process.send!(info.isFallback);
