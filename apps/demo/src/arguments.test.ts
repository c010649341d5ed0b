import { describe, expect, test } from 'vitest';
import { parseExpression, parseInteger, parseNumber } from './arguments.ts';

describe('numbers', () => {
  const yaw = parseNumber('--yaw', { min: -90, max: 90, unit: 'degrees' });

  test('a number inside the range is taken, signs and decimals included', () => {
    expect([yaw('20'), yaw('-7.5'), yaw('+90'), yaw('1e1')]).toEqual([20, -7.5, 90, 10]);
  });

  test.each(['', ' ', 'left', '20deg', '91', 'NaN', 'Infinity'])('"%s" is refused with the range in the message', (text) => {
    expect(() => yaw(text)).toThrow(`--yaw must be a number from -90 to 90 degrees, not "${text}".`);
  });

  test('a whole number refuses a fraction', () => {
    const steps = parseInteger('--steps', { min: 1, max: 100 });
    expect(steps('4')).toBe(4);
    expect(() => steps('1.5')).toThrow('--steps must be a whole number, not "1.5".');
  });
});

describe('expressions', () => {
  test('name=weight pairs, spaces ignored', () => {
    expect(parseExpression('jawOpen=0.6, mouthSmileLeft = 1')).toEqual({ jawOpen: 0.6, mouthSmileLeft: 1 });
  });

  test.each(['jawOpen', 'jawOpen=', '=1', 'jawOpen=1=2', 'jawOpen=wide', 'jawOpen=7', ''])('"%s" is refused', (text) => {
    expect(() => parseExpression(text)).toThrow(/--expression/);
  });
});
