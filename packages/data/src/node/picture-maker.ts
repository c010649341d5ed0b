/** A picture maker with a GPU of its own. */
import { requestGpu } from '@onegt/kernels/node';
import type { HeadModel } from '../heads/head-model.ts';
import type { SampleMaker } from '../samples/maker.ts';
import { PictureMaker, type PictureMakerOptions } from '../samples/picture-maker.ts';

/** @throws `GpuUnavailableError` with the reason and the remedy */
export async function createNodePictureMaker(head: HeadModel, options: PictureMakerOptions = {}): Promise<SampleMaker> {
  const gpu = await requestGpu({ pollIntervalMs: 1 });
  try {
    const maker = await PictureMaker.create(gpu, head, options);
    const dispose = () => {
      maker.dispose();
      gpu.dispose();
    };
    return { adapter: maker.adapter, head: maker.head, concurrency: maker.concurrency, make: (request, signal) => maker.make(request, signal), dispose, [Symbol.dispose]: dispose };
  } catch (error) {
    gpu.dispose();
    throw error;
  }
}
