// One runtime, one adapter, all ops: node bench.mjs <runtime> [opFilter]   -> JSON lines on stdout (prefix "@@")
import { OPS } from './lib/ops.mjs';
import { sleep } from './lib/env.mjs';
import { meter, waitQuiet } from './lib/quiet.mjs';
const [which, filter] = process.argv.slice(2);
const REPS = +(process.env.REPS ?? 5),
  TARGET = +(process.env.TARGET_MS ?? 250);
const now = () => performance.now(),
  med = (a) => a.slice().sort((x, y) => x - y)[a.length >> 1];
const emit = (o) => process.stdout.write('@@' + JSON.stringify(o) + '\n');
const limit = (p, ms, what) => Promise.race([p, new Promise((_, j) => setTimeout(() => j(new Error('timeout ' + what)), ms))]);
process.on('unhandledRejection', (e) => process.stderr.write('unhandled: ' + (e?.message ?? e) + '\n'));
let rt,
  noisy = false;
try {
  rt = await import(`./runtimes/${which}.mjs`);
  const info = await rt.init();
  const ad = await navigator.gpu.requestAdapter();
  emit({ runtime: rt.name, version: info?.version, adapter: ad.info.description });
} catch (e) {
  emit({ runtime: which, init_error: String(e?.message ?? e).slice(0, 300) });
  process.exit(0);
}
for (const mk of OPS) {
  const op = mk();
  if (filter && !op.label.includes(filter)) continue;
  const base = { runtime: rt.name, op: op.label, flop: op.flop, bytes: op.bytes };
  try {
    if (!rt[op.op]) continue; // shown as '-'
    const t0 = now();
    const h = await rt[op.op](op.args);
    await h.run();
    const out = await limit(h.read(), 120000, 'read');
    const first = now() - t0;
    if (out.length !== op.size) throw new Error(`output length ${out.length} != ${op.size}`);
    const err = op.check(out);
    let r;
    if (h.measure) r = await h.measure(REPS);
    else {
      // Waiting on a WebGPU promise busy-polls the main thread in dawn.node and steals a core from a software adapter:
      // sleep through ~90% of the expected time first, then wait. Same treatment for every runtime.
      // A sample whose wait returned at once overslept: it is dropped and the sleep shortened.
      const batch = async (n, nap) => {
        const t = now();
        for (let i = 0; i < n; i++) await h.run();
        await rt.flush?.();
        const left = nap * n - (now() - t);
        if (left > 1) await sleep(left);
        const w = now();
        await rt.sync();
        const e = now();
        return { ms: (e - t) / n, overslept: left > 1 && e - w < 0.04 * (e - t) };
      };
      await batch(1, 0);
      let est = (await batch(1, 0)).ms;
      const n = Math.max(1, Math.min(40, Math.ceil(TARGET / est)));
      est = Math.min(est, (await batch(n, 0)).ms);
      // Samples during which other processes used more than QUIET (6%) of the machine are set aside and retried.
      const limit = +(process.env.QUIET ?? 0.06),
        clean = [],
        dirty = [];
      let nap = 0.6 * est;
      for (let i = 0; clean.length < REPS && i < 4 * REPS; i++) {
        if (noisy && dirty.length >= REPS) break;
        if (!noisy && dirty.length && dirty.at(-1).i === i - 1) noisy = !(await waitQuiet(4000, limit));
        const m = meter(),
          x = await batch(n, nap),
          q = m();
        if (x.overslept) {
          nap *= 0.7;
          continue;
        }
        if (q.others > limit) dirty.push({ ms: x.ms, others: q.others, cpu: q.own / n, i });
        else clean.push({ ms: x.ms, cpu: q.own / n });
        nap = 0.85 * Math.min(...clean.map((c) => c.ms), ...dirty.map((c) => c.ms));
      }
      const use =
        clean.length >= Math.min(3, REPS) ? clean : clean.concat(dirty.sort((p, q) => p.others - q.others).slice(0, REPS - clean.length));
      if (!use.length) throw new Error('no valid sample');
      r = {
        ms: med(use.map((c) => c.ms)),
        min: Math.min(...use.map((c) => c.ms)),
        cpu_ms: med(use.map((c) => c.cpu)),
        n,
        clean: clean.length,
      };
    }
    emit({ ...base, ...r, err, first_ms: first });
    h.dispose?.();
  } catch (e) {
    emit({ ...base, error: String(e?.message ?? e).slice(0, 300) });
  }
}
process.exit(0);
