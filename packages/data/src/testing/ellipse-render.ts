/** `onegt-data render pairs`, but painting ellipses: node ellipse-render.js FOLDER COUNT DELAY_MS. For tests that kill it. */
import { createSpec } from '../node/dataset.ts';
import { renderDataset } from '../node/render-dataset.ts';
import { createEllipseMaker, ELLIPSE_HEAD } from './ellipse-maker.ts';

const [folder = '', count = '0', delayMs = '0'] = process.argv.slice(2);
await renderDataset({
  folder, count: Number(count), headLicence: ELLIPSE_HEAD.licence, signal: new AbortController().signal,
  spec: createSpec({ kind: 'pairs', seed: 100, size: 16, samplesPerShard: 3, viewsPerSample: 2, head: ELLIPSE_HEAD.name, hasPictures: true }),
  createMaker: () => Promise.resolve(createEllipseMaker({ delayMs: Number(delayMs) })),
});
