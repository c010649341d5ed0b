/** A Chromium with WebGPU for tests: ONEGT_CHROMIUM, else the one that `npm test` fetches, else an installed Chrome. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const FETCHED = fileURLToPath(new URL('../../../../.cache/chromium/chromium', import.meta.url));

/**
 * @param camera - Motion JPEG file that plays as the machine's camera
 * @returns undefined where there is none
 */
export async function launchChromium(camera: string): Promise<Browser | undefined> {
  const executable = process.env.ONEGT_CHROMIUM ?? (existsSync(FETCHED) ? FETCHED : undefined);
  const args = [
    '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', // headless machines have no other
    '--no-sandbox', // the tests' own page only; root and containers have no sandbox
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${camera}`,
    '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ];
  if (executable !== undefined) return chromium.launch({ executablePath: executable, args, env: { ...process.env, LD_LIBRARY_PATH: dirname(executable) } as Record<string, string> });
  return chromium.launch({ channel: 'chrome', args }).catch(() => undefined);
}
