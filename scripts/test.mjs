/**
 * Every test there is: type check, unit tests on each adapter, the built packages in a fresh process.
 * With arguments (`npm test -- packages/kernels`) only vitest runs, with these arguments.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cache, root } from './setup/paths.mjs';

const filters = process.argv.slice(2);
const hasSwiftShader = existsSync(join(cache, 'vulkan.json'));
if (!hasSwiftShader) console.log('SKIPPED project "swiftshader": there is no such driver for this platform on the npm registry.');
const vitest = ['vitest', 'run', ...(hasSwiftShader ? [] : ['--project', 'default']), ...filters];

const steps = filters.length > 0 ? [vitest] : [['tsc', '-p', 'tsconfig.json'], vitest, ['node', 'scripts/test-built.mjs']];
for (const [command, ...args] of steps) {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const started = performance.now();
  const { status } = spawnSync('pnpm', ['exec', command, ...args], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`> ${command}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (status !== 0) process.exit(status ?? 1);
}
