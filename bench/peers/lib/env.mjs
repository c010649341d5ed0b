// Installs a WebGPU implementation (dawn.node) as navigator.gpu, so browser runtimes find it.
// The Vulkan driver is whatever VK_ICD_FILENAMES selects. DAWN_FLAGS="a=b c=d" is passed to create().
import { create, globals } from 'webgpu';
Object.assign(globalThis, globals);
const flags = (process.env.DAWN_FLAGS ?? '').split(/\s+/).filter(Boolean);
export const gpu = (globalThis.__dawn_gpu_keepalive = create(flags)); // must stay reachable: GC crashes the process
const nav = { gpu, userAgent: 'Node Chrome/999', hardwareConcurrency: 2, language: 'en', platform: 'Linux', vendor: 'node' };
Object.defineProperty(globalThis, 'navigator', { value: nav, configurable: true, writable: true });
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
// dawn.node rejects views over SharedArrayBuffer (wasm threads memory of onnxruntime-web): copy them.
{
  const P = GPUQueue.prototype,
    wb = P.writeBuffer;
  P.writeBuffer = function (buf, off, data, dOff, size) {
    const isShared = (data.buffer ?? data) instanceof SharedArrayBuffer;
    if (!isShared)
      return size !== undefined
        ? wb.call(this, buf, off, data, dOff, size)
        : dOff !== undefined
          ? wb.call(this, buf, off, data, dOff)
          : wb.call(this, buf, off, data);
    const es = data.BYTES_PER_ELEMENT ?? 1,
      base = data.byteOffset ?? 0;
    const start = base + (dOff ?? 0) * es,
      len = size !== undefined ? size * es : data.byteLength - (dOff ?? 0) * es;
    const copy = new Uint8Array(len);
    copy.set(new Uint8Array(data.buffer ?? data, start, len));
    return wb.call(this, buf, off, copy);
  };
}
