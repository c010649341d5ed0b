/** One picture out of many: rows of square cells, each with a caption under it. */
import type { Image } from '@onegt/skeleton';
import sharp, { type Sharp } from 'sharp';
import { lettering, letteringWidth } from './lettering.ts';

export interface Cell {
  image: Image;
  caption: string;
}

const GAP = 8;
const CAPTION_HEIGHT = 22;
const LETTER_HEIGHT = 9;
const PAPER = '#15171a';
const INK = '#d8dbe0';

/** Cells must share one size; rows may have different lengths and are centred. */
export async function drawSheet(rows: readonly (readonly Cell[])[]): Promise<Image> {
  const cellSize = rows[0]?.[0]?.image.width ?? 0;
  const columns = Math.max(...rows.map((row) => row.length));
  const rowHeight = cellSize + CAPTION_HEIGHT + GAP;
  const width = columns * (cellSize + GAP) + GAP;
  const height = rows.length * rowHeight + GAP;

  const placed = rows.flatMap((row, rowIndex) => {
    const indent = ((columns - row.length) * (cellSize + GAP)) / 2;
    return row.map((cell, column) => ({ cell, left: Math.round(GAP + indent + column * (cellSize + GAP)), top: GAP + rowIndex * rowHeight }));
  });
  const captions = placed.map(({ cell, left, top }) => {
    const x = left + (cellSize - letteringWidth(cell.caption, LETTER_HEIGHT)) / 2;
    return lettering(cell.caption, x, top + cellSize + (CAPTION_HEIGHT - LETTER_HEIGHT) / 2, LETTER_HEIGHT, INK);
  });
  const pictures = placed.map(({ cell: { image }, left, top }) => ({
    input: Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength),
    raw: { width: image.width, height: image.height, channels: 4 as const },
    left,
    top,
  }));
  const text = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${captions.join('')}</svg>`);
  return toImage(sharp({ create: { width, height, channels: 4, background: PAPER } }).composite([...pictures, { input: text, left: 0, top: 0 }]));
}

/** An SVG drawing in the picture's pixel coordinates, laid over the picture. */
export async function drawOver(image: Image, svgContent: string): Promise<Image> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${image.width}" height="${image.height}">${svgContent}</svg>`;
  const base = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 4 } });
  return toImage(base.composite([{ input: Buffer.from(svg), left: 0, top: 0 }]));
}

async function toImage(picture: Sharp): Promise<Image> {
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
