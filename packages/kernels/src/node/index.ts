/**
 * WebGPU in Node, by Dawn (`webgpu` on npm). The only place that imports it, so that browser bundles never see it.
 */
import { GpuUnavailableError } from '../errors.ts';
import type { GpuRequestOptions } from '../gpu/adapter.ts';
import { Gpu } from '../gpu/gpu.ts';
import { diagnoseNode } from './diagnose.ts';
import { slowDownPolling } from './polling.ts';
import { registerSoftwareVulkan } from './vulkan.ts';

export { fileTuningStore } from './tuning-store.ts';
export { registerSoftwareVulkan } from './vulkan.ts';

export interface NodeGpuRequestOptions extends GpuRequestOptions {
  /** Passed to Dawn's `create()`, such as `backend=null` or `enable-dawn-features=disable_robustness`. */
  dawnFlags?: readonly string[];
  /**
   * How often to look whether the GPU is done, milliseconds. Left out: without pause, a whole core while anything is awaited
   * (`Gpu` sleeps through what it expects to take long). For many submissions in flight on a software adapter, 1 is best.
   */
  pollIntervalMs?: number;
}

/**
 * The GPU of this machine, or its software adapter.
 *
 * @returns owned by the caller; `dispose` lets the process end
 * @throws {@link GpuUnavailableError} with the reason and the remedy
 */
export async function requestGpu(options: NodeGpuRequestOptions = {}): Promise<Gpu> {
  let isSoftwareRegistered: boolean;
  try {
    isSoftwareRegistered = registerSoftwareVulkan();
  } catch (cause) {
    throw new GpuUnavailableError('driver-missing', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const webgpu = await importWebgpu();
  Object.assign(globalThis, webgpu.globals);
  if (options.pollIntervalMs !== undefined) slowDownPolling(options.pollIntervalMs);
  const entryPoint = webgpu.create([...(options.dawnFlags ?? [])]);
  return Gpu.fromEntryPoint(entryPoint, options, () => diagnoseNode({ platform: process.platform, env: process.env, isSoftwareRegistered }), { keepAlive: entryPoint, pollsWhileWaiting: options.pollIntervalMs === undefined });
}

interface WebgpuModule {
  create(flags: string[]): GPU;
  globals: Record<string, unknown>;
}

async function importWebgpu(): Promise<WebgpuModule> {
  try {
    return (await import('webgpu')) as unknown as WebgpuModule;
  } catch (cause) {
    throw new GpuUnavailableError('module-missing', `The package "webgpu" (WebGPU for Node) cannot be loaded: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}\n  npm install webgpu   (glibc 2.34 or newer on Linux)`, { cause });
  }
}
