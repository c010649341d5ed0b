/** Pipelines of one renderer, compiled once per label, asynchronously; failures name the material and the line. */
import { type Gpu, ShaderCompileError } from '@onegt/kernels';

export class RenderPipelines {
  readonly #gpu: Gpu;
  readonly #compute = new Map<string, Promise<GPUComputePipeline>>();
  readonly #render = new Map<string, Promise<GPURenderPipeline>>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** @throws {@link ShaderCompileError} (as rejection) */
  compute(label: string, code: () => string, entryPoint: string, layouts: readonly GPUBindGroupLayout[]): Promise<GPUComputePipeline> {
    return this.#once(this.#compute, label, code, (device, module) =>
      device.createComputePipelineAsync({ label, layout: device.createPipelineLayout({ label, bindGroupLayouts: [...layouts] }), compute: { module, entryPoint } }));
  }

  /** @throws {@link ShaderCompileError} (as rejection) */
  render(label: string, code: () => string, layouts: readonly GPUBindGroupLayout[], describe: (module: GPUShaderModule) => Omit<GPURenderPipelineDescriptor, 'layout'>): Promise<GPURenderPipeline> {
    return this.#once(this.#render, label, code, (device, module) =>
      device.createRenderPipelineAsync({ label, ...describe(module), layout: device.createPipelineLayout({ label, bindGroupLayouts: [...layouts] }) }));
  }

  #once<T>(cache: Map<string, Promise<T>>, label: string, code: () => string, create: (device: GPUDevice, module: GPUShaderModule) => Promise<T>): Promise<T> {
    const known = cache.get(label);
    if (known !== undefined) return known;
    const made = compile(this.#gpu.device, label, code(), create);
    made.catch(() => cache.delete(label)); // a failure caused by a lost device must not stick
    cache.set(label, made);
    return made;
  }
}

async function compile<T>(device: GPUDevice, label: string, code: string, create: (device: GPUDevice, module: GPUShaderModule) => Promise<T>): Promise<T> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code });
  const pipeline = create(device, module);
  const moduleError = device.popErrorScope();
  try {
    const [result] = await Promise.all([pipeline, moduleError]);
    return result;
  } catch (cause) {
    const { messages } = await module.getCompilationInfo();
    const first = messages.find((message) => message.type === 'error');
    const line = first?.lineNum ?? 0;
    const column = first?.linePos ?? 0;
    const excerpt = first === undefined ? '' : `  ${code.split('\n')[line - 1] ?? ''}\n  ${' '.repeat(Math.max(0, column - 1))}^`;
    throw new ShaderCompileError(label, line, column, (first?.message ?? (cause instanceof Error ? cause.message : String(cause))).trim(), excerpt, cause);
  }
}
