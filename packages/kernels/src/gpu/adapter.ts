/**
 * From a WebGPU entry point to a device with every limit and feature that the kernels can use. When a step fails,
 * the error says which one and what to do about it: "no WebGPU" is never a shrug.
 */
import { GpuUnavailableError } from '../errors.ts';

export interface GpuRequestOptions {
  /** Default `high-performance`. */
  powerPreference?: GPUPowerPreference;
  /** Ask for the software adapter even where a GPU exists (tests). */
  forceFallbackAdapter?: boolean;
}

/** What the device can do. No silent fallback: programs can look. */
export interface GpuInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** A software adapter (lavapipe, SwiftShader, WARP). */
  readonly isFallback: boolean;
  readonly hasF16: boolean;
  readonly hasSubgroups: boolean;
  readonly hasTimestamps: boolean;
  /** Lanes of a subgroup; 0 when subgroups are missing or their size may vary between kernels. */
  readonly subgroupSize: number;
  readonly limits: GpuLimits;
}

export interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

export const limitNames = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GpuLimits)[];

/** Dimensions of a workgroup follow the invocation limit, or a 256-wide group would still be refused. */
const dimensionLimits = ['maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY'] as const;

/** `shader-f16` and `subgroups` speed kernels up where they exist; `timestamp-query` is for `plan.profile`. */
const wantedFeatures: readonly GPUFeatureName[] = ['shader-f16', 'subgroups' as GPUFeatureName, 'timestamp-query'];

export interface AcquiredDevice {
  device: GPUDevice;
  adapter: GPUAdapter;
}

/** @param whyNoAdapter - called only when there is none: the platform's own diagnosis and remedy */
export async function acquireDevice(gpu: GPU, options: GpuRequestOptions, whyNoAdapter: () => string): Promise<AcquiredDevice> {
  const { powerPreference = 'high-performance', forceFallbackAdapter = false } = options;
  const adapter = await gpu.requestAdapter({ powerPreference, forceFallbackAdapter });
  if (adapter === null) {
    throw new GpuUnavailableError('no-adapter', `WebGPU is there, but it found no adapter.\n  ${whyNoAdapter()}`);
  }
  const requiredLimits: Record<string, number> = {};
  for (const name of [...limitNames, ...dimensionLimits]) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ label: 'onegt', requiredLimits, requiredFeatures });
    return { device, adapter };
  } catch (cause) {
    const { vendor, description } = adapter.info;
    throw new GpuUnavailableError('no-device', `The adapter ${vendor} ${description} refused a device: ${String(cause)}\n  Another program may hold the GPU, or the driver has just been reset: close other GPU programs and try again.`, { cause });
  }
}

/** Adapter and device facts in one flat object. */
export function describeDevice(device: GPUDevice, adapterInfo: GPUAdapterInfo | undefined): GpuInfo {
  const info = adapterInfo as (GPUAdapterInfo & { subgroupMinSize?: number; subgroupMaxSize?: number; isFallbackAdapter?: boolean }) | undefined;
  const hasSubgroups = device.features.has('subgroups' as GPUFeatureName);
  const { subgroupMinSize = 0, subgroupMaxSize = -1 } = info ?? {};
  return {
    vendor: info?.vendor ?? '',
    architecture: info?.architecture ?? '',
    description: info?.description ?? '',
    isFallback: info?.isFallbackAdapter ?? false,
    hasF16: device.features.has('shader-f16'),
    hasSubgroups,
    hasTimestamps: device.features.has('timestamp-query'),
    subgroupSize: hasSubgroups && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0,
    limits: Object.fromEntries(limitNames.map((name) => [name, device.limits[name]])) as unknown as GpuLimits,
  };
}

/** Why a browser has no adapter or no WebGPU at all. */
export function diagnoseBrowser(): { reason: 'no-webgpu' | 'no-adapter'; message: string } {
  const scope = globalThis as { isSecureContext?: boolean; navigator?: Navigator & { gpu?: GPU } };
  if (scope.navigator?.gpu !== undefined) {
    return { reason: 'no-adapter', message: 'Turn hardware acceleration on in the browser settings and look at chrome://gpu or about:support: the GPU may be on a blocklist or its driver too old.' };
  }
  if (scope.isSecureContext === false) {
    return { reason: 'no-webgpu', message: 'This page is not a secure context, and browsers hide WebGPU there.\n  Serve it from https:// or http://localhost.' };
  }
  if (typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === 'string') {
    return { reason: 'no-webgpu', message: "Node has no WebGPU of its own.\n  Use requestGpu() from '@onegt/kernels/node' (npm install webgpu)." };
  }
  return { reason: 'no-webgpu', message: 'This browser has no WebGPU (navigator.gpu is undefined).\n  Use Chrome or Edge 113+, Safari 26+, Firefox 141+; on Linux, Chrome may need chrome://flags/#enable-unsafe-webgpu.' };
}
