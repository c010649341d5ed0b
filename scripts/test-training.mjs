/**
 * Runs the Python tests of training/ and sets Python up for them: a Python that already has torch, else Debian's
 * packages (root), else a virtual environment filled by pip. Where none of that works the tests are skipped, visibly.
 * With arguments (`npm run test:training -- tests.test_warp`) only these test modules run.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installFromDebian, quiet } from './setup/debian.mjs';
import { withLock } from './setup/lock.mjs';
import { cache, root } from './setup/paths.mjs';

const MODULES = { torch: 'torch', numpy: 'numpy', scipy: 'scipy', PIL: 'Pillow' }; // Python's name: pip's
const DEBIAN = ['python3-torch', 'python3-numpy', 'python3-scipy', 'python3-pil', 'g++', 'libopenblas0-pthread'];
const venv = join(cache, 'python');
const training = join(root, 'training');

const say = (text) => process.stderr.write(`[training] ${text}\n`);
const shown = (command, args, options = {}) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }).status;

function findPython() {
  const candidates = [process.env.ONEGT_PYTHON, join(venv, 'bin', 'python3'), 'python3', '/usr/bin/python3'].filter(Boolean);
  return candidates.find((python) => quiet(python, ['-c', `import ${Object.keys(MODULES).join(', ')}`]).status === 0);
}

function installWithPip() {
  say('creating .cache/python with pip');
  if (quiet('python3', ['-m', 'venv', venv]).status !== 0) return 'python3 -m venv failed';
  const pip = quiet(join(venv, 'bin', 'python3'), ['-m', 'pip', 'install', '-q', '--retries', '1', '--timeout', '20', ...Object.values(MODULES)]);
  return pip.status === 0 ? undefined : `pip failed: ${pip.stderr.trim().split('\n').at(-1)}`;
}

mkdirSync(cache, { recursive: true });
const closed = [];
const python = await withLock(join(cache, 'python.lock'), say, () => {
  for (const install of [undefined, () => installFromDebian(DEBIAN, say), installWithPip]) {
    const reason = install?.();
    if (reason !== undefined) closed.push(reason);
    const found = findPython();
    if (found !== undefined) return found;
  }
  return undefined;
});

if (python === undefined) {
  say(`SKIPPED: no Python with ${Object.keys(MODULES).join(', ')}: ${closed.join('; ')}`);
  process.exit(0);
}
const modules = process.argv.slice(2);
const hasTests = readdirSync(training, { recursive: true }).some((file) => /(^|\/)test_[^/]*\.py$/.test(file));
if (!hasTests) {
  say('training/ holds no test_*.py: that is a broken checkout');
  process.exit(1);
}
say(`running the tests with ${python}`);
const args = modules.length > 0 ? ['-v', ...modules] : ['discover', '-v', '-s', 'tests'];
process.exit(shown(python, ['-W', 'ignore', '-m', 'unittest', ...args], { cwd: training }) ?? 1);
