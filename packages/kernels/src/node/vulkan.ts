/**
 * Makes a software Vulkan driver that lives in the checkout (`.cache/vulkan`, put there by `scripts/bootstrap.mjs`)
 * visible to Dawn, inside this process and before `webgpu` is loaded. Without such a folder it does nothing.
 *
 * `ONEGT_ADAPTER=swiftshader` insists on that driver, `ONEGT_ADAPTER=system` refuses it; unset, it is used only where
 * the bootstrap found no working adapter. `VK_ICD_FILENAMES` / `VK_DRIVER_FILES` set by the user win over the default.
 */
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

interface DriverRecord {
  /** Paths relative to the folder of `vulkan.json`, so that a moved checkout keeps working. */
  library: string;
  icd: string;
  /** True when the machine had no adapter of its own. */
  isDefault: boolean;
}

/** glibc's RTLD_NODELETE: the library stays loaded although Node refuses it as an addon. */
const RTLD_NODELETE = 0x1000;

let registered = false;

/** Returns true when the software driver is in place for the next `import('webgpu')`. */
export function registerSoftwareVulkan(env: NodeJS.ProcessEnv = process.env): boolean {
  if (registered) return true;
  const choice = env['ONEGT_ADAPTER'];
  if (choice !== undefined && choice !== 'swiftshader' && choice !== 'system') {
    throw new RangeError(`ONEGT_ADAPTER is "${choice}"; it must be "swiftshader", "system" or unset.`);
  }
  if (choice === 'system') return false;
  const file = findDriverRecord();
  if (file === undefined) {
    if (choice === 'swiftshader') throw new Error('ONEGT_ADAPTER=swiftshader, but there is no .cache/vulkan.json. Run `node scripts/bootstrap.mjs` first.');
    return false;
  }
  const driver = JSON.parse(readFileSync(file, 'utf8')) as DriverRecord;
  const userChose = env['VK_ICD_FILENAMES'] !== undefined || env['VK_DRIVER_FILES'] !== undefined;
  if (choice !== 'swiftshader' && (userChose || !driver.isDefault)) return false;
  if (!isMainThread) {
    throw new Error('The software Vulkan driver must be registered from the main thread: a worker\'s process.env is a copy that C code does not see.');
  }

  delete process.env['VK_DRIVER_FILES'];
  process.env['VK_ICD_FILENAMES'] = resolve(dirname(file), driver.icd);
  loadWithoutAddon(resolve(dirname(file), driver.library));
  registered = true;
  return true;
}

function findDriverRecord(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, '.cache', 'vulkan.json');
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** Dawn later opens `libvulkan.so.1` by name and gets the library that is already loaded under that name. */
function loadWithoutAddon(library: string): void {
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    const isExpected = error instanceof Error && error.message.includes('self-register');
    if (!isExpected) throw error;
  }
}
