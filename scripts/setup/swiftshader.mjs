/**
 * SwiftShader (Apache-2.0) and the Vulkan loader as a package on the npm registry carries them. Only these three files
 * are kept; the package itself (68 MB, a whole browser) is deleted again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { cache } from './paths.mjs';

const CARRIER = '@sparticuz/chromium@147.0.0';
const MEMBER = 'package/bin/swiftshader.tar.br';
const MEMBER_SHA256 = 'f957ea867313f9815b71dc2ed30cce301e01db4f3973fbdb31ffa5391b0ec45a';
const WANTED = ['libvulkan.so.1', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json'];

export const canFetchSwiftShader = () => process.platform === 'linux' && process.arch === 'x64';

export function fetchSwiftShader() {
  const download = mkdtempSync(join(cache, 'download-'));
  try {
    const pack = spawnSync('npm', ['pack', CARRIER, '--pack-destination', download, '--loglevel=error'], { cwd: download, encoding: 'utf8' });
    if (pack.status !== 0) throw new Error(`npm pack ${CARRIER} failed:\n${pack.stderr}`);
    const member = readTar(gunzipSync(readFileSync(join(download, pack.stdout.trim().split('\n').at(-1))))).get(MEMBER);
    const sha256 = createHash('sha256').update(member ?? '').digest('hex');
    if (sha256 !== MEMBER_SHA256) throw new Error(`${CARRIER}: ${MEMBER} has sha256 ${sha256}, expected ${MEMBER_SHA256}.`);

    const driver = join(download, 'vulkan');
    mkdirSync(driver);
    const files = readTar(brotliDecompressSync(member));
    for (const name of WANTED) writeFileSync(join(driver, name), files.get(name), { mode: 0o755 });
    rmSync(join(cache, 'vulkan'), { recursive: true, force: true });
    renameSync(driver, join(cache, 'vulkan'));
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

/** Plain ustar, as npm and the carrier write it: name -> content. */
function readTar(bytes) {
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
