import type { Gpu } from '@onegt/kernels';
import type { BlazeFaceOutputs } from './blazeface.ts';
import { loadGraphModel, type ReadFile } from './graph-model.ts';
import { GraphNetwork } from './graph-network.ts';

/** The three networks behind the detector, as plain functions of their input pixels. */
export interface FaceNetworks extends Disposable {
  /** `[256, 256, 3]` in -1..1 */
  locateFaces(input: Float32Array): Promise<BlazeFaceOutputs>;
  /** `[192, 192, 3]` in 0..1 to points `[468, 3]` in input pixels, and the probability that there is a face */
  placeMesh(input: Float32Array): Promise<{ points: Float32Array; presence: number }>;
  /** `[64, 64, 3]` in 0..1 to points `[76, 3]` in input pixels */
  placeEye(input: Float32Array): Promise<Float32Array>;
  dispose(): void;
}

/** Load the three networks by the names that they have in `@vladmandic/human/models`. */
export async function loadFaceNetworks(gpu: Gpu, read: ReadFile, signal?: AbortSignal): Promise<FaceNetworks> {
  const loaded = await Promise.allSettled(
    ['blazeface', 'facemesh', 'iris'].map(async (name) => GraphNetwork.create(gpu, await loadGraphModel(read, name, signal))),
  );
  const networks = loaded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const dispose = () => networks.forEach((network) => network.dispose());
  const failure = loaded.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    dispose();
    throw failure.reason;
  }
  const [blazeFace, faceMesh, iris] = networks;
  return {
    async locateFaces(input) {
      // 16 x 16 cells first, then 8 x 8: the order of the anchors.
      const [fineScores, coarseScores, fineBoxes, coarseBoxes] = await blazeFace.run(input, ['Identity', 'Identity_1', 'Identity_2', 'Identity_3']);
      return { scores: joined(fineScores, coarseScores), boxes: joined(fineBoxes, coarseBoxes) };
    },
    async placeMesh(input) {
      const [points, [presence]] = await faceMesh.run(input, ['Identity_2', 'Identity_1']);
      return { points, presence };
    },
    async placeEye(input) {
      const [points] = await iris.run(input, ['Identity']);
      return points;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const all = new Float32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
