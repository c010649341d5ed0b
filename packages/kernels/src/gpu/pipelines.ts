/**
 * Compiled kernels of one device: equal code and constants share a pipeline. Compilation is asynchronous, and all
 * kernels of a plan compile in parallel. Layouts are explicit, read from the WGSL declarations: `layout: 'auto'`
 * drops bindings that a variant of a kernel does not use, and then refuses the bind group.
 */
import { ShaderCompileError } from '../errors.ts';
import { bindingAccess, type Access, type Kernel } from '../plan/kernel.ts';

export interface CompiledKernel {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

const bufferType: Readonly<Record<Access, GPUBufferBindingType>> = { read: 'read-only-storage', read_write: 'storage', uniform: 'uniform' };

export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #compiled = new Map<string, Promise<CompiledKernel>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get size(): number {
    return this.#compiled.size;
  }

  /** @throws {@link ShaderCompileError} (as rejection) */
  compile(kernel: Kernel): Promise<CompiledKernel> {
    const key = `${kernel.entryPoint ?? 'main'}\0${JSON.stringify(kernel.constants ?? {})}\0${kernel.code}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = this.#compile(kernel);
      compiled.catch(() => this.#compiled.delete(key)); // a failure caused by a lost device must not stick
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  async #compile(kernel: Kernel): Promise<CompiledKernel> {
    const device = this.#device;
    // Errors go to a scope of their own, or they would also surface as uncaptured errors of the device.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: kernel.label, code: kernel.code });
    const layout = this.#layout(bindingAccess(kernel));
    const pipeline = device.createComputePipelineAsync({
      label: kernel.label,
      layout: device.createPipelineLayout({ label: kernel.label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: kernel.entryPoint ?? 'main', ...(kernel.constants && { constants: kernel.constants }) },
    });
    const moduleError = device.popErrorScope();
    try {
      const [result] = await Promise.all([pipeline, moduleError]);
      return { pipeline: result, layout };
    } catch (cause) {
      throw await explainFailure(kernel, module, cause);
    }
  }

  #layout(accesses: readonly Access[]): GPUBindGroupLayout {
    const key = accesses.join();
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        label: key,
        entries: accesses.map((access, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: bufferType[access] } })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

async function explainFailure(kernel: Kernel, module: GPUShaderModule, cause: unknown): Promise<ShaderCompileError> {
  const { messages } = await module.getCompilationInfo();
  const first = messages.find((message) => message.type === 'error');
  const reason = first?.message ?? (cause instanceof Error ? cause.message : String(cause));
  const line = first?.lineNum ?? 0;
  const column = first?.linePos ?? 0;
  const source = kernel.code.split('\n')[line - 1];
  const excerpt = source === undefined ? '' : `  ${source}\n  ${' '.repeat(Math.max(0, column - 1))}^`;
  return new ShaderCompileError(kernel.label, line, column, reason.trim(), excerpt, cause);
}
