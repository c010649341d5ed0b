// How much of the machine did OTHER processes use during a sample? (Linux; elsewhere: always 0.)
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
const NCPU = cpus().length;
const busy = () => {
  try {
    const f = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).slice(1).map(Number);
    return (f[0] + f[1] + f[2] + f[5] + f[6]) * 10;
  } catch {
    return NaN;
  }
};
export function meter() {
  const t = performance.now(),
    b = busy(),
    c = process.cpuUsage();
  return () => {
    const dt = performance.now() - t,
      d = process.cpuUsage(c),
      own = (d.user + d.system) / 1000,
      all = busy() - b;
    return { own, others: Number.isNaN(all) ? 0 : Math.max(0, all - own - 15) / (dt * NCPU) };
  };
}
export async function waitQuiet(maxMs = 15000, limit = 0.06) {
  const t = performance.now();
  while (performance.now() - t < maxMs) {
    const m = meter();
    await new Promise((r) => setTimeout(r, 300));
    if (m().others < limit) return true;
  }
  return false;
}
