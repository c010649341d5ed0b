/** A worker as `onegt-data work` is one, but painting ellipses: node ellipse-worker.js REDIS QUEUE DELAY_MS STALLED_AFTER_MS */
import { work } from '../queue/work.ts';
import { createEllipseMaker } from './ellipse-maker.ts';

const [redis = '', queue = '', delayMs = '0', stalledAfterMs = '30000'] = process.argv.slice(2);
const abort = new AbortController();
process.once('SIGTERM', () => abort.abort());
try {
  await work({
    redis, queue, signal: abort.signal, untilEmpty: true, stalledAfterMs: Number(stalledAfterMs),
    createMaker: () => Promise.resolve(createEllipseMaker({ delayMs: Number(delayMs) })),
    onShard: ({ file }, wasThere) => process.stdout.write(`${wasThere ? 'there' : 'made'} ${file}\n`),
  });
} catch (error) {
  process.exitCode = abort.signal.aborted ? 130 : 1;
  if (!abort.signal.aborted) process.stderr.write(`${String(error)}\n`);
}
