/** The three networks on our kernels against TFJS on the same weights and the same inputs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel as loadTfjs } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { astronautFile, decode, modelsFolder, syntheticFaces } from '../../fixtures/pictures.ts';
import { BLAZEFACE_RANGE, BLAZEFACE_SIZE } from './blazeface.ts';
import { EYE_RANGE, EYE_SIZE } from './eyes.ts';
import { FACE_MESH_RANGE, FACE_MESH_SIZE } from './face-mesh.ts';
import { loadGraphModel } from './graph-model.ts';
import { GraphNetwork } from './graph-network.ts';
import { modelFolder } from './model-folder.ts';
import { Pyramid } from './pyramid.ts';
import type { Region } from './region.ts';

const networks = [
  { name: 'blazeface', size: BLAZEFACE_SIZE, range: BLAZEFACE_RANGE, outputs: ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'] },
  { name: 'facemesh', size: FACE_MESH_SIZE, range: FACE_MESH_RANGE, outputs: ['Identity', 'Identity_1', 'Identity_2'] },
  { name: 'iris', size: EYE_SIZE, range: EYE_RANGE, outputs: ['Identity'] },
] as const;

/** Where each network looks in each picture: face and eye are marked by hand. */
const square = (centerX: number, centerY: number, size: number): Region => ({ centerX, centerY, size, rotationRadians: 0 });
const views: Record<string, readonly [Region, Region, Region]> = {
  'astronaut.png': [square(256, 256, 512), square(225, 124, 160), square(204, 101, 45)],
  'synthetic-16.png': [square(128, 128, 256), square(128, 128, 190), square(85, 100, 50)],
  'synthetic-27.png': [square(128, 128, 256), square(140, 120, 170), square(150, 95, 45)],
  'synthetic-39.png': [square(128, 128, 256), square(120, 130, 170), square(100, 105, 45)],
};

let gpu: Gpu;
const pictures = new Map<string, Pyramid>();

beforeAll(async () => {
  gpu = await requestGpu();
  await tf.setBackend('cpu');
  pictures.set('astronaut.png', new Pyramid(await decode(astronautFile)));
  for (const { file, image } of await syntheticFaces()) pictures.set(file, new Pyramid(image));
});
afterAll(() => gpu.dispose());

async function tfjsModel(name: string) {
  const { weightsManifest: [{ paths, weights }], ...json } = JSON.parse(await readFile(join(modelsFolder, `${name}.json`), 'utf8'));
  const weightData = new Uint8Array(await readFile(join(modelsFolder, paths[0]))).buffer;
  return loadTfjs({ load: async () => ({ ...json, weightSpecs: weights, weightData }) });
}

describe.each(networks)('$name', ({ name, size, range, outputs }) => {
  it('agrees with TFJS on a photograph and on renderings, within 1e-4 of each output\'s range', async () => {
    const reference = await tfjsModel(name);
    using network = await GraphNetwork.create(gpu, await loadGraphModel(modelFolder(modelsFolder), name));
    expect(network.inputShape).toEqual([size, size, 3]);
    for (const [file, regions] of Object.entries(views)) {
      const region = regions[networks.findIndex((other) => other.name === name)];
      const input = pictures.get(file)!.sample(region, { size, range, border: 'edge' });
      const actual = await network.run(input, outputs);
      const expected = tf.tidy(() => [reference.execute(tf.tensor4d(input, [1, size, size, 3]), [...outputs])].flat().map((tensor) => tensor.dataSync()));
      outputs.forEach((output, i) => expect(errorOfRange(actual[i], expected[i]), `${file}: ${output}`).toBeLessThan(1e-4));
    }
    reference.dispose();
  });
});

/** Largest difference over the range of the expected values; a probability's range is 0..1. */
function errorOfRange(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let low = Infinity, high = -Infinity, error = 0;
  for (let i = 0; i < expected.length; i++) {
    low = Math.min(low, expected[i]);
    high = Math.max(high, expected[i]);
    const difference = Math.abs(actual[i] - expected[i]);
    error = Math.max(error, Number.isNaN(difference) ? Infinity : difference);
  }
  return error / (expected.length === 1 ? 1 : high - low);
}
