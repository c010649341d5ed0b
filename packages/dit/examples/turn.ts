/**
 * A portrait from two skeleton maps, without the skeleton stage: shows what this package takes and gives.
 *
 * The maps here are a half ellipsoid, straight on and turned by 20 degrees; real ones come from MapRasterizer of
 * @onegt/skeleton. Without weights (`node turn.js`) the warp renderer stands in; with a folder, the diffusion Transformer.
 */
import { pathToFileURL } from 'node:url';
import { TextureRenderer, type TextureStage, WarpRenderer } from '@onegt/dit';
import type { Gpu } from '@onegt/kernels';

const SIZE = 256;

/** `[256, 256, 10]`: canonical x, y, z, normal, and skin wherever the ellipsoid is. */
function ellipsoidMap(yawRadians: number): Float32Array {
  const map = new Float32Array(SIZE * SIZE * 10);
  const [cos, sin] = [Math.cos(yawRadians), Math.sin(yawRadians)];
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const [x, y] = [(column + 0.5 - SIZE / 2) / 90, (SIZE / 2 - row - 0.5) / 110];
      if (x * x + y * y >= 1) continue;
      const z = Math.sqrt(1 - x * x - y * y);
      const canonical = [0.6 * (x * cos - z * sin), 0.8 * y, 0.6 * (x * sin + z * cos)];
      map.set([...canonical, x, y, z, 1, 0, 0, 0], 10 * (row * SIZE + column));
    }
  }
  return map;
}

/** Returns the turned picture. @param weights - folder with config.json and the two weight files */
export async function turn(gpu: Gpu, weights?: string): Promise<Uint8ClampedArray> {
  using stage: TextureStage = weights === undefined ? new WarpRenderer(gpu) : await TextureRenderer.load(gpu, weights);
  const stripes = Float32Array.from({ length: SIZE * SIZE * 3 }, (_, i) => Math.sin((Math.floor(i / 3) % SIZE) / 8 + (i % 3)));
  using front = gpu.tensor(ellipsoidMap(0), [SIZE, SIZE, 10]);
  using turned = gpu.tensor(ellipsoidMap(Math.PI / 9), [SIZE, SIZE, 10]);
  using portrait = await stage.encode(stripes, front);
  const { data } = await portrait.render(turned, { steps: 1 });
  return data;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { requestGpu } = await import('@onegt/kernels/node');
  using gpu = await requestGpu();
  const data = await turn(gpu, process.argv[2]);
  console.log(`${SIZE} x ${SIZE}, centre pixel ${data.subarray(4 * 128 * 257, 4 * 128 * 257 + 3).join(' ')}`);
}
