/** `onegt-data render pairs`, but painting ellipses: node ellipse-render.js FOLDER COUNT DELAY_MS [PROCESSES PIDS_FILE]. For tests that kill it. */
import { createSpec } from '../node/dataset.ts';
import { describeError, exitCodeOf } from '../node/errors.ts';
import { renderDataset } from '../node/render-dataset.ts';
import { startProcesses } from '../node/sample-maker.ts';
import { createEllipseMaker, ELLIPSE_HEAD } from './ellipse-maker.ts';

const [folder = '', count = '0', delayMs = '0', processes, pids] = process.argv.slice(2);
const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
await renderDataset({
  folder, count: Number(count), headLicence: ELLIPSE_HEAD.licence, signal: abort.signal,
  spec: createSpec({ kind: 'pairs', seed: 100, size: 16, samplesPerShard: 3, viewsPerSample: 2, head: ELLIPSE_HEAD.name, hasPictures: true }),
  createMaker: () => (processes === undefined ? Promise.resolve(createEllipseMaker({ delayMs: Number(delayMs) })) : startProcesses(Number(processes), new URL('ellipse-process.js', import.meta.url), [JSON.stringify({ delayMs: Number(delayMs), pids })], abort.signal)),
}).catch((error: unknown) => {
  process.stderr.write(`${describeError(error, true)}\n`);
  process.exitCode = exitCodeOf(error);
});
