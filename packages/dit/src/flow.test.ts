import { describe, expect, test } from 'vitest';
import { flowSteps, gaussianNoise } from './flow.ts';
import { parseConfig } from './weights.ts';

const plain = { temperature: 1, startTime: 0 };

describe('flowSteps', () => {
  test('one step goes from zeros to the answer and uses no noise', () => {
    expect(flowSteps(1, plain)).toEqual([{ time: 0, stepSize: 1, latent: 'zeros', base: 'zeros', noiseScale: 0 }]);
  });

  test('four steps start from noise and are spread evenly', () => {
    const steps = flowSteps(4, { ...plain, temperature: 0.5 });
    expect(steps.map(({ time, stepSize }) => [time, stepSize])).toEqual([[0, 0.25], [0.25, 0.25], [0.5, 0.25], [0.75, 0.25]]);
    expect(steps.map(({ latent, base, noiseScale }) => [latent, base, noiseScale])).toEqual([['noise', 'noise', 0.5], ...Array(3).fill(['previous', 'previous', 0])]);
  });

  test('with a start time the first step is the regression, mixed with noise to that time', () => {
    const [first, ...rest] = flowSteps(3, { temperature: 1, startTime: 0.5 });
    expect(first).toEqual({ time: 0, stepSize: 0.5, latent: 'zeros', base: 'noise', noiseScale: 0.5 });
    expect(rest.map(({ time, stepSize }) => [time, stepSize])).toEqual([[0.5, 0.25], [0.75, 0.25]]);
  });

  test.each([0, 1.5, -1, NaN, 101])('%s steps are refused', (steps) => {
    expect(() => flowSteps(steps, plain)).toThrow(/steps is .*: a whole number from 1 to 100/);
  });
});

describe('gaussianNoise', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    expect(gaussianNoise(7, 100)).toEqual(gaussianNoise(7, 100));
    expect(gaussianNoise(7, 100)).not.toEqual(gaussianNoise(8, 100));
    expect(gaussianNoise(7, 101).subarray(0, 100)).toEqual(gaussianNoise(7, 100));
  });

  test('the numbers of a seed never change', () => {
    expect(Array.from(gaussianNoise(1, 4))).toMatchInlineSnapshot(`
      [
        -2.1849637031555176,
        -0.08512978255748749,
        -0.4854024052619934,
        0.03895337134599686,
      ]
    `);
  });

  test('mean 0, variance 1, normal tails', () => {
    const noise = gaussianNoise(3, 200_000);
    const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length;
    const variance = noise.reduce((sum, x) => sum + x * x, 0) / noise.length;
    const beyondTwo = noise.filter((x) => Math.abs(x) > 2).length / noise.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.002);
  });

  test('a fractional seed is refused', () => {
    expect(() => gaussianNoise(0.5, 2)).toThrow(/seed is 0.5/);
  });
});

describe('parseConfig', () => {
  const dit = { width: 256, layers: 6, heads: 4, hidden: 512, canonical_heads: 2, reference_attends: 'self' };

  test('names are those of PyTorch, the flow has defaults', () => {
    expect(parseConfig({ dit })).toEqual({
      dit: { width: 256, layers: 6, heads: 4, hidden: 512, canonicalHeads: 2, referenceAttends: 'self' },
      flow: { temperature: 1, startTime: 0 },
    });
    expect(parseConfig({ dit: { ...dit, temperature: 0.8, start: 0.3 } }).flow).toEqual({ temperature: 0.8, startTime: 0.3 });
  });

  test('what is wrong is named', () => {
    expect(() => parseConfig({ format: 2, dit })).toThrowErrorMatchingInlineSnapshot(`[WeightsError: config.json has format 2, this version reads format 1. Update @onegt/dit.]`);
    expect(() => parseConfig({})).toThrowErrorMatchingInlineSnapshot(`[WeightsError: config.json has no section "dit".]`);
    expect(() => parseConfig({ dit: { ...dit, layers: '6' } })).toThrowErrorMatchingInlineSnapshot(`[WeightsError: config.json: dit.layers is "6", a whole number is needed.]`);
    expect(() => parseConfig({ dit: { ...dit, heads: 3 } })).toThrowErrorMatchingInlineSnapshot(`[WeightsError: config.json: dit.width is 256, but 3 heads of 64 make 192.]`);
    expect(() => parseConfig({ dit: { ...dit, start: 1 } })).toThrowErrorMatchingInlineSnapshot(`[WeightsError: config.json: dit.temperature is 1 and must not be negative; dit.start is 1 and must be at least 0 and below 1.]`);
  });
});
