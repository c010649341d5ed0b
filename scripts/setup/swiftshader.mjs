/** SwiftShader (Apache-2.0) and the Vulkan loader: a software driver without root. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTar, unpackCarrier } from './carrier.mjs';

const WANTED = ['libvulkan.so.1', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json'];

export function fetchSwiftShader() {
  unpackCarrier('vulkan', (member, folder) => {
    const files = readTar(member('swiftshader.tar.br'));
    for (const name of WANTED) writeFileSync(join(folder, name), files.get(name), { mode: 0o755 });
  });
}
