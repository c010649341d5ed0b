/**
 * Runs the Python tests of training/ and sets Python up for them: a Python that already has torch, else Debian's
 * packages (root), else a virtual environment filled by pip. Where none of that works the tests are skipped, visibly.
 * With arguments (`npm run test:training -- tests.test_warp`) only these test modules run.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';
import { ensurePython } from './setup/python.mjs';

const training = join(root, 'training');
const say = (text) => process.stderr.write(`[training] ${text}\n`);

const { python, reason } = await ensurePython(say);
if (python === undefined) {
  say(`SKIPPED: ${reason}`);
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
process.exit(spawnSync(python, ['-W', 'ignore', '-m', 'unittest', ...args], { cwd: training, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1);
