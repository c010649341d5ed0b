import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import { poseHead } from '../heads/pose.ts';
import { loadHead } from './head.ts';
import { loadHeadPack, saveHeadPack } from './head-pack.ts';

test('a head that is packed and read again is the same head', async () => {
  const head = await loadBuiltInHead();
  const folder = await mkdtemp(join(tmpdir(), 'onegt-head-'));
  try {
    await writeFile(join(folder, 'head.safetensors'), saveHeadPack(head));
    const again = await loadHead(join(folder, 'head.safetensors'));
    for (const key of ['name', 'licence', 'numIdentityModes', 'expressionNames', 'neutral', 'renderSource', 'triangles', 'parts', 'uv', 'canonical', 'eyes', 'skeletonVertex', 'skeletonWeight'] as const) expect(again[key]).toEqual(head[key]);
    const [before, after] = [head, again].map((model) => poseHead(model, [1, -1, 0.5], { jawOpen: 0.7, eyeBlinkLeft: 1 }).points) as [Float32Array, Float32Array];
    expect(Math.max(...after.map((value, i) => Math.abs(value - before[i]!)))).toBeLessThan(0.005); // cm; modes are f16
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('other files are another kind of pack, or none', async () => {
  const { serializeSafetensors } = await import('@onegt/kernels');
  expect(loadHeadPack(serializeSafetensors({ a: { shape: [1], data: new Float32Array(1) } }))).toBeUndefined();
  expect(() => loadHeadPack(new TextEncoder().encode('not a pack at all'))).toThrow('This is no head pack');
});
