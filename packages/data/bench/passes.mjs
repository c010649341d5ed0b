/**
 * Where the time of one picture goes: node bench/passes.mjs [--person 5] [--pictures 15] [--size 256] [--heads PACK]
 * Prints the shortest time of each pass, and for whole pictures the processor time of the adapter's threads (on a software
 * adapter that is the picture; it holds on a busy machine too) and of the program's own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createBackground, createFigures, createHeadPoser, createRandom, LightProbe, sampleIdentity, sampleLooks, sampleSettingLook, sampleTraits, SceneRenderer } from '@onegt/data';
import { requestGpu } from '@onegt/kernels/node';
import { createCamera, viewOf } from '@onegt/skeleton';
import { loadHead } from '../dist/node/head.js';

const { values } = parseArgs({ options: { person: { type: 'string', default: '5' }, pictures: { type: 'string', default: '15' }, size: { type: 'string', default: '256' }, heads: { type: 'string' } } });
const [seed, pictures, size] = [values.person, values.pictures, values.size].map(Number);
const gpu = await requestGpu({ pollIntervalMs: 1 }); // as the program does
const renderer = await SceneRenderer.create(gpu, { size });
const probe = new LightProbe(gpu);
const model = await loadHead(values.heads);
const traits = sampleTraits(createRandom(seed, 'traits'));
const head = createHeadPoser(model, sampleIdentity(createRandom(seed, 'identity'), model.numIdentityModes)).pose({});
const figures = createFigures(gpu, sampleLooks(seed, traits), head, traits);
const drawables = figures.flatMap((figure) => figure.drawables);
const look = sampleSettingLook(createRandom(seed, 'setting'), 'camera');
const { lighting, background } = await probe.measure(createBackground(look.background), look.frame);
// In the camera's frame the light moves with every view: shadows are drawn anew. In the world's they are kept.
const request = (i, frame) => ({ view: viewOf(createCamera({ yaw: 0.02 * i })), drawables, lighting: { ...lighting, frame }, background, photo: look.photo, seed });

console.log(`${gpu.info.description}, ${size} pixels: ${drawables.map(({ label, mesh }) => `${label} ${mesh.triangles.length / 3}`).join(', ')} triangles`);
const best = new Map();
for (let i = 0; i < pictures; i++) {
  const { passes } = await renderer.profile(request(i, 'camera'));
  for (const { label, ms } of passes) best.set(label, Math.min(best.get(label) ?? Infinity, ms));
}
for (const [label, ms] of best) console.log(`${label.padEnd(36)} ${ms.toFixed(2).padStart(7)} ms`);

/** Milliseconds that threads have run: the program's first one, and all others. */
function threadTimes() {
  const times = { program: 0, adapter: 0 };
  for (const task of readdirSync('/proc/self/task')) {
    const ms = Number(readFileSync(`/proc/self/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    times[task === String(process.pid) ? 'program' : 'adapter'] += ms;
  }
  return times;
}
for (const frame of ['world', 'camera']) {
  await renderer.render(request(0, frame));
  const before = threadTimes();
  const started = performance.now();
  const pending = [];
  for (let i = 0; i < pictures; i++) pending.push((await renderer.submit(request(i, frame))).result);
  await Promise.all(pending);
  const seconds = (performance.now() - started) / 1000;
  const after = threadTimes();
  console.log(`light in the ${frame}: ${(pictures / seconds).toFixed(1)} pictures a second; per picture ${((after.adapter - before.adapter) / pictures).toFixed(1)} ms of the adapter's threads, ${((after.program - before.program) / pictures).toFixed(1)} ms of the program's`);
}
for (const figure of figures) figure[Symbol.dispose]();
renderer.dispose();
probe.dispose();
gpu.dispose();
