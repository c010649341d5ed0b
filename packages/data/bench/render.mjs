/**
 * How fast samples are made, all looks on, encoded as the shards hold them, and in how much memory.
 * node bench/render.mjs [--kind groups] [--samples 10] [--views 20] [--size 256] [--heads PACK] [--seed 4000]
 * The first sample of each kind compiles pipelines; it is not counted.
 */
import { parseArgs } from 'node:util';
import { encodeSample } from '../dist/node/encode.js';
import { loadHead } from '../dist/node/head.js';
import { inOrder } from '../dist/node/make-shard.js';
import { createNodePictureMaker } from '../dist/node/picture-maker.js';

const { values } = parseArgs({ options: { kind: { type: 'string', default: 'groups' }, samples: { type: 'string', default: '10' }, views: { type: 'string', default: '20' }, size: { type: 'string', default: '256' }, seed: { type: 'string', default: '4000' }, heads: { type: 'string' }, warm: { type: 'string', default: '4' } } });
const [samples, views, size, seed, warm] = [values.samples, values.views, values.size, values.seed, values.warm].map(Number);
const head = await loadHead(values.heads);
const maker = await createNodePictureMaker(head, { size });
let bytes = 0;
const makeOne = async (index) => {
  const sample = await maker.make({ kind: values.kind, seed, index, size, views });
  const { members } = await encodeSample(sample);
  for (const member of members.values()) bytes += member.byteLength;
  return sample.pictures.length;
};
// Other people than those that are measured, with many of the materials that those have.
for await (const _ of inOrder(warm, 3, (i) => makeOne(900000 - seed + i))) ;
bytes = 0;
let pictures = 0;
const cpu = process.cpuUsage();
const started = performance.now();
for await (const count of inOrder(samples, 3, makeOne)) pictures += count;
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(`${values.kind}, ${head.name}, ${size} pixels, ${maker.adapter}: ${(pictures / seconds).toFixed(1)} pictures a second (${pictures} in ${seconds.toFixed(1)} s), ${((user + system) / 1000 / pictures).toFixed(0)} ms of processor time each, ${(bytes / pictures / 1024).toFixed(1)} KiB each, at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB of memory`);
maker.dispose();
