import { describe, expect, it } from 'vitest';
import { searchPasses } from './search.ts';

const rounding = 1e-6;

/** Is a face of this size at this place whole inside an upright region of which it is at least a tenth? */
function isCovered(width: number, height: number, x: number, y: number, size: number): boolean {
  return searchPasses(width, height).some(({ kind, regions }) => kind !== 'desperate' && regions.some((region) =>
    size >= region.size / 10 - rounding && Math.abs(x - region.centerX) <= (region.size - size) / 2 + rounding && Math.abs(y - region.centerY) <= (region.size - size) / 2 + rounding));
}

describe('searchPasses', () => {
  it('starts with the whole picture, padded to a square', () => {
    const [first] = searchPasses(640, 360);
    expect(first.regions).toEqual([{ centerX: 320, centerY: 180, size: 640, rotationRadians: 0 }]);
  });

  it.each([[1024, 1024], [1600, 700], [500, 1900], [333, 1001]])('sees every face of a fortieth to a half of a %i x %i picture whole in some region', (width, height) => {
    const longSide = Math.max(width, height);
    for (const size of [longSide / 40, longSide / 20, longSide / 9, Math.min(width, height, longSide / 2)]) {
      for (let i = 0; i <= 8; i++) {
        for (let j = 0; j <= 8; j++) {
          const x = size / 2 + ((width - size) * i) / 8;
          const y = size / 2 + ((height - size) * j) / 8;
          expect(isCovered(width, height, x, y, size), `face of ${size} at ${x}, ${y}`).toBe(true);
        }
      }
    }
  });

  it('does not enlarge small pictures', () => {
    expect(searchPasses(200, 150).some(({ kind }) => kind === 'tiles')).toBe(false);
  });
});
