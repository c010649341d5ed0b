/** One person's look as the baker reads it: a struct of vec4, whose layout here and in WGSL comes from one list. */
import { skeletonTopology } from '@onegt/skeleton';
import { DECAL_KINDS, MAX_DECALS } from './decals.ts';
import type { SkinLook } from './look.ts';
import { MARK_KINDS, MAX_MARKS } from './marks.ts';
import { pigmentTable, skinColour, TABLE_HAEMOGLOBIN, TABLE_MELANIN, TABLE_SIZE } from './pigment.ts';
import { type Crease, creasesOf, MAX_CREASE_POINTS, WRINKLE_GROUPS } from './wrinkles.ts';
import { length2 } from '../geometry/length.ts';

/** Bits of a word of the grid. */
const MAX_CREASES = 32;
const VECTORS_PER_CREASE = 2 + MAX_CREASE_POINTS / 2;
/** Cells in the x, y plane that know which creases come near, so that a texel looks at two or three lines instead of thirty. */
const GRID = { left: -8, bottom: -16, cm: 0.75, columns: 22, rows: 36 } as const;

/** Name and number of vec4. */
const FIELDS = {
  offset: 1, base: 1, mottling: 1, redness: 1, redness_2: 1, lips: 1, lips_2: 1, freckles: 1, spots: 1, patches: 1, patches_2: 1, birthmark: 1, birthmark_2: 1,
  shadow: 1, shadow_2: 1, foundation: 1, foundation_colour: 1, blush: 1, blush_2: 1, eye_shadow: 1, eye_outer: 1, eye_shadow_2: 1, eyeliner: 1, eyeliner_2: 1,
  lipstick: 1, lipstick_2: 1, counts: 1, lip_line: 1, lid_corner: 1, nose_tip: 1, nose_wing: 1, nostril: 1, cheek: 1, under_eye: 1, inner_corner: 1, caruncle: 1,
  lip_outline: 20, lid_outline: 16, marks: 2 * MAX_MARKS, decals: 4 * MAX_DECALS, creases: VECTORS_PER_CREASE * MAX_CREASES, crease_grid: Math.ceil((GRID.columns * GRID.rows) / 4), table: TABLE_SIZE * TABLE_SIZE,
} as const;
type Field = keyof typeof FIELDS;

export const lookWgsl = `const GRID_LEFT = ${GRID.left}.0;
const GRID_BOTTOM = ${GRID.bottom}.0;
const GRID_CM = ${GRID.cm};
const GRID_COLUMNS = ${GRID.columns};
const GRID_ROWS = ${GRID.rows};
const TABLE_SIZE = ${TABLE_SIZE}u;
const TABLE_MELANIN = ${TABLE_MELANIN};
const TABLE_HAEMOGLOBIN = ${TABLE_HAEMOGLOBIN};
struct Look {
${Object.entries(FIELDS).map(([name, count]) => `  ${name}: ${count === 1 ? 'vec4f' : `array<${name === 'crease_grid' ? 'vec4u' : 'vec4f'}, ${count}>`},`).join('\n')}
};
`;

/** Outlines by face-mesh landmarks: lips from the right corner along the lower edge; left eye from the outer corner along the lower lid. */
export const LIP_OUTLINE = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185] as const;
export const LEFT_LID_OUTLINE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466] as const;

export function packLook(look: SkinLook): Float32Array {
  const buffer = new Float32Array(4 * Object.values(FIELDS).reduce((sum, count) => sum + count, 0));
  const starts = {} as Record<Field, number>;
  let next = 0;
  for (const [name, count] of Object.entries(FIELDS)) {
    starts[name as Field] = next;
    next += 4 * count;
  }
  const put = (field: Field, values: ArrayLike<number>, index = 0) => buffer.set(values, starts[field] + 4 * index);
  const { pigments, mottling, redness, lips, freckles, ageSpots, vitiligo, birthmark, sunburn, tanLine, texture, shadow, makeup, wrinkles } = look;

  put('offset', look.offset);
  put('base', [pigments.melanin, pigments.haemoglobin, texture.pores, texture.grain]);
  put('mottling', [mottling.melanin, mottling.haemoglobin, mottling.frequency, wrinkles.crepe]);
  put('redness', [redness.nose, redness.cheeks, redness.ears, redness.lids]);
  put('redness_2', [redness.chin, look.darkCircles, look.veins.blue, look.veins.red]);
  put('lips', [lips.melanin, lips.haemoglobin, lips.darkerUpper, lips.dryness]);
  put('lips_2', [lips.moisture, 0, 0, 0]);
  if (freckles) put('freckles', [freckles.strength, freckles.density, freckles.size, freckles.spread]);
  else put('freckles', [0, 0, 1, 0]);
  put('spots', [ageSpots?.strength ?? 0, ageSpots?.density ?? 0, vitiligo?.threshold ?? 2, vitiligo?.symmetry ?? 0]);
  put('patches', [look.melasma, sunburn?.strength ?? 0, sunburn?.goggles ?? 0, tanLine === null ? 0 : tanLine.kind === 'goggles' ? 1 : 2]);
  put('patches_2', [tanLine?.melanin ?? 0, look.pits, texture.oil, texture.sweat]);
  put('birthmark', birthmark ? [...birthmark.centre, birthmark.radius] : [0, 0, 0, 0]);
  put('birthmark_2', [birthmark?.haemoglobin ?? 0, birthmark?.melanin ?? 0, 1 - texture.roughness, 0]);
  if (shadow) put('shadow', [...shadow.colour, shadow.strength]);
  put('shadow_2', [shadow?.line ?? 0, 0, 0, 0]);
  put('foundation', [makeup.foundation, makeup.concealer, makeup.contour, makeup.highlight]);
  put('foundation_colour', skinColour(pigments));
  if (makeup.blush) {
    put('blush', [...makeup.blush.colour, makeup.blush.strength]);
    put('blush_2', [makeup.blush.lift, 0, 0, 0]);
  }
  if (makeup.eyeShadow) {
    const { colour, outer, strength, reach, glitter, lower } = makeup.eyeShadow;
    put('eye_shadow', [...colour, strength]);
    put('eye_outer', [...outer, reach]);
    put('eye_shadow_2', [glitter, lower, 0, 0]);
  }
  if (makeup.eyeliner) {
    const { colour, strength, width, wing, lower } = makeup.eyeliner;
    put('eyeliner', [...colour, strength]);
    put('eyeliner_2', [width, wing, lower, 0]);
  }
  if (makeup.lipstick) {
    const { colour, strength, gloss, overline, liner, ombre } = makeup.lipstick;
    put('lipstick', [...colour, strength]);
    put('lipstick_2', [gloss, overline, liner, ombre]);
  }
  putAnchors(put);

  const creases = creasesOf(wrinkles).slice(0, MAX_CREASES);
  put('counts', [Math.min(look.marks.length, MAX_MARKS), Math.min(look.decals.length, MAX_DECALS), creases.length, 0]);
  look.marks.slice(0, MAX_MARKS).forEach(({ kind, centre, radius, length, angleRadians, strength }, i) => {
    put('marks', [...centre, radius], 2 * i);
    put('marks', [MARK_KINDS.indexOf(kind), length, angleRadians, strength], 2 * i + 1);
  });
  look.decals.slice(0, MAX_DECALS).forEach(({ kind, centre, radius, angleRadians, colour, opacity, outline, isMirrored }, i) => {
    put('decals', [...centre, radius], 4 * i);
    put('decals', [DECAL_KINDS.indexOf(kind), angleRadians, outline, isMirrored ? 1 : 0], 4 * i + 1);
    put('decals', [...colour, opacity], 4 * i + 2);
    const facing = length2(centre[0], Math.max(centre[2], 0.5));
    // Horizontal, along the surface; what covers half a face faces forward.
    put('decals', radius > 6 ? [1, 0, 0, 0] : [Math.max(centre[2], 0.5) / facing, 0, -centre[0] / facing, 0], 4 * i + 3);
  });
  creases.forEach(({ group, points, width, depth, isMirrored }, i) => {
    const first = VECTORS_PER_CREASE * i;
    put('creases', [WRINKLE_GROUPS.indexOf(group), width, depth, isMirrored ? 1 : 0], first);
    put('creases', [points.length, 0, 0, 0], first + 1);
    put('creases', points.flat(), first + 2);
  });
  new Uint32Array(buffer.buffer).set(creaseGrid(creases), starts.crease_grid);
  put('table', pigmentTable(pigments));
  return buffer;
}

/** `[rows, columns]` a bit for every crease that reaches into the cell. */
function creaseGrid(creases: readonly Crease[]): Uint32Array {
  const grid = new Uint32Array(GRID.columns * GRID.rows);
  for (let crease = 0; crease < creases.length; crease++) {
    const { points, width, isMirrored } = creases[crease]!;
    const reach = 3 * width + WANDER + 0.71 * GRID.cm;
    for (let k = 1; k < points.length; k++) {
      const a = points[k - 1]!, b = points[k]!;
      markNear(grid, 1 << crease, reach, a[0], a[1], b[0], b[1]);
      if (isMirrored) markNear(grid, 1 << crease, reach, -a[0], a[1], -b[0], b[1]);
    }
  }
  return grid;
}

/** Sets a bit in the cells that a segment comes near. */
function markNear(grid: Uint32Array, bit: number, reach: number, ax: number, ay: number, bx: number, by: number): void {
  const x0 = cellAt(Math.min(ax, bx) - reach, GRID.left, GRID.columns), x1 = cellAt(Math.max(ax, bx) + reach, GRID.left, GRID.columns);
  const y0 = cellAt(Math.min(ay, by) - reach, GRID.bottom, GRID.rows), y1 = cellAt(Math.max(ay, by) + reach, GRID.bottom, GRID.rows);
  for (let row = y0; row <= y1; row++) {
    for (let column = x0; column <= x1; column++) {
      const px = GRID.left + (column + 0.5) * GRID.cm - ax, py = GRID.bottom + (row + 0.5) * GRID.cm - ay;
      const t = Math.max(0, Math.min(1, (px * (bx - ax) + py * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
      if (length2(px - t * (bx - ax), py - t * (by - ay)) < reach) grid[row * GRID.columns + column]! |= bit;
    }
  }
}

const cellAt = (value: number, origin: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor((value - origin) / GRID.cm)));

/** How far noise moves a line at most, cm. */
const WANDER = 0.25;

/** Where features are on the standard head, from its landmarks; sided ones on the subject's left. */
function putAnchors(put: (field: Field, values: ArrayLike<number>, index?: number) => void): void {
  const mean = skeletonTopology().meanHead;
  const at = (...landmarks: number[]) => [0, 1, 2].map((k) => landmarks.reduce((sum, i) => sum + mean[3 * i + k]!, 0) / landmarks.length);
  LIP_OUTLINE.forEach((landmark, i) => put('lip_outline', at(landmark), i));
  LEFT_LID_OUTLINE.forEach((landmark, i) => put('lid_outline', at(landmark), i));
  const [parting, corner] = [at(13, 14), at(308)];
  put('lip_line', [parting[1]!, (parting[1]! - corner[1]!) / corner[0]! ** 2, 0, 0]);
  const [inner, outer] = [at(362), at(263)];
  put('lid_corner', [inner[0]!, inner[1]!, outer[0]!, outer[1]!]);
  put('nose_tip', at(1));
  put('nose_wing', at(358, 279));
  const septum = at(2);
  put('nostril', [0.72, septum[1]! + 0.98, septum[2]! - 1.2]);   // the middle of the cavity
  put('cheek', at(280, 266));
  put('under_eye', at(450, 253));
  put('inner_corner', at(362, 464));
  put('caruncle', [inner[0]! + 0.08, inner[1]!, inner[2]!]);
}
