/** Prints the adapter that Dawn finds and exits with 0, or exits with 1. Run as a child process by bootstrap.mjs. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';

const { registerSoftwareVulkan } = await import(pathToFileURL(join(root, 'packages/kernels/dist/node/vulkan.js')));
registerSoftwareVulkan();
const { create } = await import(pathToFileURL(createRequire(join(root, 'package.json')).resolve('webgpu')));
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (adapter === null) process.exit(1);
const { vendor, architecture, description } = adapter.info;
console.log(`${description || `${vendor} ${architecture}`}${adapter.features.has('shader-f16') ? ', f16' : ', no f16'}`);
process.exit(0);
