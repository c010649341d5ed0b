/**
 * Measures the light that a background gives: draws it once as a small panorama, takes compact sources out as lights, and
 * keeps the rest as spherical harmonics. Then everything is scaled so that a face is well exposed.
 */
import type { Gpu } from '@onegt/kernels';
import type { Background } from './background.ts';
import { ambientLight, type Frame, integrateAmbient, type Light, type Lighting, MAX_LIGHTS } from './lighting.ts';
import { length3 } from '../geometry/length.ts';

const WIDTH = 96;
const HEIGHT = 48;
const STEP = Math.PI / HEIGHT;
const PANORAMA_BYTES = WIDTH * HEIGHT * 16;
/** Half width of the blur: sources of any size then cover a dozen samples, and none falls between them. */
const BLUR = 1.8 * STEP;

/** Radiance that white matte paper in the place of the face has on average, at exposure 0. */
export const FACE_RADIANCE = 0.8;

const body = /* wgsl */ `
@group(0) @binding(0) var<uniform> background_parameters: array<vec4f, 32>;
@group(0) @binding(1) var<storage, read_write> panorama: array<vec4f>;   // [48, 96]

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let elevation = (0.5 - (f32(id.y) + 0.5) / 48.0) * 3.14159265;
  let azimuth = (f32(id.x) + 0.5) / 96.0 * 6.2831853;
  let direction = vec3f(sin(azimuth) * cos(elevation), sin(elevation), cos(azimuth) * cos(elevation));
  panorama[id.y * 96u + id.x] = vec4f(environment(direction, ${BLUR}), 1.0);
}
`;

/** A background and the light it gives; `background` has the gain that fits `lighting`. */
export interface LitBackground {
  background: Background;
  lighting: Lighting;
  /** Colour of white paper in the place of the face, luminance 1: what a camera's white balance goes by. */
  faceColour: [number, number, number];
}

export class LightProbe implements Disposable {
  readonly #gpu: Gpu;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #parameters: GPUBuffer;
  readonly #panorama: GPUBuffer;
  #disposed = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#parameters = gpu.createBuffer(512, 'light-probe/parameters', GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.#panorama = gpu.createBuffer(PANORAMA_BYTES, 'light-probe/panorama');
  }

  /** The light of a background, scaled so that a face is well exposed. Calls run one after the other. */
  measure(background: Background, frame: Frame): Promise<LitBackground> {
    const result = this.#turn.then(async () => lightFrom(await this.#draw(background), background, frame));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const buffer of [this.#parameters, this.#panorama]) this.#gpu.releaseBuffer(buffer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #draw(background: Background): Promise<Float32Array> {
    const { device } = this.#gpu;
    const pipeline = await this.#pipeline(background);
    this.#gpu.writeBuffer(this.#parameters, background.parameters);
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [this.#parameters, this.#panorama].map((buffer, binding) => ({ binding, resource: { buffer } })) });
    const encoder = device.createCommandEncoder({ label: 'light-probe' });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(WIDTH / 32, HEIGHT);
    pass.end();
    this.#gpu.submit(encoder.finish(), 1);
    return new Float32Array(await this.#gpu.readBuffer(this.#panorama, PANORAMA_BYTES));
  }

  #pipeline(background: Background): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(background.label);
    if (pipeline === undefined) {
      const { device } = this.#gpu;
      const label = `light-probe/${background.label}`;
      const module = device.createShaderModule({ code: body + background.wgsl, label });
      pipeline = device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' }, label });
      this.#pipelines.set(background.label, pipeline);
    }
    return pipeline;
  }
}

/** Middles of the panorama's samples `[48 * 96, 3]` and their solid angles. */
const SAMPLES = WIDTH * HEIGHT;
const DIRECTIONS = new Float64Array(3 * SAMPLES);
const AREAS = new Float64Array(SAMPLES);
for (let i = 0; i < SAMPLES; i++) {
  const elevation = (0.5 - (Math.floor(i / WIDTH) + 0.5) / HEIGHT) * Math.PI;
  const azimuth = (((i % WIDTH) + 0.5) / WIDTH) * 2 * Math.PI;
  DIRECTIONS.set([Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)], 3 * i);
  AREAS[i] = Math.cos(elevation) * STEP * ((2 * Math.PI) / WIDTH);
}

/** @param panorama - `[48, 96, 4]` */
function lightFrom(panorama: Float32Array, background: Background, frame: Frame): LitBackground {
  const rest = Float32Array.from(panorama);
  const lights = extractLights(rest);
  const ambient = integrateAmbient(DIRECTIONS, rest, AREAS);
  if (lights.length === 0) lights.push(...skyLight(ambient));
  const face = faceRadiance(ambient, lights);
  // Strong colours look as bright as they are colourful: by luminance alone a blue lamp would burn everything else out.
  const gain = FACE_RADIANCE / Math.max(1e-6, 0.5 * luminanceOf(face) + 0.5 * Math.max(...face));
  const brightness = Math.max(1e-6, luminanceOf(face));
  const parameters = background.parameters.slice();
  parameters[0]! *= gain;
  return {
    background: { ...background, parameters },
    lighting: { frame, ambient: ambient.map((value) => value * gain), lights: lights.map((light) => ({ ...light, colour: light.colour.map((value) => value * gain) as Light['colour'] })) },
    faceColour: face.map((value) => value / brightness) as LitBackground['faceColour'],
  };
}

const luminanceOf = (rgb: ArrayLike<number>, at = 0) => 0.2126 * rgb[at]! + 0.7152 * rgb[at + 1]! + 0.0722 * rgb[at + 2]!;

/** How much brighter than the mean a source is at its peak; bright walls and skies are not. */
const MIN_CONTRAST = 5;
/** How far from its middle a source may reach, radians: a large window. Anything wider is sky. */
const MAX_REACH = 0.75;
/** Share of all light that a source must give to be worth one of the four places. */
const MIN_SHARE = 0.05;

/**
 * Takes compact bright regions out of `rest`, brightest first: what is brighter than its surroundings within
 * {@link MAX_REACH} of a peak becomes one light.
 */
function extractLights(rest: Float32Array): Light[] {
  const lights: Light[] = [];
  const values = new Float64Array(SAMPLES);
  let all = 0;
  for (let i = 0; i < SAMPLES; i++) {
    values[i] = luminanceOf(rest, 4 * i);
    all += values[i]! * AREAS[i]!;
  }
  for (let remaining = all; lights.length < MAX_LIGHTS; ) {
    const base = remaining / (4 * Math.PI);
    let peak = 0;
    for (let i = 0; i < SAMPLES; i++) if (values[i]! > values[peak]!) peak = i;
    if (values[peak]! < MIN_CONTRAST * base) break;
    const before = rest.slice();
    const light = takeLight(rest, values, peak, base);
    const taken = luminanceOf(light.colour) * Math.PI;
    if (taken < MIN_SHARE * all) {
      rest.set(before);
      break;
    }
    lights.push(light);
    remaining -= taken;
  }
  return lights.sort((a, b) => luminanceOf(b.colour) - luminanceOf(a.colour)).map((light, i) => ({ ...light, shadow: i < 2 }));
}

/** What is brighter than `base` around a peak: its light, and where its middle is. `rest` keeps the base. */
function takeLight(rest: Float32Array, values: Float64Array, peak: number, base: number): Light {
  const [px, py, pz] = DIRECTIONS.subarray(3 * peak, 3 * peak + 3) as unknown as [number, number, number];
  const least = Math.cos(MAX_REACH);
  const colour: Light['colour'] = [0, 0, 0];
  let sx = 0, sy = 0, sz = 0, weights = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const value = values[i]!;
    const x = DIRECTIONS[3 * i]!, y = DIRECTIONS[3 * i + 1]!, z = DIRECTIONS[3 * i + 2]!;
    if (value <= base || x * px + y * py + z * pz < least) continue;
    const excess = 1 - base / value;
    const weight = (value - base) * AREAS[i]!;
    for (let k = 0; k < 3; k++) {
      colour[k]! += (rest[4 * i + k]! * excess * AREAS[i]!) / Math.PI;
      rest[4 * i + k]! *= 1 - excess;
    }
    values[i] = base;
    sx += x * weight;
    sy += y * weight;
    sz += z * weight;
    weights += weight;
  }
  // The mean vector is shorter than one by half the mean square angle about it; the probe's own blur does not count.
  const length = length3(sx, sy, sz);
  const spread = 2 * (1 - length / weights);
  return { direction: [sx / length, sy / length, sz / length], colour, size: Math.sqrt(Math.max(0.01 ** 2, 2 * spread - BLUR ** 2)), shadow: false };
}

/** Part of the directed share of ambient light that becomes a light of its own. */
const SKY_SHARE = 0.5;

/**
 * Without a compact source the bright side of the surroundings (sky, a white wall) is the key light: half of it becomes one
 * wide light, because only lights cast shadows, and `ambient` gives up that much.
 */
function skyLight(ambient: Float32Array): Light[] {
  const slope = [9, 3, 6].map((at) => luminanceOf(ambient, at));
  const steepness = Math.hypot(...slope);
  if (steepness < 0.15 * luminanceOf(ambient)) return [];
  const direction = slope.map((value) => value / steepness) as Light['direction'];
  // A distant source of colour c is c / 4 in the mean and c / 2 in the slope.
  const colour = [0, 1, 2].map((c) => Math.max(0, 2 * SKY_SHARE * (direction[0] * ambient[9 + c]! + direction[1] * ambient[3 + c]! + direction[2] * ambient[6 + c]!))) as Light['colour'];
  integrateAmbient(direction, colour, [Math.PI]).forEach((value, i) => (ambient[i]! -= value));
  return [{ direction, colour, size: 0.7, shadow: true }];
}

/** Directions of a face and their weights: mostly the front, then its sides, forehead and chin. */
const FACE_NORMALS = [[0, 0, 1, 2], [0.7, 0, 0.714, 1], [-0.7, 0, 0.714, 1], [0, 0.5, 0.866, 1], [0, -0.5, 0.866, 0.5]] as const;

/** Mean radiance of a white matte face. */
function faceRadiance(ambient: Float32Array, lights: readonly Light[]): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let weights = 0;
  for (const [x, y, z, weight] of FACE_NORMALS) {
    const around = ambientLight(ambient, [x, y, z]);
    for (let c = 0; c < 3; c++) {
      sum[c]! += weight * lights.reduce((light, { direction: d, colour }) => light + Math.max(0, x * d[0] + y * d[1] + z * d[2]) * colour[c]!, around[c]!);
    }
    weights += weight;
  }
  return sum.map((value) => value / weights) as [number, number, number];
}
