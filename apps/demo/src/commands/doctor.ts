/** Which adapters there are, what they can do, what is missing and how to get it. */
import { GpuUnavailableError, type GpuInfo } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { missingFiles } from '../assets.ts';
import type { Context } from './context.ts';

const PROBE_TIMEOUT_MS = 60_000;

type AdapterReport = { isUsable: true; info: GpuInfo } | { isUsable: false; reason: string };

/** Hidden command behind {@link doctor}: one adapter per process, as a driver is chosen once and may crash. */
export async function probeAdapter(context: Context): Promise<void> {
  context.print(`${JSON.stringify(await describeAdapter())}\n`);
}

async function describeAdapter(): Promise<AdapterReport> {
  try {
    using gpu = await requestGpu();
    return { isUsable: true, info: gpu.info };
  } catch (error) {
    if (!(error instanceof GpuUnavailableError)) throw error;
    return { isUsable: false, reason: error.message };
  }
}

export async function doctor(context: Context): Promise<void> {
  const { print } = context;
  print(`Node ${process.versions.node}, ${process.platform} ${process.arch}\n\n`);

  const system = await probe('system');
  print(`The machine's own adapter\n${describe(system)}\n`);
  const software = await probe('swiftshader');
  print(`SwiftShader from .cache/vulkan\n${describe(software)}\n`);
  if (!isFast(system) && existsSync('/etc/debian_version')) {
    print('A faster software adapter (Mesa lavapipe): sudo sh scripts/install-lavapipe.sh\n\n');
  }

  const missing = await missingFiles();
  print(missing.length === 0 ? 'Weights and face models: all there\n' : `Missing: ${missing.join(', ')}\n  Run \`node scripts/bootstrap.mjs\` in the checkout to install them again.\n`);
  if (!system.isUsable && !software.isUsable) throw new GpuUnavailableError('no-adapter', 'There is no usable adapter.\n  `node scripts/bootstrap.mjs` in the checkout fetches a software driver that needs no root.');
}

async function probe(choice: 'system' | 'swiftshader'): Promise<AdapterReport> {
  const program = fileURLToPath(new URL('../../bin/onegt.js', import.meta.url));
  const env = { ...process.env, ONEGT_ADAPTER: choice };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'doctor', '--adapter-json'], { env, timeout: PROBE_TIMEOUT_MS });
    return JSON.parse(stdout) as AdapterReport;
  } catch (error) {
    const { signal, code } = error as { signal?: string; code?: number };
    return { isUsable: false, reason: `The driver ended the process (${signal ?? `exit code ${code}`}).` };
  }
}

function describe(report: AdapterReport): string {
  if (!report.isUsable) return `  not usable: ${report.reason}\n`;
  const { vendor, architecture, description, isFallback, hasF16, hasSubgroups, subgroupSize, limits } = report.info;
  const yes = (flag: boolean): string => (flag ? 'yes' : 'no');
  return [
    `  ${description || `${vendor} ${architecture}`}${isFallback ? ' (runs on the processor)' : ''}`,
    `  16-bit floats: ${yes(hasF16)}; subgroups: ${hasSubgroups ? (subgroupSize === 0 ? 'yes, variable size' : `yes, ${subgroupSize} wide`) : 'no'}`,
    `  storage binding: ${mebibytes(limits.maxStorageBufferBindingSize)}; buffer: ${mebibytes(limits.maxBufferSize)}; workgroup: ${limits.maxComputeInvocationsPerWorkgroup} invocations; storage buffers per stage: ${limits.maxStorageBuffersPerShaderStage}`,
    '',
  ].join('\n');
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function isFast(report: AdapterReport): boolean {
  return report.isUsable && !/swiftshader/i.test(report.info.description);
}
