import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { requestGpu } from '@onegt/kernels/node';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { turn } from '../examples/turn.ts';

test('examples/turn: the bundled portrait becomes a drawing of 1176 triangles', async () => {
  const portrait = new URL('../../../apps/demo/assets/astronaut.png', import.meta.url).pathname;
  const { data, info } = await sharp(portrait).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const models = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
  using gpu = await requestGpu();
  const drawing = await turn(gpu, { width: info.width, height: info.height, data }, models, new URL('../../weights-nano/weights', import.meta.url));
  expect(drawing.match(/M/g)?.length).toBe(1176);
  expect(drawing).not.toContain('NaN');
});
