/** A Python that has what training needs: one on the machine, else Debian's packages, else pip in `.cache/python`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { installFromDebian, quiet } from './debian.mjs';
import { withLock } from './lock.mjs';
import { cache } from './paths.mjs';

const MODULES = { torch: 'torch', numpy: 'numpy', scipy: 'scipy', PIL: 'Pillow' }; // Python's name: pip's
const DEBIAN = ['python3-torch', 'python3-numpy', 'python3-scipy', 'python3-pil', 'g++', 'libopenblas0-pthread'];
const venv = join(cache, 'python');

function findPython() {
  const candidates = [process.env.ONEGT_PYTHON, join(venv, 'bin', 'python3'), 'python3', '/usr/bin/python3'].filter(Boolean);
  return candidates.find((python) => quiet(python, ['-c', `import ${Object.keys(MODULES).join(', ')}`]).status === 0);
}

function installWithPip(say) {
  say('creating .cache/python with pip');
  if (quiet('python3', ['-m', 'venv', venv]).status !== 0) return 'python3 -m venv failed';
  const pip = quiet(join(venv, 'bin', 'python3'), ['-m', 'pip', 'install', '-q', '--retries', '1', '--timeout', '20', ...Object.values(MODULES)]);
  return pip.status === 0 ? undefined : `pip failed: ${pip.stderr.trim().split('\n').at(-1)}`;
}

/**
 * @param say - prints a line
 * @returns `{ python }`, or `{ reason }` why there is none
 */
export async function ensurePython(say) {
  mkdirSync(cache, { recursive: true });
  const closed = [];
  const python = await withLock(join(cache, 'python.lock'), say, () => {
    for (const install of [undefined, () => installFromDebian(DEBIAN, say), () => installWithPip(say)]) {
      const reason = install?.();
      if (reason !== undefined) closed.push(reason);
      const found = findPython();
      if (found !== undefined) return found;
    }
    return undefined;
  });
  return python !== undefined ? { python } : { reason: `no Python with ${Object.keys(MODULES).join(', ')}: ${closed.join('; ')}` };
}
