/**
 * Which intermediates may share a buffer. Greedy by size (Pisarchyk & Lee 2020, "Efficient Memory Management for Deep
 * Neural Net Inference", shared objects): the largest first, each into the smallest buffer that is free during its
 * whole lifetime. Whole buffers, not ranges of one arena: WebGPU forbids reading and writing one buffer in a dispatch,
 * however far apart the ranges are.
 */

export interface Lifetime {
  byteLength: number;
  /** Index of the first dispatch that touches it. */
  first: number;
  /** Index of the last dispatch that touches it. */
  last: number;
}

export interface Placement {
  /** Size of every shared buffer. */
  bufferSizes: number[];
  /** Buffer of every value, in the order given. */
  bufferOf: number[];
}

export function placeBuffers(values: readonly Lifetime[]): Placement {
  const bufferSizes: number[] = [];
  const tenants: Lifetime[][] = [];
  const bufferOf: number[] = new Array<number>(values.length).fill(-1);
  const bySize = values.map((_, i) => i).sort((a, b) => values[b]!.byteLength - values[a]!.byteLength || a - b);
  for (const i of bySize) {
    const value = values[i]!;
    let chosen = -1;
    for (let b = 0; b < tenants.length; b++) {
      const isFree = tenants[b]!.every((other) => other.last < value.first || value.last < other.first);
      if (isFree && (chosen === -1 || bufferSizes[b]! < bufferSizes[chosen]!)) chosen = b;
    }
    if (chosen === -1) {
      chosen = tenants.push([]) - 1;
      bufferSizes.push(value.byteLength); // never grows: later values are smaller
    }
    tenants[chosen]!.push(value);
    bufferOf[i] = chosen;
  }
  return { bufferSizes, bufferOf };
}
