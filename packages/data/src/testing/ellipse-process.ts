/** A process as those that render, but painting ellipses: ellipse-process.js OPTIONS, as JSON */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { serveSamples } from '../node/processes/serve-samples.ts';
import { createEllipseMaker } from './ellipse-maker.ts';
import { MAKER_ERRORS } from './maker-errors.ts';

export interface EllipseProcessOptions {
  delayMs?: number;
  /** A file: its process id is added at the start. */
  pids?: string;
  /** Throw at this sample, or when the maker is created. */
  failAt?: number | 'start';
  error?: keyof typeof MAKER_ERRORS;
  /** Be killed at this sample. */
  dieAt?: number;
  /** A file: who dies writes it, and nobody dies when it is there. */
  death?: string;
}

const { delayMs = 0, pids, failAt, error = 'bug', dieAt, death } = JSON.parse(process.argv[2] ?? '{}') as EllipseProcessOptions;
if (pids !== undefined) appendFileSync(pids, `${process.pid}\n`);
const beforeSample = (index: number) => {
  if (index === failAt) throw MAKER_ERRORS[error]();
  if (index !== dieAt || (death !== undefined && existsSync(death))) return;
  if (death !== undefined) writeFileSync(death, '');
  process.kill(process.pid, 'SIGKILL');
};
await serveSamples(() => {
  if (failAt === 'start') throw MAKER_ERRORS[error]();
  return Promise.resolve(createEllipseMaker({ delayMs, beforeSample }));
});
