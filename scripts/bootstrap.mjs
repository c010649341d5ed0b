/**
 * Takes a machine that has only git, Node and npm to the point where `command` can run, says what it does, runs the
 * command and passes on its exit code. Node built-ins only. Safe to repeat, to interrupt and to run twice at once.
 *
 *   node scripts/bootstrap.mjs [--all-adapters] command [argument...]
 *
 * --all-adapters fetches the SwiftShader driver even when the machine has an adapter (the tests run on both).
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { hasCarrier } from './setup/carrier.mjs';
import { withLock } from './setup/lock.mjs';
import { cache, root } from './setup/paths.mjs';
import { fetchSwiftShader } from './setup/swiftshader.mjs';

const PNPM = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.split('@')[1];
const MESA_HINT = 'A faster software driver (Mesa lavapipe, about 10x, with f16) is one command away: sudo sh scripts/install-lavapipe.sh';

const say = (text) => process.stderr.write(`[setup] ${text}\n`);

async function main() {
  const args = process.argv.slice(2);
  const allAdapters = args[0] === '--all-adapters';
  if (allAdapters) args.shift();
  requireNode();

  mkdirSync(cache, { recursive: true });
  process.env.TURBO_TELEMETRY_DISABLED = '1';
  await withLock(join(cache, 'bootstrap.lock'), say, async () => {
    ensurePnpm();
    installDependencies();
    build();
    await ensureAdapter(allAdapters);
  });
  if (args.length > 0) process.exitCode = await run(args);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Node ${process.versions.node} is too old; this project needs 20.19 or newer.`);
}

/** pnpm from PATH when its major version fits, otherwise a private copy in `.cache/tools`. */
function ensurePnpm() {
  const major = PNPM.split('.')[0];
  const onPath = spawnSync('pnpm', ['--version'], { cwd: tmpdir(), encoding: 'utf8', shell: isWindows });
  if (onPath.status === 0 && onPath.stdout.trim().split('.')[0] === major) return;

  const tools = join(cache, 'tools');
  const bin = join(tools, 'node_modules', '.bin');
  const installed = join(tools, 'node_modules', 'pnpm', 'package.json');
  if (!existsSync(installed) || JSON.parse(readFileSync(installed, 'utf8')).version !== PNPM) {
    say(`installing pnpm ${PNPM} into .cache/tools`);
    mkdirSync(tools, { recursive: true });
    writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true, allowScripts: { pnpm: true } }));
    must('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--update-notifier=false', '--prefix', tools, `pnpm@${PNPM}`], 'pnpm could not be installed; is the npm registry reachable?');
  }
  process.env.PATH = bin + delimiter + process.env.PATH;
}

function installDependencies() {
  const hash = createHash('sha256').update([process.versions.node.split('.')[0], process.arch, root].join('\n'));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) hash.update(readFileSync(join(root, file)));
  const stamp = join(cache, 'install.stamp');
  const wanted = hash.digest('hex');
  const installed = existsSync(stamp) && existsSync(join(root, 'node_modules')) ? readFileSync(stamp, 'utf8') : '';
  if (installed === wanted) return;

  say('installing dependencies (about 20 s the first time)');
  rmSync(stamp, { force: true });
  must('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=silent', '--config.confirm-modules-purge=false'],
    'dependencies could not be installed; see the lines above');
  writeFileSync(stamp, wanted);
}

function manifests() {
  const workspaces = ['packages', 'apps'].flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name, 'package.json')));
  return ['package.json', ...workspaces.filter((file) => existsSync(join(root, file)))].sort();
}

function build() {
  must('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', '--log-prefix=none', '--ui=stream'], 'the build failed; see the lines above', { quiet: true });
}

/** Leaves `.cache/vulkan.json` behind, which `@onegt/kernels/node` reads before it loads Dawn. */
async function ensureAdapter(allAdapters) {
  const record = join(cache, 'vulkan.json');
  const userChose = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
  const system = probe({ ONEGT_ADAPTER: 'system' });
  const needed = allAdapters || system === undefined;
  if (needed && !existsSync(join(cache, 'vulkan', 'libvulkan.so.1'))) {
    if (hasCarrier()) {
      say(`${system === undefined ? 'no WebGPU adapter on this machine: ' : ''}fetching SwiftShader, a software Vulkan driver, into .cache/vulkan`);
      fetchSwiftShader();
    } else if (system === undefined) {
      throw new SetupError(`No WebGPU adapter, and no ready-made software driver for ${process.platform} ${process.arch}. Install a Vulkan driver (Debian, Ubuntu: mesa-vulkan-drivers 25 or newer).`);
    }
  }
  if (existsSync(join(cache, 'vulkan', 'libvulkan.so.1'))) {
    const text = JSON.stringify({ library: 'vulkan/libvulkan.so.1', icd: 'vulkan/vk_swiftshader_icd.json', isDefault: system === undefined }, null, 2);
    if (!existsSync(record) || readFileSync(record, 'utf8') !== text) writeFileSync(record, text);
  }
  if (system !== undefined) return say(`adapter: ${system}`);

  const software = probe(userChose === undefined ? {} : { VK_ICD_FILENAMES: undefined, VK_DRIVER_FILES: undefined });
  if (software === undefined) throw new SetupError('SwiftShader is in .cache/vulkan, yet no adapter came up. `npx onegt doctor` says more.');
  if (userChose !== undefined) say(`VK_ICD_FILENAMES names a driver without an adapter (${userChose}); unset it to use SwiftShader`);
  say(`adapter: ${software}`);
  if (existsSync('/etc/debian_version')) say(MESA_HINT);
}

/** In a child process, as a driver may crash. Returns a description of the adapter, or undefined. */
function probe(env) {
  const child = spawnSync(process.execPath, [join(root, 'scripts', 'setup', 'probe.mjs')], { env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60_000 });
  return child.status === 0 ? child.stdout.trim() : undefined;
}

const isWindows = process.platform === 'win32';

function must(command, args, failure, { quiet = false } = {}) {
  const child = spawnSync(command, args, { cwd: root, shell: isWindows, encoding: 'utf8', stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'] });
  if (child.status === 0) return;
  if (quiet) process.stderr.write(`${child.stdout ?? ''}${child.stderr ?? ''}`);
  throw new SetupError(failure + (child.error ? ` (${child.error.message})` : ''));
}

async function run([command, ...args]) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: isWindows });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

class SetupError extends Error {}

main().catch((error) => {
  say(error instanceof SetupError ? error.message : String(error.stack));
  process.exitCode = 1;
});
