import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { type Background, BACKGROUND_VEC4, type BackgroundLook, createBackground, FAMILY_NAMES, sampleBackground, uniformBackground, withEmitters } from './background.ts';
import { blackBody, luminance } from './colour.ts';
import { directionOf, type Emitter, packEmitter, solidAngleOf } from './emitter.ts';
import { LAMP_SETUPS, sampleLamps } from './lamps.ts';
import { FACE_RADIANCE, LightProbe } from './light-probe.ts';
import { ambientLight, integrateAmbient, type Lighting, MAX_LIGHTS } from './lighting.ts';
import { sampleSettingLook } from './setting.ts';

/** Directions all around with equal solid angles (Fibonacci sphere). */
const AROUND = Array.from({ length: 4000 }, (_, i): [number, number, number] => {
  const y = 1 - (2 * (i + 0.5)) / 4000;
  const r = Math.sqrt(1 - y * y);
  return [r * Math.cos(2.399963 * i), y, r * Math.sin(2.399963 * i)];
});
const SOLID_ANGLES = AROUND.map(() => (4 * Math.PI) / AROUND.length);

test('integrateAmbient: the same light from everywhere is the same on every surface', () => {
  const ambient = integrateAmbient(AROUND.flat(), AROUND.flatMap(() => [0.5, 0.25, 2, 1]), SOLID_ANGLES);
  for (const normal of AROUND.slice(0, 50)) ambientLight(ambient, normal).forEach((value, c) => expect(value).toBeCloseTo([0.5, 0.25, 2][c]!, 3));
});

test('integrateAmbient: a sky above lights what faces up most, at the exact value for order two', () => {
  const ambient = integrateAmbient(AROUND.flat(), AROUND.flatMap(([, y]) => [y > 0 ? 1 : 0, 0, 0, 1]), SOLID_ANGLES);
  expect(ambientLight(ambient, [0, 1, 0])[0]).toBeCloseTo(1, 2);
  expect(ambientLight(ambient, [0, 0, 1])[0]).toBeCloseTo(0.5, 2);
  expect(ambientLight(ambient, [0, -1, 0])[0]).toBeCloseTo(0, 2);
});

test('blackBody: candles are orange, shade is blue, white is white, all of one luminance', () => {
  const [r, , b] = blackBody(1900);
  expect(r).toBeGreaterThan(3 * b);
  const [cr, , cb] = blackBody(9000);
  expect(cb).toBeGreaterThan(1.3 * cr);
  for (const kelvin of [1900, 3200, 5500, 9000]) expect(luminance(blackBody(kelvin))).toBeCloseTo(1);
  expect(Math.max(...blackBody(5500)) - Math.min(...blackBody(5500))).toBeLessThan(1e-6);
});

test('sampleLamps: every set-up has a main light of level 1 in front or beside, within reach of what fits in a background', () => {
  for (const setup of LAMP_SETUPS) {
    for (let seed = 0; seed < 40; seed++) {
      const emitters = sampleLamps(createRandom(seed, setup), setup);
      expect(emitters.length).toBeGreaterThan(0);
      expect(emitters.length).toBeLessThanOrEqual(4);
      const level = (emitter: Emitter) => (luminance(emitter.radiance as unknown as number[]) * solidAngleOf(emitter)) / Math.PI;
      expect(level(emitters[0]!)).toBeGreaterThan(setup === 'coloured' ? 0.02 : 0.95);
      expect(level(emitters[0]!)).toBeLessThan(1.05);
      for (const { direction } of emitters) expect(Math.hypot(...direction)).toBeCloseTo(1);
      // Where cameras of +-45 degrees see backdrop there is none.
      for (const { direction: [x, , z] } of emitters) expect(Math.abs(Math.atan2(x, z))).toBeLessThan((130 * Math.PI) / 180);
    }
  }
  const azimuthOf = (setup: (typeof LAMP_SETUPS)[number]) => sampleLamps(createRandom(1, setup), setup)[0]!.direction;
  expect(azimuthOf('butterfly')[1]).toBeGreaterThan(0.5);
  expect(Math.abs(azimuthOf('split')[0])).toBeGreaterThan(0.85);
  expect(azimuthOf('screen')[1]).toBeLessThan(0);
});

test('packEmitter: the vectors that the shader needs are unit and at right angles', () => {
  for (const direction of [directionOf(0.4, 0.3), directionOf(-2, -1), [0, 1, 0] as const]) {
    const [x, y, z, , , , , , rx, ry, rz] = packEmitter({ direction, radiance: [1, 1, 1], shape: 'rectangle', halfWidth: 0.1, halfHeight: 0.2, roll: 0.5 }) as unknown as [number, number, number, number, number, number, number, number, number, number, number];
    expect(Math.hypot(rx, ry, rz)).toBeCloseTo(1);
    expect(x * rx + y * ry + z * rz).toBeCloseTo(0);
  }
});

const looks = Array.from({ length: 3000 }, (_, seed) => sampleSettingLook(createRandom(seed, 'setting'), 'camera', 0.5));

test('sampleSettingLook: every family and more than fifty kinds of place are met, none more than a third of the time', () => {
  const count = (key: (look: (typeof looks)[number]) => string) => looks.reduce((counts, look) => counts.set(key(look), (counts.get(key(look)) ?? 0) + 1), new Map<string, number>());
  const families = count(({ background }) => background.family);
  expect([...families.keys()].sort()).toEqual([...FAMILY_NAMES].sort());
  for (const share of families.values()) expect(share / looks.length).toBeLessThan(0.34);
  expect(count(({ background }) => background.label).size).toBeGreaterThan(50);
  expect(count(({ lamps }) => lamps).size).toBe(LAMP_SETUPS.length + 1);
  expect(new Set(looks.map(({ background }) => JSON.stringify(background.parameters))).size).toBe(looks.length);
});

test('sampleSettingLook: finite numbers that survive JSON, the same again for the same seed', () => {
  for (const look of looks.slice(0, 400)) {
    expect(look.background.parameters.length).toBe(4 * BACKGROUND_VEC4);
    expect(look.background.parameters.every(Number.isFinite)).toBe(true);
    expect(JSON.parse(JSON.stringify(look))).toEqual(look);
  }
  expect(sampleSettingLook(createRandom(17, 'setting'), 'camera', 0.5)).toEqual(looks[17]);
});

test('sampleSettingLook: a camera opens up for dark skin by a stop and a half, and for nobody more than three', () => {
  const exposures = [0, 1].map((melanin) => sampleSettingLook(createRandom(5), 'camera', melanin).photo.exposure);
  expect(exposures[1]! - exposures[0]!).toBeCloseTo(1.5);
  expect(Math.max(...looks.map(({ photo }) => Math.abs(photo.exposure)))).toBeLessThan(3);
});

describe('on the GPU', () => {
  let gpu: Gpu;
  let probe: LightProbe;
  beforeAll(async () => {
    gpu = await requestGpu();
    probe = new LightProbe(gpu);
  });
  afterAll(() => {
    probe.dispose();
    gpu.dispose();
  });

  const readsDirections = /* wgsl */ `
@group(0) @binding(0) var<uniform> background_parameters: array<vec4f, 32>;
@group(0) @binding(1) var<storage, read> directions: array<vec4f>;  // w = blur
@group(0) @binding(2) var<storage, read_write> radiance: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&directions)) { radiance[id.x] = vec4f(environment(directions[id.x].xyz, directions[id.x].w), 1.0); }
}
`;
  const pipelines = new Map<string, GPUComputePipeline>();

  /** `[N, 4]` radiance. */
  async function evaluate(background: Background, directions: readonly (readonly [number, number, number])[], blur: number): Promise<Float32Array> {
    const { device } = gpu;
    const pipeline = pipelines.get(background.label) ?? device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code: readsDirections + background.wgsl, label: background.label }) } });
    pipelines.set(background.label, pipeline);
    using input = gpu.tensor(Float32Array.from(directions.flatMap((direction) => [...direction, blur])), [directions.length, 4]);
    using output = gpu.empty([directions.length, 4]);
    const parameters = gpu.createBuffer(512, 'parameters', GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    gpu.writeBuffer(parameters, background.parameters);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [parameters, input.buffer, output.buffer].map((buffer, binding) => ({ binding, resource: { buffer } })) }));
    pass.dispatchWorkgroups(Math.ceil(directions.length / 64));
    pass.end();
    gpu.submit(encoder.finish(), 1);
    const values = (await output.read()) as Float32Array;
    gpu.releaseBuffer(parameters);
    return values;
  }

  const backgroundOf = (family: BackgroundLook['family'], seed: number) => createBackground(sampleBackground(createRandom(seed, 'test'), family));

  for (const family of FAMILY_NAMES) {
    test(`${family}: finite, never negative, the same again; sharp and blurred have about the same mean`, async () => {
      for (let seed = 0; seed < 12; seed++) {
        // The sun and lamps are smaller than the distance of samples (they have a test of their own): leave them out.
        const background = backgroundOf(family, seed);
        background.parameters[1] = 0;
        // So are points of light unless they are out of focus.
        const least = family === 'lights' || family === 'city' ? 0.03 : 0.005;
        const [sharp, again, soft] = [await evaluate(background, AROUND, least), await evaluate(background, AROUND, least), await evaluate(background, AROUND, 0.08)];
        expect([...sharp, ...soft].every((value) => Number.isFinite(value) && value >= 0 && value < 1e6)).toBe(true);
        expect(again).toEqual(sharp);
        const mean = (values: Float32Array) => values.reduce((sum, value, i) => (i % 4 === 3 ? sum : sum + value), 0);
        // In the dark structure is strong (factors, not sums), and the mean of factors falls as they even out.
        expect(Math.abs(mean(soft) / mean(sharp) - 1)).toBeLessThan(family === 'lights' ? 0.5 : 0.25);
      }
    });
  }

  test('a lamp keeps its light under any blur: disc, rectangle and ring', async () => {
    const patch: [number, number, number][] = [];
    for (let i = 0; i < 161 * 161; i++) patch.push([((i % 161) - 80) / 160, (Math.floor(i / 161) - 80) / 160, 1]);
    const directions = patch.map((p): [number, number, number] => [p[0] / Math.hypot(...p), p[1] / Math.hypot(...p), 1 / Math.hypot(...p)]);
    for (const shape of ['disc', 'rectangle', 'ring'] as const) {
      const lamp: Emitter = { direction: [0, 0, 1], radiance: [4, 2, 1], shape, halfWidth: 0.1, halfHeight: shape === 'ring' ? 0.06 : 0.1 };
      const parameters = new Array<number>(4 * BACKGROUND_VEC4).fill(0);
      parameters[0] = 1;
      parameters[2] = 1;
      const background = createBackground(withEmitters({ family: 'lights', label: 'dark', parameters: withUnits(parameters), isIndoors: true }, [lamp]));
      const sums: number[] = [];
      for (const blur of [0.004, 0.03, 0.06, 0.15]) {
        const values = await evaluate(background, directions, blur);
        sums.push(values.reduce((sum, value, i) => (i % 4 === 0 ? sum + value : sum), 0));
      }
      for (const sum of sums) expect(Math.abs(sum / sums[0]! - 1)).toBeLessThan(0.12);
    }
  });

  /** A family's own parameters of nothing but dark: radii and widths are 1, colours 0. */
  function withUnits(parameters: number[]): number[] {
    for (let i = 4 * 13 + 3; i < parameters.length; i += 4) parameters[i] = 1;
    parameters[4 * 15 + 3] = 1;
    parameters[4 * 19 + 3] = 0;
    parameters[4 * 20 + 3] = 0;
    parameters[4 * 21 + 3] = 0;
    parameters[4 * 13 + 3] = -9;
    return parameters;
  }

  test('LightProbe: one radiance everywhere is ambient light only, scaled to a good exposure', async () => {
    const { lighting, background } = await probe.measure(uniformBackground([2, 2, 2]), 'world');
    expect(lighting.lights).toEqual([]);
    for (const normal of [[0, 0, 1], [0.6, -0.8, 0]] as const) for (const value of ambientLight(lighting.ambient, normal)) expect(value).toBeCloseTo(FACE_RADIANCE, 3);
    expect(background.parameters[0]).toBeCloseTo(2 * FACE_RADIANCE / 2, 3);
  });

  test('LightProbe: lamps are found where they are, with their colour and size', async () => {
    const wall = sampleBackground(createRandom(3), 'wall');
    const dark = { ...wall, parameters: wall.parameters.map((value, i) => (i >= 52 && i % 4 < 3 ? value * 0.05 : value)) };
    const key: Emitter = { direction: directionOf(0.7, 0.5), radiance: [60, 50, 40], shape: 'disc', halfWidth: 0.2, halfHeight: 0.2 };
    const rim: Emitter = { direction: directionOf(-2, 0.3), radiance: [100, 200, 300], shape: 'rectangle', halfWidth: 0.06, halfHeight: 0.06 };
    const { lighting: { lights } } = await probe.measure(createBackground(withEmitters(dark, [key, rim])), 'camera');
    expect(lights.length).toBe(2);
    for (const emitter of [key, rim]) {
      const found = lights.find(({ direction }) => direction.reduce((dot, value, k) => dot + value * emitter.direction[k]!, 0) > Math.cos(0.05))!;
      expect(found).toBeDefined();
      expect(found.colour[0] / found.colour[2]).toBeCloseTo(emitter.radiance[0] / emitter.radiance[2], 1);
      expect(Math.abs(found.size - emitter.halfWidth)).toBeLessThan(0.05);
    }
    const strength = ({ radiance }: Emitter, emitter: Emitter) => luminance(radiance as unknown as number[]) * solidAngleOf(emitter);
    const ratio = luminance(lights[0]!.colour) / luminance(lights[1]!.colour);
    expect(Math.abs(ratio / (strength(key, key) / strength(rim, rim)) - 1)).toBeLessThan(0.15);
  });

  test('LightProbe: whatever the setting, the face is well exposed and a few lights suffice', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const { frame, background } = sampleSettingLook(createRandom(seed, 'setting'), seed % 2 === 0 ? 'world' : 'camera');
      const { lighting } = await probe.measure(createBackground(background), frame);
      expect(lighting.frame).toBe(frame);
      expect(lighting.lights.length).toBeLessThanOrEqual(MAX_LIGHTS);
      expect(faceOf(lighting)).toBeGreaterThan(0.5 * FACE_RADIANCE);
      expect(faceOf(lighting)).toBeLessThan(1.6 * FACE_RADIANCE);
      for (const { direction, size, colour } of lighting.lights) {
        expect(Math.hypot(...direction)).toBeCloseTo(1);
        expect(size > 0 && size < 0.8 && Math.min(...colour) >= 0).toBe(true);
      }
    }
  });

  /** Mean radiance of white matte paper that faces the front, left and right. */
  function faceOf({ ambient, lights }: Lighting): number {
    const normals = [[0, 0, 1], [0.6, 0, 0.8], [-0.6, 0, 0.8]] as const;
    return normals.reduce((sum, n) => sum + luminance(ambientLight(ambient, n)) + lights.reduce((light, { direction: d, colour }) => light + luminance(colour) * Math.max(0, n[0] * d[0] + n[1] * d[1] + n[2] * d[2]), 0), 0) / 3;
  }

  test('LightProbe: gives its memory back; a second dispose is harmless', async () => {
    await expectNoLeak(gpu, async () => {
      const own = new LightProbe(gpu);
      await own.measure(uniformBackground([1, 1, 1]), 'world');
      own.dispose();
      own.dispose();
    });
  });
});
