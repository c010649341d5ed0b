/** What one picture writes before it is drawn: its frame, and of each drawable parameters, how it is drawn, and its numbers. */
import type { Gpu } from '@onegt/kernels';
import type { Background } from '../setting/background.ts';
import { blocksOf, type Entry, isHair } from './entry.ts';
import { InvalidDrawableError } from './errors.ts';
import { FRAME_FLOATS, type FrameInput, packFrame } from './frame.ts';
import { KINDS, MAX_DRAWABLES } from './samples.wgsl.ts';
import { BLOCK, MAX_BLOCKS } from './small-triangles.wgsl.ts';

/** Bytes per drawable: the alignment of dynamic offsets, and 64 vec4. */
export const DRAW_STRIDE = 256;
/** How a mesh is drawn: two vec4 of words, three of the ranges of its attributes. */
export const DRAW_BYTES = 80;
export const PARAMETER_STRIDE = 1024;

export class Uniforms implements Disposable {
  readonly frame: GPUBuffer;
  readonly draws: GPUBuffer;
  readonly parameters: GPUBuffer;
  readonly background: GPUBuffer;
  /** `[64, 2]` first number and the one after the last; `[blocks]` drawable | kind << 8 */
  readonly kinds: GPUBuffer;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    const uniform = (label: string, byteLength: number) => gpu.createBuffer(byteLength, `render/${label}`, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.frame = uniform('frame', FRAME_FLOATS * 4);
    this.draws = uniform('draws', MAX_DRAWABLES * DRAW_STRIDE);
    this.parameters = uniform('parameters', MAX_DRAWABLES * PARAMETER_STRIDE);
    this.background = uniform('background', 512);
    this.kinds = gpu.createBuffer((2 * MAX_DRAWABLES + MAX_BLOCKS) * 4, 'render/kinds', GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  }

  /** @throws {@link InvalidDrawableError} */
  write(input: FrameInput, entries: readonly Entry[], background: Background): void {
    if (background.parameters.length > 128) throw new InvalidDrawableError(background.label, `the background has ${background.parameters.length} parameters.`, 'At most 32 vec4 (128 numbers).');
    const frame = new Float32Array(FRAME_FLOATS);
    packFrame(frame, input);
    const parameters = new Float32Array((entries.length * PARAMETER_STRIDE) / 4);
    const draws = new Uint32Array((entries.length * DRAW_STRIDE) / 4);
    const kinds = new Uint32Array(2 * MAX_DRAWABLES + MAX_BLOCKS);
    for (const { drawable, index, kind, mesh, first } of entries) {
      const { material } = drawable;
      const isStrands = isHair(material);
      parameters.set(material.parameters, (index * PARAMETER_STRIDE) / 4);
      const block = 2 * MAX_DRAWABLES + first / BLOCK;
      kinds.set([first, first + mesh.numTriangles], 2 * index);
      kinds.fill(index | ((drawable.region === 'eye' ? KINDS.fine : isStrands ? KINDS.hair : KINDS.surface) << 8), block, block + blocksOf(mesh));
      draws.set([index, material.doubleSided === true ? 1 : 0, isStrands ? 1 : 0, kind === 'transparent' ? 1 : 0, first, mesh.numTriangles], (index * DRAW_STRIDE) / 4);
      draws.set(new Uint32Array(mesh.ranges.buffer), (index * DRAW_STRIDE) / 4 + 8);
    }
    this.#gpu.writeBuffer(this.frame, frame);
    this.#gpu.writeBuffer(this.kinds, kinds);
    if (entries.length > 0) {
      this.#gpu.writeBuffer(this.parameters, parameters);
      this.#gpu.writeBuffer(this.draws, draws);
    }
    if (background.parameters.length > 0) this.#gpu.writeBuffer(this.background, background.parameters);
  }

  [Symbol.dispose](): void {
    for (const buffer of [this.frame, this.draws, this.parameters, this.background, this.kinds]) this.#gpu.releaseBuffer(buffer);
  }
}
