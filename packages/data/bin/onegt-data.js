#!/usr/bin/env node
import v8 from 'node:v8';

// Pictures and meshes are large and short-lived: with room for the young, a tenth less processor time goes to collecting them.
v8.setFlagsFromString('--max-semi-space-size=64');
v8.setFlagsFromString('--min-semi-space-size=32');

const { main } = await import('../dist/node/cli.js');

const abort = new AbortController();
const stop = () => abort.abort();
process.once('SIGINT', stop).once('SIGTERM', stop);

process.exitCode = await main(
  process.argv.slice(2),
  { out: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text), isInteractive: process.stderr.isTTY === true },
  abort.signal,
);
