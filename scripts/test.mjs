/**
 * Every test there is: type check, unit tests on each adapter, the built packages in a fresh process.
 * With arguments (`npm test -- packages/kernels`) only vitest runs, with these arguments.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './setup/chromium.mjs';
import { cache, root } from './setup/paths.mjs';
import { ensureRedis } from './setup/redis.mjs';

const filters = process.argv.slice(2);
const record = join(cache, 'vulkan.json');
const swiftShader = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
if (swiftShader === undefined) console.log('SKIPPED project "swiftshader": there is no such driver for this platform on the npm registry.');
if (swiftShader?.isDefault) console.log('Project "swiftshader" left out: the project "default" runs on that driver, there is no other adapter here.');
const isSecondAdapter = swiftShader !== undefined && !swiftShader.isDefault;
const vitest = ['vitest', 'run', ...(isSecondAdapter ? [] : ['--project', 'default']), ...filters];

ensureRedis(console.log);
await ensureChromium(console.log).catch((error) => console.log(`No Chromium, so the tests in a browser take an installed Chrome, or skip: ${error.message}`));
const steps = filters.length > 0 ? [vitest] : [['tsc', '-p', 'tsconfig.json'], vitest, ['node', 'scripts/test-built.mjs']];
for (const [command, ...args] of steps) {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const started = performance.now();
  const { status } = spawnSync('pnpm', ['exec', command, ...args], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`> ${command}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (status !== 0) process.exit(status ?? 1);
}
