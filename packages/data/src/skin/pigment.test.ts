import { describe, expect, it } from 'vitest';
import { pigmentTable, skinColour, TABLE_HAEMOGLOBIN, TABLE_MELANIN, TABLE_SIZE } from './pigment.ts';

const ordinary = { melanin: 0.3, haemoglobin: 0.35, pheomelanin: 0.1, carotene: 0.3 };
const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;

describe('skinColour', () => {
  it('darkens with melanin, at every amount of blood and in every channel', () => {
    for (const haemoglobin of [0.1, 0.35, 1]) {
      const colours = Array.from({ length: 21 }, (_, i) => skinColour({ ...ordinary, haemoglobin, melanin: i / 20 }));
      for (let i = 1; i < colours.length; i++) for (let k = 0; k < 3; k++) expect(colours[i]![k]!).toBeLessThan(colours[i - 1]![k]!);
    }
  });

  it('spans the lightness of people: from 50 to 3 per cent reflectance', () => {
    expect(luminance(skinColour({ ...ordinary, melanin: 0 }))).toBeGreaterThan(0.45);
    expect(luminance(skinColour({ ...ordinary, melanin: 1 }))).toBeLessThan(0.04);
  });

  it('reddens with blood: green falls faster than red', () => {
    for (const melanin of [0, 0.5, 1]) {
      const [pale, flushed] = [0.2, 0.8].map((haemoglobin) => skinColour({ ...ordinary, melanin, haemoglobin }));
      expect(flushed![0] / flushed![1]).toBeGreaterThan(1.08 * (pale![0] / pale![1]));
    }
  });

  it('has red > green > blue for every pigmentation, as skin has', () => {
    for (const melanin of [0, 0.25, 0.5, 0.75, 1]) {
      for (const haemoglobin of [0.1, 0.5, 1]) {
        for (const carotene of [0, 1]) {
          const [r, g, b] = skinColour({ melanin, haemoglobin, carotene, pheomelanin: 0.1 });
          expect(r).toBeGreaterThan(g);
          expect(g).toBeGreaterThan(b);
        }
      }
    }
  });

  it('turns yellower with carotene and ruddier with pheomelanin', () => {
    const blueness = (changes: object) => {
      const [, g, b] = skinColour({ ...ordinary, ...changes });
      return b / g;
    };
    expect(blueness({ carotene: 1 })).toBeLessThan(blueness({ carotene: 0 }) - 0.05);
    expect(blueness({ melanin: 0.5, pheomelanin: 0.6 })).toBeLessThan(blueness({ melanin: 0.5, pheomelanin: 0 }) - 0.03);
  });
});

it('pigmentTable: interpolated as the baker does, it is within 3 per cent of the model', () => {
  const table = pigmentTable(ordinary);
  const entry = (row: number, column: number, k: number) => table[4 * (row * TABLE_SIZE + column) + k]!;
  for (const melanin of [0.07, 0.33, 0.62, 0.91]) {
    for (const haemoglobin of [0.12, 0.4, 0.77, 1.2]) {
      const [y, x] = [(melanin / TABLE_MELANIN) * (TABLE_SIZE - 1), (haemoglobin / TABLE_HAEMOGLOBIN) * (TABLE_SIZE - 1)];
      const [row, column] = [Math.floor(y), Math.floor(x)];
      skinColour({ ...ordinary, melanin, haemoglobin }).forEach((expected, k) => {
        const low = entry(row, column, k) + (x - column) * (entry(row, column + 1, k) - entry(row, column, k));
        const high = entry(row + 1, column, k) + (x - column) * (entry(row + 1, column + 1, k) - entry(row + 1, column, k));
        expect(Math.abs(Math.exp(low + (y - row) * (high - low)) / expected - 1)).toBeLessThan(0.03);
      });
    }
  }
});
