/**
 * The camera's part of a picture: linear light to sRGB bytes. Two compute passes over storage buffers in the layout of the
 * renderer: what the lens does (softness, and the little that a head itself is out of focus), then what sensor and
 * processing do. The background's defocus is not here: it is drawn blurred (see `setting/library.ts`), so that light of it
 * never bleeds through a silhouette.
 */
import type { Gpu } from '@onegt/kernels';
import type { Photo } from './photo.ts';

export const photoWgsl = /* wgsl */ `
struct PhotoLook {
  gain: vec4f,            // exposure times white balance; w = pixels a side
  curve: vec4f,           // contrast, saturation, shoulder, fade
  shadow_tint: vec4f,     // w = vignette
  highlight_tint: vec4f,  // w = sharpening
  lens: vec4f,            // softness in pixels, defocus in pixels, cm to the plane of focus, grain in pixels
  noise: vec4f,           // read and shot deviation, seed (bits)
};

@group(0) @binding(0) var<uniform> look: PhotoLook;
@group(0) @binding(1) var<storage, read> light: array<vec4f>;            // [pixels] linear, w = region
@group(0) @binding(2) var<storage, read_write> sharp_or_soft: array<vec4f>; // [pixels] after the lens
@group(0) @binding(3) var<storage, read_write> result: array<u32>;       // [pixels] r, g, b, region; [pixels] cm along the view axis

// Radius in pixels by which a pixel is off the plane of focus. The background (infinitely far) was drawn blurred.
fn photo_defocus(index: u32, pixels: u32) -> f32 {
  let z = bitcast<f32>(result[pixels + index]);
  return select(0.0, look.lens.y * abs(z - look.lens.z) / max(z, 1.0), z < 1e6);
}

@compute @workgroup_size(64)
fn photo_lens(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  let side = i32(look.gain.w);
  let pixels = u32(side * side);
  if (index >= pixels) { return; }
  let radius = photo_defocus(index, pixels);
  let spread = sqrt(look.lens.x * look.lens.x + 0.25 * radius * radius);
  let at = vec2i(i32(index) % side, i32(index) / side);
  let reach = i32(min(3.0, ceil(2.0 * spread - 0.2)));
  // A Gaussian at the distances of pixels: powers of one number. What is sharper than this pixel keeps to itself, so that
  // a head in focus does not bleed into what is behind it.
  let one = exp(-0.5 / max(spread * spread, 0.01));
  let least = 0.6 * radius - 0.3;
  var sum = light[index].rgb;
  var weights = 1.0;
  var row = 1.0;
  for (var dy = 0; dy <= reach; dy++) {
    var weight = row;
    for (var dx = 0; dx <= reach; dx++) {
      if (dx + dy > 0) {
        for (var mirror = 0; mirror < 4; mirror++) {
          if ((mirror & 1) * (1 - min(dx, 1)) + (mirror >> 1u) * (1 - min(dy, 1)) > 0) { continue; }
          let tap = clamp(at + vec2i(select(dx, -dx, (mirror & 1) == 1), select(dy, -dy, mirror >= 2)), vec2i(0), vec2i(side - 1));
          let source = u32(tap.y * side + tap.x);
          let own = select(0.0, weight, photo_defocus(source, pixels) >= least);
          sum += own * light[source].rgb;
          weights += own;
        }
      }
      weight *= pow(one, f32(2 * dx + 1));
    }
    row *= pow(one, f32(2 * dy + 1));
  }
  sharp_or_soft[index] = vec4f(sum / weights, light[index].w);
}

fn photo_hash(x: vec3u) -> u32 {
  let q = x * vec3u(0x9e3779b1u, 0x85ebca77u, 0xc2b2ae3du);
  var h = q.x ^ q.y ^ q.z;
  h = (h ^ (h >> 15u)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12u)) * 0x297a2d39u;
  return h ^ (h >> 15u);
}

// Four numbers of mean 0 and deviation 1, each the sum of two uniform ones.
fn photo_grain(at: vec2i) -> vec4f {
  let a = photo_hash(vec3u(bitcast<vec2u>(at), bitcast<u32>(look.noise.z)));
  let b = (a ^ (a >> 13u)) * 0x85ebca77u;
  return (unpack4x8unorm(a) + unpack4x8unorm(b ^ (b >> 16u)) - 1.0) * 2.4303; // sqrt(6), less a 256th for whole bytes
}

// Grains of a given size in pixels, interpolated, with the deviation of single ones.
fn photo_grains(at: vec2f, size: f32) -> vec4f {
  let p = at / size;
  let cell = floor(p);
  let f = p - cell;
  let c = vec2i(cell);
  let w = vec4f((1.0 - f.x) * (1.0 - f.y), f.x * (1.0 - f.y), (1.0 - f.x) * f.y, f.x * f.y);
  let sum = w.x * photo_grain(c) + w.y * photo_grain(c + vec2i(1, 0)) + w.z * photo_grain(c + vec2i(0, 1)) + w.w * photo_grain(c + vec2i(1, 1));
  return sum / length(w);
}

fn photo_luminance(x: vec3f) -> f32 { return dot(x, vec3f(0.2126, 0.7152, 0.0722)); }

@compute @workgroup_size(64)
fn photo_develop(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  let side = i32(look.gain.w);
  if (index >= u32(side * side)) { return; }
  let at = vec2i(i32(index) % side, i32(index) / side);
  let middle = (vec2f(at) + 0.5) / f32(side) * 2.0 - 1.0;
  let fall = 1.0 + 0.5 * dot(middle, middle);
  let exposure = look.gain.rgb * mix(1.0, 1.0 / (fall * fall), look.shadow_tint.w);
  var x = sharp_or_soft[index].rgb * exposure;
  if (look.highlight_tint.w > 0.0) {
    var around = 0.0;
    for (var k = 0; k < 4; k++) {
      let tap = clamp(at + vec2i(select(0, 2 * k - 1, k < 2), select(0, 2 * k - 5, k >= 2)), vec2i(0), vec2i(side - 1));
      around += 0.25 * sqrt(max(0.0, photo_luminance(sharp_or_soft[u32(tap.y * side + tap.x)].rgb * exposure)));
    }
    let own = sqrt(max(1e-6, photo_luminance(x)));
    let gain = clamp(1.0 + 2.0 * look.highlight_tint.w * (own - around) / own, 0.5, 1.6);
    x *= gain * gain;
  }
  let deviation = sqrt(look.noise.x * look.noise.x + look.noise.y * look.noise.y * max(vec3f(0.0), x));
  if (look.noise.x + look.noise.y > 0.0) {
    // Most of it is common to the channels, some is coloured: what demosaicing and denoising leave.
    let grain = photo_grains(vec2f(at), look.lens.w);
    x += deviation * (0.92 * grain.x + 0.392 * grain.yzw);
  }
  x = max(x, vec3f(0.0));
  // Contrast about middle grey, saturation, then the shoulder.
  x = 0.18 * pow(x / 0.18, vec3f(look.curve.x));
  x = max(vec3f(0.0), mix(vec3f(photo_luminance(x)), x, look.curve.y));
  let knee = 1.0 - 0.6 * look.curve.z;
  let span = max(1e-3, 1.0 - knee);
  x = select(min(x, vec3f(1.0)), knee + span * (1.0 - exp(-(x - knee) / span)), x > vec3f(knee));
  x = select(1.055 * pow(x, vec3f(1.0 / 2.4)) - 0.055, 12.92 * x, x <= vec3f(0.0031308));
  let y = photo_luminance(x);
  x = look.curve.w + (1.0 - look.curve.w) * x + look.shadow_tint.rgb * (1.0 - y) * (1.0 - y) + look.highlight_tint.rgb * y * (1.0 - y * y);
  let bytes = vec3u(saturate(x) * 255.0 + 0.5);
  result[index] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (u32(sharp_or_soft[index].w) << 24u);
}
`;

export const PHOTO_FLOATS = 24;

export interface PhotoFrame {
  /** Pixels a side. */
  size: number;
  /** Of the noise: another for every picture. */
  seed: number;
  /** Cm along the view axis that are sharp: the eyes. */
  focusDistance: number;
}

/** The uniform buffer of {@link photoWgsl}. */
export function packPhoto(out: Float32Array, photo: Photo, { size, seed, focusDistance }: PhotoFrame): void {
  const gain = 2 ** photo.exposure;
  out.set([
    ...photo.whiteBalance.map((value) => value * gain), size,
    photo.contrast, photo.saturation, photo.shoulder, photo.fade,
    ...photo.shadowTint, photo.vignette,
    ...photo.highlightTint, photo.sharpen,
    (photo.softness * size) / 256, photo.defocus * size, focusDistance, photo.noise.grain,
    photo.noise.read, photo.noise.shot, 0, 0,
  ]);
  new Uint32Array(out.buffer, out.byteOffset, PHOTO_FLOATS)[22] = seed;
}

/** Angular radius of the blur of what is infinitely far, radians: `environment`'s second argument. */
export const backdropBlur = (photo: Photo, focal: number): number => (2 * photo.defocus) / focal;

/** Buffers of one picture, all of the renderer's. */
export interface PhotoBuffers {
  /** `[pixels]` vec4: linear light and the region. */
  light: GPUBuffer;
  /** `[pixels]` vec4, overwritten. */
  scratch: GPUBuffer;
  /** `[2, pixels]` u32: written are the bytes r, g, b, region; read is the depth behind them (f32 cm along the view axis). */
  result: GPUBuffer;
}

/** Both passes of {@link photoWgsl}, ready to encode. */
export class PhotoPass implements Disposable {
  readonly #gpu: Gpu;
  readonly #layout: GPUBindGroupLayout;
  readonly #pipelines: readonly GPUComputePipeline[];
  readonly #uniforms: GPUBuffer;
  readonly #values = new Float32Array(PHOTO_FLOATS);
  #disposed = false;

  static async create(gpu: Gpu): Promise<PhotoPass> {
    const { device } = gpu;
    const module = device.createShaderModule({ code: photoWgsl, label: 'photo' });
    const types: GPUBufferBindingType[] = ['uniform', 'read-only-storage', 'storage', 'storage'];
    const layout = device.createBindGroupLayout({ label: 'photo', entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })) });
    const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout], label: 'photo' });
    const pipelines = await Promise.all(['photo_lens', 'photo_develop'].map((entryPoint) => device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint }, label: `photo/${entryPoint}` })));
    return new PhotoPass(gpu, layout, pipelines);
  }

  private constructor(gpu: Gpu, layout: GPUBindGroupLayout, pipelines: readonly GPUComputePipeline[]) {
    this.#gpu = gpu;
    this.#layout = layout;
    this.#pipelines = pipelines;
    this.#uniforms = gpu.createBuffer(PHOTO_FLOATS * 4, 'photo/look', GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  }

  /** Writes the uniforms at once: one picture per submit. */
  encode(encoder: GPUCommandEncoder, photo: Photo, frame: PhotoFrame, { light, scratch, result }: PhotoBuffers): void {
    const { device } = this.#gpu;
    packPhoto(this.#values, photo, frame);
    this.#gpu.writeBuffer(this.#uniforms, this.#values);
    const group = device.createBindGroup({ layout: this.#layout, entries: [this.#uniforms, light, scratch, result].map((buffer, binding) => ({ binding, resource: { buffer } })) });
    const workgroups = Math.ceil((frame.size * frame.size) / 64);
    const columns = Math.min(workgroups, 32768);
    const pass = encoder.beginComputePass({ label: 'photo' });
    pass.setBindGroup(0, group);
    for (const pipeline of this.#pipelines) {
      pass.setPipeline(pipeline);
      pass.dispatchWorkgroups(columns, Math.ceil(workgroups / columns));
    }
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
