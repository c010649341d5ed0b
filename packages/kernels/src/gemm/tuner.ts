/**
 * Measures the variants of `linear` on this adapter for given shapes. Tuning is never required: the table in
 * `variants.ts` is good; a model that runs all day on an unusual GPU may gain from it. Results belong to one adapter
 * and driver, and are kept by an injected store.
 */
import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { Plan } from '../plan/plan.ts';
import { linear } from './linear.ts';
import { type GemmShape, type GemmVariant, gemmVariants, shapeKey, tunedVariant, variantLabel } from './variants.ts';

/** Where measurements outlive the process: `fileTuningStore` in Node, `indexedDbTuningStore` in browsers. */
export interface TuningStore {
  load(adapter: string): Promise<Readonly<Record<string, string>> | undefined>;
  save(adapter: string, choices: Readonly<Record<string, string>>): Promise<void>;
}

export interface TuneOptions {
  store?: TuningStore;
  signal?: AbortSignal;
}

export interface TuningResult {
  shape: GemmShape;
  /** The fastest variant; `linear` uses it on this `Gpu` from now on. */
  best: string;
  /** Milliseconds per product of every variant that was measured; empty when the choice came from the store. */
  milliseconds: Readonly<Record<string, number>>;
}

/**
 * Choose the variant of `linear` for each shape by measuring. Plans recorded afterwards use the choice.
 *
 * @param shapes - `[T, K] x [K, N]` products; a shape that the store knows is not measured again
 */
export async function tuneLinear(gpu: Gpu, shapes: readonly GemmShape[], options: TuneOptions = {}): Promise<TuningResult[]> {
  const { store, signal } = options;
  const adapter = adapterKey(gpu);
  for (const [key, choice] of Object.entries((await store?.load(adapter)) ?? {})) gpu.tuning.set(key, choice);
  const results: TuningResult[] = [];
  let isChanged = false;
  for (const shape of shapes) {
    throwIfAborted(signal);
    const known = tunedVariant(gpu, shape);
    const milliseconds = known ? {} : await measureVariants(gpu, shape, signal);
    const best = known ? variantLabel(known) : Object.entries(milliseconds).reduce((a, b) => (b[1] < a[1] ? b : a))[0];
    gpu.tuning.set(shapeKey(shape), best);
    isChanged ||= known === undefined;
    results.push({ shape, best, milliseconds });
  }
  if (isChanged) await store?.save(adapter, Object.fromEntries(gpu.tuning));
  return results;
}

/** The driver's version is part of the description. */
function adapterKey(gpu: Gpu): string {
  const { vendor, architecture, description, subgroupSize } = gpu.info;
  return [vendor, architecture, description, subgroupSize].join('|');
}

/** The table is sorted by expected time: the tail of each kind is there for tests, not for tuning. */
function candidates(gpu: Gpu, shape: GemmShape): GemmVariant[] {
  const all = gemmVariants(gpu.info, shape);
  return (['subgroup', 'workgroup'] as const).flatMap((kind) => all.filter((variant) => variant.kind === kind).slice(0, 3));
}

async function measureVariants(gpu: Gpu, shape: GemmShape, signal: AbortSignal | undefined): Promise<Record<string, number>> {
  const { T, K, N } = shape;
  const milliseconds: Record<string, number> = {};
  using x = gpu.empty([T, K], { label: 'tuner x' });
  // The packed layout without packing: only the time matters. Zeros multiply as fast as anything.
  using weight = gpu.packedTensor(new Float32Array(Math.ceil(K / 4) * 4 * Math.ceil(N / 4) * 4), [K, N], 'linear', 'tuner weight');
  for (const variant of candidates(gpu, shape)) {
    throwIfAborted(signal);
    using plan = await Plan.record(gpu, `tune ${variantLabel(variant)}`, (ops) => ops.output('y', linear(ops, x, weight, { variant })));
    milliseconds[variantLabel(variant)] = await measure(gpu, plan);
  }
  return milliseconds;
}

/** Best of three batches of about 10 ms: the minimum is what other load on the machine disturbs least. */
async function measure(gpu: Gpu, plan: Plan): Promise<number> {
  const batch = async (runs: number, expectedMs: number) => {
    const started = performance.now();
    for (let i = 0; i < runs; i++) plan.run();
    await gpu.sync(expectedMs);
    return (performance.now() - started) / runs;
  };
  await batch(1, 0); // the driver compiles in the first run
  const once = await batch(1, 0);
  const runs = Math.min(100, Math.max(1, Math.round(10 / once)));
  let best = Infinity;
  for (let i = 0; i < 3; i++) best = Math.min(best, await batch(runs, 0.7 * runs * Math.min(once, best)));
  return best;
}
