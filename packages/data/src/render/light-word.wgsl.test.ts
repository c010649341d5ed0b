import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { lightWord, lightWordWgsl } from './light-word.wgsl.ts';
import { wholeWgsl } from './whole.wgsl.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

type Rgb = readonly [number, number, number];

/** Of each light: its word, and red, green, blue and tag of that. */
async function throughWords(lights: readonly (readonly [...Rgb, number])[]): Promise<{ word: number; light: Rgb; tag: number }[]> {
  const { device } = gpu;
  const module = device.createShaderModule({ code: /* wgsl */ `${wholeWgsl}${lightWordWgsl}
    @group(0) @binding(0) var<storage, read> lights: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> words: array<u32>;   // [lights, 5]
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= arrayLength(&lights)) { return; }
      let word = light_word(lights[id.x].rgb, u32(lights[id.x].a));
      let light = bitcast<vec3u>(light_of(word));
      words[5u * id.x] = word;
      words[5u * id.x + 1u] = light.r;
      words[5u * id.x + 2u] = light.g;
      words[5u * id.x + 3u] = light.b;
      words[5u * id.x + 4u] = light_tag(word);
    }` });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const [input, output] = [gpu.createBuffer(lights.length * 16, 'lights'), gpu.createBuffer(lights.length * 20, 'words')];
  gpu.writeBuffer(input, Float32Array.from(lights.flat()));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [input, output].map((buffer, binding) => ({ binding, resource: { buffer } })) }));
  pass.dispatchWorkgroups(Math.ceil(lights.length / 64));
  pass.end();
  device.queue.submit([encoder.finish()]);
  const bytes = await gpu.readBuffer(output, lights.length * 20);
  for (const buffer of [input, output]) gpu.releaseBuffer(buffer);
  const [words, floats] = [new Uint32Array(bytes), new Float32Array(bytes)];
  return lights.map((_, i) => ({ word: words[5 * i]!, light: [floats[5 * i + 1]!, floats[5 * i + 2]!, floats[5 * i + 3]!], tag: words[5 * i + 4]! }));
}

test('by hand: the brightest channel decides the exponent', () => {
  expect(lightWord([1, 0.5, 0])).toBe(0x08004080);        // steps of 2^-7: 128, 64, 0; 2^0 is exponent 8
  expect(lightWord([0, 0, 0], 15)).toBe(0xf0000000);
  expect(lightWord([1000, 255, 128], 3)).toBe(0x3f80ffff); // more than 255 is 255
});

test('the adapter makes the same words, and light and tag of them', async () => {
  const random = createRandom(3, 'light');
  const lights = [[0, 0, 0, 0], [2 ** -8, 0, 0, 1], [255, 254.6, 0.4, 2], [1e4, 1, 1, 3], [0.4999, 0.49999, 0.3, 15], ...Array.from({ length: 500 }, (_, i) => {
    const level = 2 ** random.uniform(-12, 9);
    return [level * random.uniform(0, 1), level, level * random.uniform(0, 1), i % 16] as const;
  })] as const;
  (await throughWords(lights)).forEach(({ word, light, tag }, i) => {
    const [red, green, blue, wanted] = lights[i]!;
    const rgb = [red, green, blue] as const;
    expect(tag).toBe(wanted);
    expect(word).toBe(lightWord(rgb.map(Math.fround) as unknown as Rgb, wanted));
    const brightest = Math.min(Math.max(...rgb), 255);
    light.forEach((value, c) => expect(Math.abs(value - Math.min(rgb[c]!, 255))).toBeLessThanOrEqual(Math.max(brightest, 2 ** -8) / 128));
  });
});
