// node run.mjs [runtime ...]  -> one table (op x runtime: median ms, GFLOPS or GB/s) for the adapter chosen by VK_ICD_FILENAMES.
// Each runtime runs in its own process. Options by environment: OPS=<label substring>, REPS, TARGET_MS, DAWN_FLAGS, JSON=<file>.
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
const here = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(here + 'runtimes')
  .filter((f) => f.endsWith('.mjs'))
  .map((f) => f.slice(0, -4));
const want = process.argv.slice(2).length ? process.argv.slice(2) : all;
const rows = new Map(),
  cols = [],
  errs = [],
  raw = [];
let adapter = '?';
for (const w of want) {
  // --liftoff-only: V8's background optimisation of onnxruntime-web's 25 MB wasm otherwise takes the cores for about half a minute.
  const args = [
    ...(w.startsWith('ort-web') ? ['--liftoff-only'] : []),
    here + 'bench.mjs',
    w,
    ...(process.env.OPS ? [process.env.OPS] : []),
  ];
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const p = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 900e3, maxBuffer: 1 << 26 });
  for (const l of (p.stdout ?? '').split('\n').filter((l) => l.startsWith('@@'))) {
    const r = JSON.parse(l.slice(2));
    raw.push(r);
    if (r.adapter) adapter = r.adapter;
    if (r.init_error) errs.push(`${w}: init: ${r.init_error}`);
    else if (!r.op) cols.push({ key: r.runtime, title: r.runtime + (r.version ? ' ' + r.version : '') });
    else {
      if (!rows.has(r.op)) rows.set(r.op, { flop: r.flop, bytes: r.bytes });
      rows.get(r.op)[r.runtime] = r;
      if (r.error) errs.push(`${r.runtime}, ${r.op}: ${r.error}`);
    }
  }
  if (p.status !== 0)
    errs.push(
      `${w}: exit ${p.status ?? p.signal} ${(p.stderr ?? '')
        .split('\n')
        .filter((l) => !/artificially/.test(l))
        .slice(-4)
        .join(' | ')
        .slice(0, 300)}`,
    );
}
const CPU = process.env.METRIC === 'cpu'; // cpu time / number of cores: comparable even while other processes run
const ms = (x) => (CPU && x.cpu_ms ? x.cpu_ms / cpus().length : x.ms);
console.log(
  `\nadapter: ${adapter}\n(${CPU ? 'CPU time / cores' : 'median wall'} ms; GFLOP/s, or GB/s for the memory-bound ops; max abs error against float64)\n`,
);
console.log('| op | ' + cols.map((c) => c.title).join(' | ') + ' |\n|---|' + cols.map(() => '---|').join(''));
for (const [op, r] of rows) {
  const heavy = r.flop / r.bytes > 8;
  console.log(
    `| ${op} | ` +
      cols
        .map((c) => {
          const x = r[c.key];
          if (!x) return '-';
          if (x.error) return 'fail';
          const rate = (heavy ? r.flop : r.bytes) / ms(x) / 1e6;
          return `${ms(x).toFixed(ms(x) < 10 ? 2 : 1)} ms, ${rate.toFixed(1)} ${heavy ? 'GF' : 'GB/s'}, e${x.err.toExponential(0)}${x.clean === 0 ? ' *' : ''}`;
        })
        .join(' | ') +
      ' |',
  );
}
if (raw.some((x) => x.clean === 0)) console.log('\n* other processes were busy during every sample: wall time is inflated, use METRIC=cpu');
if (errs.length) console.log('\nfailures:\n' + errs.map((e) => '- ' + e).join('\n'));
if (process.env.JSON) writeFileSync(process.env.JSON, JSON.stringify(raw, null, 1));
