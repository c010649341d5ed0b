/** A package on the npm registry that carries a headless Chromium with SwiftShader for Linux on x64, each as a compressed member. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { cache } from './paths.mjs';

const CARRIER = '@sparticuz/chromium@147.0.0';
const SHA256 = {
  'swiftshader.tar.br': 'f957ea867313f9815b71dc2ed30cce301e01db4f3973fbdb31ffa5391b0ec45a',
  'chromium.br': '64d813a054f76fc32b8010e305d87e6d7a45aa76ee02d36e66c03c8ca6667e8d',
  'al2023.tar.br': '2e22542d8c66b83194172f4bbbef0a79b80bbeb99d69abf3962d85c1351f478d',
};

export const hasCarrier = () => process.platform === 'linux' && process.arch === 'x64';

/**
 * Makes `.cache/<name>` out of members of the carrier: all of it or nothing. The carrier itself is deleted again.
 *
 * @param write - `(member, folder)`: `member(name)` is the decompressed content of one of the members above
 */
export function unpackCarrier(name, write) {
  const download = mkdtempSync(join(cache, 'download-'));
  try {
    const pack = spawnSync('npm', ['pack', CARRIER, '--pack-destination', download, '--loglevel=error'], { cwd: download, encoding: 'utf8' });
    if (pack.status !== 0) throw new Error(`npm pack ${CARRIER} failed:\n${pack.stderr}`);
    const files = readTar(gunzipSync(readFileSync(join(download, pack.stdout.trim().split('\n').at(-1)))));
    const member = (file) => {
      const content = files.get(`package/bin/${file}`) ?? Buffer.alloc(0);
      const sha256 = createHash('sha256').update(content).digest('hex');
      if (sha256 !== SHA256[file]) throw new Error(`${CARRIER}: ${file} has sha256 ${sha256}, expected ${SHA256[file]}.`);
      return brotliDecompressSync(content);
    };
    const folder = join(download, name);
    mkdirSync(folder);
    write(member, folder);
    rmSync(join(cache, name), { recursive: true, force: true });
    renameSync(folder, join(cache, name));
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

/** Plain ustar, as npm and the carrier write it: name -> content. */
export function readTar(bytes) {
  const text = (start, length) => bytes.toString('latin1', start, start + length).split('\0')[0];
  const files = new Map();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    files.set((prefix ? `${prefix}/` : '') + text(at, 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
