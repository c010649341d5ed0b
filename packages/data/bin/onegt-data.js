#!/usr/bin/env node
import { main } from '../dist/node/cli.js';

const abort = new AbortController();
const stop = () => abort.abort();
process.once('SIGINT', stop).once('SIGTERM', stop);

process.exitCode = await main(
  process.argv.slice(2),
  { out: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text), isInteractive: process.stderr.isTTY === true },
  abort.signal,
);
