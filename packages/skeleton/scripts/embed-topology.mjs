/** Writes src/topology/data.ts from assets/skeleton600.safetensors: the file itself, as base64. */
import { readFileSync, writeFileSync } from 'node:fs';

const file = readFileSync(new URL('../assets/skeleton600.safetensors', import.meta.url));
const lines = file.toString('base64').match(/.{1,150}/g);
writeFileSync(
  new URL('../src/topology/data.ts', import.meta.url),
  `/** Made by scripts/embed-topology.mjs from assets/skeleton600.safetensors (base64). Do not edit. */\nexport const topologyBase64 =\n  '${lines.join("' +\n  '")}';\n`,
);
