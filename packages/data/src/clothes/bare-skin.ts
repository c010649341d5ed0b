/** Skin below the end of the head mesh: shoulders and chest that a garment leaves bare. */
import type { Drawable } from '../render/drawable.ts';
import { type Pigments, skinColour } from '../skin/pigment.ts';
import { type GridPoint, MeshBuilder } from '../accessories/geometry/mesh-builder.ts';
import { lerp, smoothstep } from '../accessories/geometry/vector.ts';
import { type Drape, POLAR_LAST } from './body.ts';
import type { Worn } from './garment.ts';

const COLUMNS = 72, ROWS = 14;
/** The sheet begins this far inside of the mesh, radians, and lies below it there, cm. */
const OVERLAP = 0.16, BELOW = 0.12;

const skinWgsl = /* wgsl */ `
// 0 = colour, seed; 1 = scatter
fn evaluate(surface: Surface) -> Shading {
  var s = default_shading(surface);
  let at = surface.position + parameters[0].w;
  let blotch = noise3(at * 0.45) * 0.6 + noise3(at * 1.7) * 0.4;
  s.albedo = parameters[0].rgb * (1.0 + vec3f(0.03, 0.06, 0.06) * blotch);
  let grain = noise3_gradient(at * 6.0);
  s.normal = bumped(surface.normal, grain.xyz * 0.05 * detail_weight(surface, 0.3));
  s.roughness = 0.52;
  s.roughness_2 = 0.32;
  s.lobe_mix = 0.2;
  s.specular = 0.028;
  s.subsurface = parameters[1].rgb;
  return s;
}
`;

/** Null when cloth covers the end of the head mesh all around. */
export function bareSkin(skin: Drape, garments: readonly Worn[], pigments: Pigments, seed: number): Drawable | null {
  const { body } = skin;
  const borders = Array.from({ length: COLUMNS }, (_, j) => borderAt(body.border, azimuthOf(j)));
  const edges = Array.from({ length: COLUMNS }, (_, j) => clothEdge(garments, azimuthOf(j)));
  if (edges.every((edge, j) => edge < borders[j]! - OVERLAP * 0.6)) return null;
  const builder = new MeshBuilder();
  builder.grid(ROWS, COLUMNS, pointOfSkin, { closedColumns: true, flip: true }, { skin, borders, edges });
  const scatter = 1 - 0.55 * pigments.melanin;
  return {
    label: 'clothes/skin', mesh: builder.finish(), region: 'body',
    material: { label: 'wear/skin', wgsl: skinWgsl, parameters: Float32Array.from([...skinColour(pigments), seed, 0.85 * scatter, 0.42 * scatter, 0.26 * scatter, 0]), doubleSided: true },
  };
}

const azimuthOf = (column: number): number => -Math.PI + (2 * Math.PI * column) / COLUMNS;

/** Where cloth begins. */
function clothEdge(garments: readonly Worn[], azimuth: number): number {
  let first = POLAR_LAST;
  for (const worn of garments) first = Math.min(first, worn.edge(azimuth));
  return first;
}

interface Bare { skin: Drape; borders: readonly number[]; edges: readonly number[] }

function pointOfSkin(i: number, j: number, { skin, borders, edges }: Bare): GridPoint {
  const c = j % COLUMNS, start = borders[c]! - OVERLAP, end = Math.max(start + 0.05, edges[c]! + 0.12);
  const polar = lerp(start, end, i / (ROWS - 1));
  return { position: skin.point(azimuthOf(c), polar, -BELOW * (1 - smoothstep(borders[c]! - 0.02, borders[c]! + 0.1, polar))) };
}

function borderAt(border: Float32Array, azimuth: number): number {
  const x = (((azimuth + Math.PI) / (2 * Math.PI)) * border.length + border.length) % border.length, i = Math.floor(x) % border.length;
  return lerp(border[i]!, border[(i + 1) % border.length]!, x - Math.floor(x));
}
