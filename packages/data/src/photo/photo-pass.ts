/**
 * The camera's part of a picture: linear light to sRGB bytes. Compute passes over storage buffers in the layout of the
 * renderer: what the lens does (softness, and the little that a head itself is out of focus), then what sensor and
 * processing do. The background's defocus is not here: it is drawn blurred (see `setting/library.ts`), so that light of it
 * never bleeds through a silhouette.
 */
import type { Gpu } from '@onegt/kernels';
import type { PassTiming } from '../render/pass-timer.ts';
import { lightWordWgsl } from '../render/light-word.wgsl.ts';
import { wholeWgsl } from '../render/whole.wgsl.ts';
import type { Photo } from './photo.ts';

/** The pixels of an invocation of the lens. */
const LENS_PIXELS = [[0, 0], [1, 0], [0, 1], [1, 1]] as const;

/** What the tap at (x, y) gives to each of the pixels, but to its own. */
function lensTap(x: number, y: number, tap: string): string {
  return LENS_PIXELS.map(([px, py], k) => {
    const [near, far] = [Math.abs(x - px), Math.abs(y - py)].sort() as [number, number];
    return far === 0 || far > 3 ? '' : `sum_${k} += photo_share(${tap}, blur_${k}.w${near}${far}, blur_${k}.least);`;
  }).join(' ');
}

/** The taps `reach` pixels outside of the four. Without loops: a software adapter runs the body of one once more than its lanes need. */
function lensRing(reach: number): string {
  const places = Array.from({ length: 2 * reach + 2 }, (_, i) => i - reach);
  const ring = places.flatMap((y) => places.map((x) => [x, y] as const)).filter(([x, y]) => Math.min(x, y) === -reach || Math.max(x, y) === reach + 1);
  return ring.map(([x, y]) => `{ let tap = photo_tap(at + vec2i(${x}, ${y}), side); ${lensTap(x, y, 'tap')} }`).join('\n');
}

export const photoWgsl = /* wgsl */ `${wholeWgsl}${lightWordWgsl}
struct PhotoLook {
  gain: vec4f,            // exposure times white balance; w = pixels a side
  curve: vec4f,           // contrast, saturation, shoulder, fade
  shadow_tint: vec4f,     // w = vignette
  highlight_tint: vec4f,  // w = sharpening
  lens: vec4f,            // softness in pixels, grain in pixels
  noise: vec4f,           // read and shot deviation, seed (bits)
};

@group(0) @binding(0) var<uniform> look: PhotoLook;
@group(0) @binding(1) var<storage, read> light: array<u32>;              // [pixels] light, its tag the radius of defocus in quarters of a pixel
@group(0) @binding(2) var<storage, read_write> sharp: array<u32>;        // [pixels] light after the lens
@group(0) @binding(3) var<storage, read_write> result: array<u32>;       // [pixels] r, g, b below the region

// Linear light, and the radius.
fn photo_tap(at: vec2i, side: i32) -> vec4f {
  let p = clamp(at, vec2i(0), vec2i(side - 1));
  let word = light[u32(p.y * side + p.x)];
  return vec4f(light_of(word), 0.25 * f32(light_tag(word)));
}

// About a Gaussian at the distances of pixels, of a tap (i, j) pixels off w<i><j> for i <= j.
struct PhotoBlur {
  least: f32,   // radius of what reaches here: what is sharper than a pixel keeps to itself, so that a head in focus does not bleed
  reach: f32,
  w01: f32, w11: f32,
  w02: f32, w12: f32, w22: f32,
  w03: f32, w13: f32, w23: f32, w33: f32,
};

fn photo_blur(radius: f32) -> PhotoBlur {
  let spread = sqrt(look.lens.x * look.lens.x + 0.25 * radius * radius);
  // Below 0.28 pixels the neighbours' share is less than a hundredth, below 0.36 that of those across corners.
  let reach = select(0.0, 1.0, spread >= 0.28) + select(0.0, 1.0, spread > 0.75) + select(0.0, 1.0, spread > 1.4);
  let a = exp(-0.5 / max(spread * spread, 1e-3));
  let b = a * a * a * a;
  let c = b * b * a;
  // One pixel to each side, with the variance that two would have.
  let variance = (2.0 * a + 8.0 * b) / (1.0 + 2.0 * a + 2.0 * b);
  let i = select(0.0, select(a, 0.5 * variance / (1.0 - variance), reach < 2.0), reach > 0.0);
  let j = select(0.0, b, reach > 1.0);
  let k = select(0.0, c, reach > 2.0);
  return PhotoBlur(0.6 * radius - 0.3, reach, i, select(0.0, i * i, spread > 0.36), j, i * j, j * j, k, i * k, j * k, k * k);
}

fn photo_share(tap: vec4f, weight: f32, least: f32) -> vec4f {
  return vec4f(tap.rgb, 1.0) * select(0.0, weight, tap.w >= least);
}

fn photo_put(at: vec2i, side: i32, sum: vec4f) {
  if (max(at.x, at.y) >= side) { return; }
  sharp[u32(at.y * side + at.x)] = light_word(sum.rgb / sum.w, 0u);
}

// Four pixels: they share most of their taps, and taps are loads, which a software adapter makes lane by lane.
@compute @workgroup_size(8, 8)
fn photo_lens(@builtin(global_invocation_id) id: vec3u) {
  let side = i32(whole(look.gain.w));
  let at = 2 * vec2i(id.xy);
  if (max(at.x, at.y) >= side) { return; }
${LENS_PIXELS.map(([x, y], k) => `  let own_${k} = photo_tap(at + vec2i(${x}, ${y}), side);
  let blur_${k} = photo_blur(own_${k}.w);
  var sum_${k} = vec4f(own_${k}.rgb, 1.0);`).join('\n')}
  let reach = max(max(blur_0.reach, blur_1.reach), max(blur_2.reach, blur_3.reach));
  if (reach > 0.0) {
${LENS_PIXELS.map(([x, y], k) => lensTap(x, y, `own_${k}`)).join('\n')}
${lensRing(1)}
    if (reach > 1.0) {
${lensRing(2)}
      if (reach > 2.0) {
${lensRing(3)}
      }
    }
  }
${LENS_PIXELS.map(([x, y], k) => `  photo_put(at + vec2i(${x}, ${y}), side, sum_${k});`).join('\n')}
}

fn photo_hash(x: vec3u) -> u32 {
  let q = x * vec3u(0x9e3779b1u, 0x85ebca77u, 0xc2b2ae3du);
  var h = q.x ^ q.y ^ q.z;
  h = (h ^ (h >> 15u)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12u)) * 0x297a2d39u;
  return h ^ (h >> 15u);
}

// Four uniform numbers of mean 0 and deviation 1.
fn photo_grain(at: vec2i) -> vec4f {
  let bits = photo_hash(vec3u(bitcast<vec2u>(at), bitcast<u32>(look.noise.z)));
  return (vec4f(bitcast<vec4i>((vec4u(bits) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u))) - 127.5) * 0.0135316; // sqrt(12 / 65535)
}

// Grains of a given size in pixels, interpolated, with the deviation of single ones.
fn photo_grains(at: vec2f, size: f32) -> vec4f {
  let p = at / size;
  let cell = floor(p);
  let f = p - cell;
  let c = whole_2(cell);
  let w = vec4f((1.0 - f.x) * (1.0 - f.y), f.x * (1.0 - f.y), (1.0 - f.x) * f.y, f.x * f.y);
  let sum = w.x * photo_grain(c) + w.y * photo_grain(c + vec2i(1, 0)) + w.z * photo_grain(c + vec2i(0, 1)) + w.w * photo_grain(c + vec2i(1, 1));
  return sum / length(w);
}

fn photo_luminance(x: vec3f) -> f32 { return dot(x, vec3f(0.2126, 0.7152, 0.0722)); }

// Root of the luminance that the sensor sees: sharpening compares neighbours by it.
fn photo_brightness(seen: vec3f) -> f32 { return sqrt(max(1e-6, photo_luminance(seen * look.gain.rgb))); }

fn photo_beside(at: vec2i, side: i32) -> f32 {
  let p = clamp(at, vec2i(0), vec2i(side - 1));
  return photo_brightness(light_of(sharp[u32(p.y * side + p.x)]));
}

@compute @workgroup_size(8, 8)
fn photo_develop(@builtin(global_invocation_id) id: vec3u) {
  let side = i32(whole(look.gain.w));
  if (max(id.x, id.y) >= u32(side)) { return; }
  let at = vec2i(id.xy);
  let index = id.y * u32(side) + id.x;
  let seen = light_of(sharp[index]);
  let middle = (vec2f(at) + 0.5) / f32(side) * 2.0 - 1.0;
  let fall = 1.0 + 0.5 * dot(middle, middle);
  let exposure = look.gain.rgb * mix(1.0, 1.0 / (fall * fall), look.shadow_tint.w);
  var x = seen * exposure;
  if (look.highlight_tint.w > 0.0) {
    let around = 0.25 * (photo_beside(at - vec2i(1, 0), side) + photo_beside(at + vec2i(1, 0), side) + photo_beside(at - vec2i(0, 1), side) + photo_beside(at + vec2i(0, 1), side));
    let own = photo_brightness(seen);
    let gain = clamp(1.0 + 2.0 * look.highlight_tint.w * (own - around) / own, 0.5, 1.6);
    x *= gain * gain;
  }
  if (look.noise.x + look.noise.y > 0.0) {
    let deviation = sqrt(look.noise.x * look.noise.x + look.noise.y * look.noise.y * max(vec3f(0.0), x));
    // Most of it is common to the channels, some is coloured: what demosaicing and denoising leave.
    let grain = photo_grains(vec2f(at), look.lens.y);
    x += deviation * (0.92 * grain.x + 0.392 * grain.yzw);
  }
  x = max(x, vec3f(0.0));
  // Contrast about middle grey, saturation, then the shoulder.
  x = 0.18 * pow(x / 0.18, vec3f(look.curve.x));
  x = max(vec3f(0.0), mix(vec3f(photo_luminance(x)), x, look.curve.y));
  let knee = 1.0 - 0.6 * look.curve.z;
  let span = max(1e-3, 1.0 - knee);
  if (any(x > vec3f(knee))) { x = select(min(x, vec3f(1.0)), knee + span * (1.0 - exp(-(x - knee) / span)), x > vec3f(knee)); }
  x = select(1.055 * pow(x, vec3f(1.0 / 2.4)) - 0.055, 12.92 * x, x <= vec3f(0.0031308));
  let y = photo_luminance(x);
  x = look.curve.w + (1.0 - look.curve.w) * x + look.shadow_tint.rgb * (1.0 - y) * (1.0 - y) + look.highlight_tint.rgb * y * (1.0 - y * y);
  x = saturate(x) * 255.0;
  result[index] = (result[index] & 0xff000000u) | whole(x.r) | (whole(x.g) << 8u) | (whole(x.b) << 16u);
}
`;

export const PHOTO_FLOATS = 24;

export interface PhotoFrame {
  /** Pixels a side. */
  size: number;
  /** Of the noise: another for every picture. */
  seed: number;
}

/** The uniform buffer of {@link photoWgsl}. */
export function packPhoto(out: Float32Array, photo: Photo, { size, seed }: PhotoFrame): void {
  const gain = 2 ** photo.exposure;
  out.set([
    ...photo.whiteBalance.map((value) => value * gain), size,
    photo.contrast, photo.saturation, photo.shoulder, photo.fade,
    ...photo.shadowTint, photo.vignette,
    ...photo.highlightTint, photo.sharpen,
    (photo.softness * size) / 256, photo.noise.grain, 0, 0,
    photo.noise.read, photo.noise.shot, 0, 0,
  ]);
  new Uint32Array(out.buffer, out.byteOffset, PHOTO_FLOATS)[22] = seed;
}

/** Angular radius of the blur of what is infinitely far, radians: `environment`'s second argument. */
export const backdropBlur = (photo: Photo, focal: number): number => (2 * photo.defocus) / focal;

/** Buffers of one picture, all of the renderer's. */
export interface PhotoBuffers {
  /** `[pixels]` u32 of {@link lightWordWgsl}: linear light; the tag is the radius of defocus in quarters of a pixel. */
  light: GPUBuffer;
  /** `[pixels]` u32, overwritten. */
  scratch: GPUBuffer;
  /** `[pixels]` u32: the bytes r, g, b are written, the last one is kept. */
  result: GPUBuffer;
}

type PhotoPipelines = readonly [lens: GPUComputePipeline, develop: GPUComputePipeline];

/** The passes of {@link photoWgsl}, ready to encode. */
export class PhotoPass implements Disposable {
  readonly #gpu: Gpu;
  readonly #layout: GPUBindGroupLayout;
  readonly #pipelines: PhotoPipelines;
  readonly #uniforms: GPUBuffer;
  readonly #values = new Float32Array(PHOTO_FLOATS);
  #disposed = false;

  static async create(gpu: Gpu): Promise<PhotoPass> {
    const { device } = gpu;
    const module = device.createShaderModule({ code: photoWgsl, label: 'photo' });
    const types: GPUBufferBindingType[] = ['uniform', 'read-only-storage', 'storage', 'storage'];
    const layout = device.createBindGroupLayout({ label: 'photo', entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })) });
    const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout], label: 'photo' });
    const pipeline = (entryPoint: string) => device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint }, label: `photo/${entryPoint}` });
    return new PhotoPass(gpu, layout, await Promise.all([pipeline('photo_lens'), pipeline('photo_develop')]));
  }

  private constructor(gpu: Gpu, layout: GPUBindGroupLayout, pipelines: PhotoPipelines) {
    this.#gpu = gpu;
    this.#layout = layout;
    this.#pipelines = pipelines;
    this.#uniforms = gpu.createBuffer(PHOTO_FLOATS * 4, 'photo/look', GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  }

  /** Writes the uniforms at once: one picture per submit. */
  encode(encoder: GPUCommandEncoder, photo: Photo, frame: PhotoFrame, { light, scratch, result }: PhotoBuffers, timing: PassTiming = {}): void {
    const { device } = this.#gpu;
    packPhoto(this.#values, photo, frame);
    this.#gpu.writeBuffer(this.#uniforms, this.#values);
    const group = device.createBindGroup({ layout: this.#layout, entries: [this.#uniforms, light, scratch, result].map((buffer, binding) => ({ binding, resource: { buffer } })) });
    const pass = encoder.beginComputePass({ label: 'photo', ...timing });
    pass.setBindGroup(0, group);
    const [lens, develop] = this.#pipelines;
    pass.setPipeline(lens);
    pass.dispatchWorkgroups(Math.ceil(frame.size / 16), Math.ceil(frame.size / 16));
    pass.setPipeline(develop);
    pass.dispatchWorkgroups(Math.ceil(frame.size / 8), Math.ceil(frame.size / 8));
    pass.end();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#gpu.releaseBuffer(this.#uniforms);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
