import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { diagnoseNode } from './diagnose.ts';

const here = fileURLToPath(import.meta.url);
const linux = { platform: 'linux', env: {}, isSoftwareRegistered: false } as const;

it('no adapter: an ICD file that does not exist', () => {
  expect(diagnoseNode({ ...linux, env: { VK_ICD_FILENAMES: `${here}:/nowhere/lvp_icd.json` } })).toMatchInlineSnapshot(`
    "VK_ICD_FILENAMES names a file that does not exist: /nowhere/lvp_icd.json.
      Correct it, or unset it to use the system's drivers."
  `);
});

it('no adapter: VK_DRIVER_FILES wins over VK_ICD_FILENAMES, as in the Vulkan loader', () => {
  expect(diagnoseNode({ ...linux, env: { VK_ICD_FILENAMES: '/a.json', VK_DRIVER_FILES: '/b.json' } })).toContain('VK_DRIVER_FILES names a file that does not exist: /b.json');
});

it('no adapter: the driver that the variable allows, or the one that was unpacked, offers none', () => {
  expect(diagnoseNode({ ...linux, env: { VK_ICD_FILENAMES: here } })).toContain(`VK_ICD_FILENAMES allows only ${here}`);
  expect(diagnoseNode({ ...linux, env: { VK_ICD_FILENAMES: here }, isSoftwareRegistered: true })).toContain('Delete .cache/vulkan');
});

it('no adapter: no driver at all', () => {
  expect(diagnoseNode(linux)).toMatchInlineSnapshot(`
    "Dawn needs a Vulkan driver (libvulkan.so.1 and an ICD); Mesa before 24 is too old.
      Without root: \`node scripts/bootstrap.mjs\` in the OneGT checkout fetches a software driver (SwiftShader).
      As root on Debian 12, faster: apt-get install -t bookworm-backports libvulkan1 mesa-vulkan-drivers"
  `);
  expect(diagnoseNode({ ...linux, platform: 'darwin' })).toBe('Update the graphics driver of this machine.');
});
