/** Times of the passes of one picture, by timestamp queries. */
import type { Gpu } from '@onegt/kernels';

export interface PassTime {
  label: string;
  ms: number;
}

/** A member of the descriptor of a pass. */
export type PassTiming = { timestampWrites?: GPUComputePassTimestampWrites };

const CAPACITY = 256;

export class PassTimer implements Disposable {
  readonly #gpu: Gpu;
  readonly #labels: string[] = [];
  readonly #queries: GPUQuerySet;
  readonly #buffer: GPUBuffer;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#queries = gpu.device.createQuerySet({ label: 'render/timer', type: 'timestamp', count: CAPACITY });
    this.#buffer = gpu.createBuffer(CAPACITY * 8, 'render/timer', GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC);
  }

  /** For the descriptor of the pass that begins now; empty when all queries are taken. */
  next(label: string): PassTiming {
    const at = 2 * this.#labels.length;
    if (at >= CAPACITY) return {};
    this.#labels.push(label);
    return { timestampWrites: { querySet: this.#queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 } };
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#labels.length, this.#buffer, 0);
  }

  async read(): Promise<PassTime[]> {
    const times = new BigUint64Array(await this.#gpu.readBuffer(this.#buffer, 16 * this.#labels.length));
    return this.#labels.map((label, i) => ({ label, ms: Number(times[2 * i + 1]! - times[2 * i]!) / 1e6 }));
  }

  [Symbol.dispose](): void {
    this.#queries.destroy();
    this.#gpu.releaseBuffer(this.#buffer);
  }
}
