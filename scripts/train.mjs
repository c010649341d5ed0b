/** All of training (training/onegt/run.py) on a machine that has only Node: `npm run train -- --help` tells the options. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';
import { ensurePython } from './setup/python.mjs';

const { python, reason } = await ensurePython((text) => process.stderr.write(`[training] ${text}\n`));
if (python === undefined) {
  process.stderr.write(`Training needs Python: ${reason}\n`);
  process.exit(1);
}
// PyTorch 1.13 maps and unmaps every large tensor otherwise, which takes longer than the arithmetic.
const allocator = { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: '100000000000', MALLOC_TOP_PAD_: '268435456', GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };
const env = { ...allocator, OPENBLAS_NUM_THREADS: '1', OMP_WAIT_POLICY: 'passive', ...process.env };
const child = spawn(python, ['-W', 'ignore', '-m', 'onegt.run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env: { ...env, PYTHONPATH: join(root, 'training') } });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => { process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143); });
