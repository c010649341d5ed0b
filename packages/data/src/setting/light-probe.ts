/**
 * Measures the light that a background gives: draws it once as a small panorama, takes compact sources out as lights, and
 * keeps the rest as spherical harmonics. Then everything is scaled so that a face is well exposed.
 */
import type { Gpu } from '@onegt/kernels';
import type { Background } from './background.ts';
import { ambientLight, type Frame, integrateAmbient, type Light, type Lighting, MAX_LIGHTS } from './lighting.ts';

const WIDTH = 96;
const HEIGHT = 48;
const STEP = Math.PI / HEIGHT;
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
}

export class LightProbe implements Disposable {
  readonly #gpu: Gpu;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #parameters: GPUBuffer;
  readonly #panorama: GPUBuffer;
  readonly #staging: GPUBuffer;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    const buffer = (size: number, usage: number, label: string) => gpu.device.createBuffer({ size, usage, label: `light-probe/${label}` });
    const byteLength = WIDTH * HEIGHT * 16;
    this.#parameters = buffer(512, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST, 'parameters');
    this.#panorama = buffer(byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC, 'panorama');
    this.#staging = buffer(byteLength, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, 'staging');
  }

  /** The light of a background, scaled so that a face is well exposed. Calls run one after the other. */
  measure(background: Background, frame: Frame): Promise<LitBackground> {
    const result = this.#turn.then(async () => lightFrom(await this.#draw(background), background, frame));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  dispose(): void {
    for (const buffer of [this.#parameters, this.#panorama, this.#staging]) buffer.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #draw(background: Background): Promise<Float32Array> {
    const { device } = this.#gpu;
    const pipeline = await this.#pipeline(background);
    device.queue.writeBuffer(this.#parameters, 0, background.parameters as Float32Array<ArrayBuffer>);
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [this.#parameters, this.#panorama].map((buffer, binding) => ({ binding, resource: { buffer } })) });
    const encoder = device.createCommandEncoder({ label: 'light-probe' });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(WIDTH / 32, HEIGHT);
    pass.end();
    encoder.copyBufferToBuffer(this.#panorama, 0, this.#staging, 0, this.#staging.size);
    device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(GPUMapMode.READ);
    const panorama = new Float32Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    return panorama;
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

/** Middle of a sample of the panorama. */
function sampleDirection(i: number): [number, number, number] {
  const elevation = (0.5 - (Math.floor(i / WIDTH) + 0.5) / HEIGHT) * Math.PI;
  const azimuth = (((i % WIDTH) + 0.5) / WIDTH) * 2 * Math.PI;
  return [Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)];
}

/** @internal Exported for tests: `panorama` is `[48, 96, 4]`. */
export function lightFrom(panorama: Float32Array, background: Background, frame: Frame): LitBackground {
  const count = WIDTH * HEIGHT;
  const directions = Array.from({ length: count }, (_, i) => sampleDirection(i));
  const areas = Float64Array.from(directions, ([x, , z]) => Math.hypot(x, z) * STEP * (2 * Math.PI / WIDTH));
  const rest = Float32Array.from(panorama);
  const lights = extractLights(rest, directions, areas);
  const ambient = integrateAmbient((visit) => {
    for (let i = 0; i < count; i++) visit(...directions[i]!, rest.subarray(4 * i, 4 * i + 3), areas[i]!);
  });
  const gain = FACE_RADIANCE / Math.max(1e-6, faceRadiance(ambient, lights));
  const parameters = background.parameters.slice();
  parameters[0]! *= gain;
  return {
    background: { ...background, parameters },
    lighting: { frame, ambient: ambient.map((value) => value * gain), lights: lights.map((light) => ({ ...light, colour: light.colour.map((value) => value * gain) as Light['colour'] })) },
  };
}

const luminanceOf = (rgb: ArrayLike<number>, at = 0) => 0.2126 * rgb[at]! + 0.7152 * rgb[at + 1]! + 0.0722 * rgb[at + 2]!;

/** How much brighter than the mean a source is at its peak; bright walls and skies are not. */
const MIN_CONTRAST = 5;
/** How far from its middle a source may reach: a large window. Anything wider is sky. */
const MAX_REACH = 0.75;

/**
 * Takes compact bright regions out of `rest`, brightest first: what is brighter than its surroundings within
 * {@link MAX_REACH} of a peak becomes one light.
 */
function extractLights(rest: Float32Array, directions: readonly (readonly [number, number, number])[], areas: Float64Array): Light[] {
  const lights: Light[] = [];
  for (let attempt = 0; attempt < 2 * MAX_LIGHTS && lights.length < MAX_LIGHTS; attempt++) {
    const values = Float64Array.from(areas, (_, i) => luminanceOf(rest, 4 * i));
    const total = values.reduce((sum, value, i) => sum + value * areas[i]!, 0);
    let peak = 0;
    for (let i = 1; i < values.length; i++) if (values[i]! > values[peak]!) peak = i;
    // The level of the surroundings: what the peak must stand out from.
    const base = total / (4 * Math.PI);
    if (values[peak]! < MIN_CONTRAST * base) break;
    const light = takeLight(rest, values, directions, areas, peak, Math.min(base, 0.3 * values[peak]!));
    // Weaker ones are ambient light, unless nothing else gives direction.
    if (luminanceOf(light.colour) * Math.PI > 0.05 * total) lights.push(light);
    else break;
  }
  return lights.sort((a, b) => luminanceOf(b.colour) - luminanceOf(a.colour)).map((light, i) => ({ ...light, shadow: i < 2 }));
}

function takeLight(rest: Float32Array, values: Float64Array, directions: readonly (readonly [number, number, number])[], areas: Float64Array, peak: number, base: number): Light {
  const middle = directions[peak]!;
  const colour: Light['colour'] = [0, 0, 0];
  const sum = [0, 0, 0];
  const region: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const [x, y, z] = directions[i]!;
    const cosine = x * middle[0] + y * middle[1] + z * middle[2];
    if (cosine < Math.cos(MAX_REACH) || values[i]! <= base) continue;
    region.push(i);
    const excess = 1 - base / values[i]!;
    const weight = (values[i]! - base) * areas[i]!;
    for (let k = 0; k < 3; k++) {
      colour[k]! += (rest[4 * i + k]! * excess * areas[i]!) / Math.PI;
      sum[k]! += directions[i]![k]! * weight;
      rest[4 * i + k]! *= 1 - excess;
    }
  }
  const length = Math.hypot(...sum);
  const direction = sum.map((value) => value / length) as Light['direction'];
  // Second moment about the direction; that of the probe's own blur does not count.
  let spread = 0;
  let weights = 0;
  for (const i of region) {
    const weight = (values[i]! - base) * areas[i]!;
    spread += 2 * (1 - directions[i]!.reduce((dot, value, k) => dot + value * direction[k]!, 0)) * weight;
    weights += weight;
  }
  const size = Math.sqrt(Math.max(0.01 ** 2, 2 * (spread / weights) - BLUR ** 2));
  return { direction, colour, size, shadow: false };
}

/** Directions of a face: mostly the front, and its sides, forehead and chin. */
const FACE_NORMALS = [[0, 0, 1, 2], [0.7, 0, 0.714, 1], [-0.7, 0, 0.714, 1], [0, 0.5, 0.866, 1], [0, -0.5, 0.866, 0.5]] as const;

/** Mean radiance of a white matte face. */
function faceRadiance(ambient: Float32Array, lights: readonly Light[]): number {
  let sum = 0;
  let weights = 0;
  for (const [x, y, z, weight] of FACE_NORMALS) {
    const direct = lights.reduce((light, { direction: d, colour }) => light + Math.max(0, x * d[0] + y * d[1] + z * d[2]) * luminanceOf(colour), 0);
    sum += weight * (luminanceOf(ambientLight(ambient, [x, y, z])) + direct);
    weights += weight;
  }
  return sum / weights;
}
