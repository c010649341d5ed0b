/**
 * The face detector of @onegt/skeleton on fresh renderings: share of faces found within 45 degrees of yaw, and how far its
 * points are from the true ones. node bench/detector.mjs [--people 60] [--views 4] [--seed 3000] [--heads PACK] [--misses FOLDER]
 * [--prior FILE: the head prior whose detector offsets the skeleton stage takes out; default: that of packages/weights-nano]
 */
import { requestGpu } from '@onegt/kernels/node';
import { AnalyticAnchor } from '@onegt/skeleton';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeJpeg } from '../dist/node/encode.js';
import { judgeSample, loadDetector, summarise } from '../dist/node/evaluate-detector.js';
import { loadHead } from '../dist/node/head.js';
import { inOrder } from '../dist/node/make-shard.js';
import { createNodePictureMaker } from '../dist/node/picture-maker.js';

const { values } = parseArgs({ options: { people: { type: 'string', default: '60' }, views: { type: 'string', default: '4' }, seed: { type: 'string', default: '3000' }, size: { type: 'string', default: '256' }, heads: { type: 'string' }, misses: { type: 'string' }, prior: { type: 'string', default: join(import.meta.dirname, '..', '..', 'weights-nano', 'weights', 'prior.safetensors') } } });
const [people, views, seed, size] = [values.people, values.views, values.seed, values.size].map(Number);
const models = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');

const head = await loadHead(values.heads);
const maker = await createNodePictureMaker(head, { size });
const gpu = await requestGpu({ pollIntervalMs: 1 });
const detector = await loadDetector(gpu, models);
const anchor = await AnalyticAnchor.load(values.prior);
const verdicts = [];
for await (const sample of inOrder(people, 2, (index) => maker.make({ kind: 'pairs', seed, index, size, views }))) {
  const judged = await judgeSample(detector, sample, anchor);
  verdicts.push(...judged);
  if (values.misses !== undefined) {
    mkdirSync(values.misses, { recursive: true });
    for (const { view, isFound, error } of judged) {
      if (isFound && error < 0.06) continue;
      const v = sample.record.views.findIndex(({ name }) => name === view);
      const what = isFound ? `${(100 * error).toFixed(1)}pc` : 'not-found';
      writeFileSync(join(values.misses, `${sample.record.key}-${view}-${what}.jpg`), await encodeJpeg(sample.pictures[v].rgb, size, 95));
    }
  }
}
const percent = (share) => `${(100 * share).toFixed(2)} %`;
const report = summarise(verdicts);
console.log(`${head.name}, ${people} people from seed ${seed}, ${report.pictures} pictures of ${size} pixels within 45 degrees of yaw, ${maker.adapter}`);
console.log(`found ${report.found} = ${percent(report.found / report.pictures)}; distance of the points, as the skeleton stage takes them, over inter-ocular distance: mean ${percent(report.meanError)}, median ${percent(report.medianError)}, below 4 % in ${percent(report.within4Percent)}`);
console.log(`  as the detector gives them, before its known offsets are taken out: mean ${percent(report.meanRawError)}, median ${percent(report.medianRawError)}`);
console.log(`  those without each point's own mean offset: ${percent(report.meanErrorWithoutBias)}; worst points ${report.worstPoints.slice(0, 24).map(({ point, error }) => `${point} ${(100 * error).toFixed(1)}`).join(', ')}`);
for (const [name, { pictures, found, meanError }] of Object.entries(report.byCover)) console.log(`  ${name}: found ${found} of ${pictures}, mean ${percent(meanError)}`);
detector.dispose();
gpu.dispose();
maker.dispose();
