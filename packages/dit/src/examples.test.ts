import { requestGpu } from '@onegt/kernels/node';
import { expect, test } from 'vitest';
import { turn } from '../examples/turn.ts';

test('examples/turn: stripes on an ellipsoid move with it, and the corner stays', async () => {
  using gpu = await requestGpu();
  const data = await turn(gpu);
  const stripe = (column: number, channel: number): number => Math.round((Math.sin(column / 8 + channel) * 0.5 + 0.5) * 255);
  expect(Array.from(data.subarray(0, 3))).toEqual([0, 1, 2].map((channel) => stripe(0, channel)));
  // The centre now shows the point that was at sin(20°) of the half width: 31 pixels to the left.
  const centre = data.subarray(4 * (128 * 256 + 128), 4 * (128 * 256 + 128) + 3);
  [0, 1, 2].forEach((channel) => expect(Math.abs(centre[channel]! - stripe(127.5 - 90 * Math.sin(Math.PI / 9) + 0.5, channel))).toBeLessThan(12));
  expect(gpu.memory().liveBytes).toBe(0);
});
