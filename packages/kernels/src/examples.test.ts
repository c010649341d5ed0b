/** The examples run as a reader runs them; what they print is what they promise. */
import { afterEach, expect, it, vi } from 'vitest';

const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
afterEach(() => log.mockClear());
const printed = () => log.mock.calls.map(([line]) => String(line));

it('examples/mlp: two inputs, two results', async () => {
  await import('../examples/mlp.ts');
  expect(printed()).toHaveLength(4);
  const [, first, second] = printed();
  expect(first).toMatch(/^input 10: first row( -?\d+\.\d{3}){3}$/);
  expect(second!.slice(9)).not.toBe(first!.slice(9));
});

it('examples/custom-kernel: squares of what relu leaves', async () => {
  await import('../examples/custom-kernel.ts');
  expect(printed()).toEqual(['0.0 4.0 9.0 16.0']);
});
