/**
 * How fast samples are made, all looks on, encoded as the shards hold them, and in how much memory.
 * node bench/render.mjs [--kind groups] [--samples 10] [--views 20] [--size 256] [--heads PACK] [--seed 4000] [--processes as the program]
 * The first samples of a process compile pipelines; `--warm` of them, for each process, are not counted. Memory is the sum of what each process had at most.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { encodeSample } from '../dist/node/encode.js';
import { loadHead } from '../dist/node/head.js';
import { inOrder } from '../dist/node/make-shard.js';
import { createMachineMaker } from '../dist/node/sample-maker.js';
import { parseSample } from '../dist/shards/members.js';

const { values } = parseArgs({ options: { kind: { type: 'string', default: 'groups' }, samples: { type: 'string', default: '10' }, views: { type: 'string', default: '20' }, size: { type: 'string', default: '256' }, seed: { type: 'string', default: '4000' }, heads: { type: 'string' }, warm: { type: 'string', default: '4' }, processes: { type: 'string' } } });
const [samples, views, size, seed, warm] = [values.samples, values.views, values.size, values.seed, values.warm].map(Number);
const head = await loadHead(values.heads);
const maker = await createMachineMaker(head, { size, heads: values.heads, ...(values.processes === undefined ? {} : { processes: Number(values.processes) }) });
let bytes = 0;
const makeOne = async (index) => {
  const { key, members } = await encodeSample(await maker.make({ kind: values.kind, seed, index, size, views }));
  for (const member of members.values()) bytes += member.byteLength;
  return parseSample(key, members).pictures.length; // parsed as a shard's statistics want it
};
// Other people than those that are measured, with many of the materials that those have.
const rendering = Math.max(1, usage().processes - 1);
for await (const _ of inOrder(warm * rendering, maker.concurrency, (i) => makeOne(900000 - seed + i))) ;
bytes = 0;
let pictures = 0;
const before = usage();
const started = performance.now();
for await (const count of inOrder(samples, maker.concurrency, makeOne)) pictures += count;
const seconds = (performance.now() - started) / 1000;
const after = usage();
console.log(`${values.kind}, ${head.name}, ${size} pixels, ${maker.adapter}, ${rendering} process${rendering === 1 ? '' : 'es'}: ${(pictures / seconds).toFixed(1)} pictures a second (${pictures} in ${seconds.toFixed(1)} s), ${((after.cpuMs - before.cpuMs) / pictures).toFixed(0)} ms of processor time each, ${(bytes / pictures / 1024).toFixed(1)} KiB each, at most ${after.mebibytes.toFixed(0)} MiB of memory`);
maker.dispose();

/** Of this process and its children. Node tells nothing of children; Linux does, and elsewhere a real GPU does without them. */
function usage() {
  const { user, system } = process.cpuUsage();
  const sum = { processes: 1, cpuMs: (user + system) / 1000, mebibytes: process.resourceUsage().maxRSS / 1024 };
  for (const child of childrenOf(process.pid)) {
    const [userTicks, systemTicks] = readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number);
    sum.processes++;
    sum.cpuMs += (userTicks + systemTicks) * 10; // of 1/100 s, whatever the kernel
    sum.mebibytes += Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))[1]) / 1024;
  }
  return sum;
}

function childrenOf(pid) {
  const tasks = `/proc/${pid}/task`;
  return existsSync(tasks) ? readdirSync(tasks).flatMap((task) => readFileSync(`${tasks}/${task}/children`, 'utf8').trim().split(' ').filter(Boolean)) : [];
}
