import { describe, expect, it } from 'vitest';
import { InvalidImageError } from './errors.ts';
import { checkImage } from './image.ts';

const messageOf = (width: number, height: number, data = new Uint8Array(4)): string => {
  try {
    checkImage({ width, height, data });
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidImageError);
    return (error as Error).message;
  }
  return 'accepted';
};

describe('checkImage', () => {
  it('accepts RGBA of the right length', () => {
    expect(messageOf(1, 1)).toBe('accepted');
  });

  it('says that sizes must be positive integers', () => {
    expect(messageOf(0, 10)).toMatchInlineSnapshot(`
      "The picture's size is 0 x 10.
        Width and height must be positive integers."
    `);
  });

  it('compares the amount of data with the size', () => {
    expect(messageOf(2, 2, new Uint8Array(12))).toMatchInlineSnapshot(`
      "A picture of 2 x 2 has 16 bytes of RGBA, but its data has 12.
        Pass four bytes a pixel (add an alpha channel to RGB data), without padding between rows."
    `);
  });

  it('refuses more than 64 Mpx before it looks at the data', () => {
    expect(messageOf(20000, 20000)).toMatchInlineSnapshot(`
      "The picture has 20000 x 20000 pixels (381.5 Mpx), more than the 64 Mpx that are accepted.
        Scale it down first: a face needs no more than some hundred pixels."
    `);
  });
});
