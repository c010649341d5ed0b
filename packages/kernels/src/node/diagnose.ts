/** Why Dawn found no adapter in Node, and what to do about it. */
import { existsSync } from 'node:fs';

export interface NodeSituation {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** The checkout's own SwiftShader was put in place before `webgpu` was loaded. */
  isSoftwareRegistered: boolean;
}

export function diagnoseNode({ platform, env, isSoftwareRegistered }: NodeSituation): string {
  const variable = env['VK_DRIVER_FILES'] !== undefined ? 'VK_DRIVER_FILES' : 'VK_ICD_FILENAMES';
  const chosen = env[variable];
  const missing = chosen?.split(platform === 'win32' ? ';' : ':').filter((file) => file !== '' && !existsSync(file)) ?? [];
  if (missing.length > 0) return `${variable} names a file that does not exist: ${missing.join(', ')}.\n  Correct it, or unset it to use the system's drivers.`;
  if (isSoftwareRegistered) return `The software driver ${chosen} was loaded but offers no adapter: it may be damaged.\n  Delete .cache/vulkan and .cache/vulkan.json and run \`node scripts/bootstrap.mjs\`.`;
  if (chosen !== undefined) return `${variable} allows only ${chosen}, and that driver offers no adapter.\n  Unset it to use the system's drivers.`;
  if (platform !== 'linux') return 'Update the graphics driver of this machine.';
  return [
    'Dawn needs a Vulkan driver (libvulkan.so.1 and an ICD); Mesa before 24 is too old.',
    'Without root: `node scripts/bootstrap.mjs` in the OneGT checkout fetches a software driver (SwiftShader).',
    'As root on Debian 12, faster: apt-get install -t bookworm-backports libvulkan1 mesa-vulkan-drivers',
  ].join('\n  ');
}
