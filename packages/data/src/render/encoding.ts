/**
 * The commands of one picture. Dispatches that follow each other share a compute pass: each pass is an object of its own
 * to the program, dozens a picture. While profiling each has its own, with its time.
 */
import type { PassTimer, PassTiming } from './pass-timer.ts';

export class Encoding {
  readonly #encoder: GPUCommandEncoder;
  readonly #timer: PassTimer | undefined;
  #pass: GPUComputePassEncoder | undefined;

  constructor(device: GPUDevice, timer: PassTimer | undefined) {
    this.#encoder = device.createCommandEncoder({ label: 'render' });
    this.#timer = timer;
  }

  /** For all but compute. */
  get commands(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = undefined;
    return this.#encoder;
  }

  compute(label: string, encode: (pass: GPUComputePassEncoder) => void): void {
    if (this.#timer === undefined) return encode((this.#pass ??= this.#encoder.beginComputePass({ label: 'render' })));
    const pass = this.#encoder.beginComputePass({ label: `render/${label}`, ...this.timing(label) });
    encode(pass);
    pass.end();
  }

  timing(label: string): PassTiming {
    return this.#timer?.next(label) ?? {};
  }

  finish(): GPUCommandBuffer {
    const { commands } = this;
    this.#timer?.resolve(commands);
    return commands.finish();
  }
}
