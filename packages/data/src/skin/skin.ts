/**
 * Everything of a head that is not an eye, as drawables: skin with a painted atlas; mouth, gums, tongue, teeth and eye
 * sockets in one procedural material. Follows the expression: meshes by the posed head, creases and blood by parameters.
 */
import type { Gpu } from '@onegt/kernels';
import type { ExpressionWeights } from '@onegt/skeleton';
import { type HeadModel, type Part, PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { type Drawable, type Figure, type Mesh, type Region, REGIONS } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { atlasOf } from './atlas.ts';
import { SkinCanvas, type SkinCanvases } from './canvas.ts';
import type { SkinLook } from './look.ts';
import { mouthParameters } from './mouth.ts';
import { mouthMaterialWgsl, skinMaterialWgsl } from './skin-material.wgsl.ts';
import { skinColour } from './pigment.ts';
import { wrinkleWeights } from './wrinkles.ts';

/** Texels of the atlas: two to a pixel of a 256² picture of the ICT head. */
const ATLAS_TEXELS = 512 * 512;
const FIRST_CREASE_PARAMETER = 4;

export interface SkinOptions {
  texels?: number;
  /** Borrowed: where canvases come from and go back to. Left out: the figure makes its own and frees it. */
  canvases?: SkinCanvases;
}

/** @param head - the person at rest. The caller owns the figure: `dispose` gives its canvas back. */
export function createSkin(gpu: Gpu, look: SkinLook, head: PosedHead, _traits: Traits, { texels = ATLAS_TEXELS, canvases }: SkinOptions = {}): Figure {
  const { model } = head;
  const atlas = atlasOf(model, texels);
  const canvas = canvases?.take(gpu, atlas, look) ?? new SkinCanvas(gpu, atlas, look);
  const { skin, mouth } = topologyOf(model);
  const skinMesh = createMesh(skin, head);
  const mouthMesh = createMesh(mouth, head);

  const parameters = new Float32Array(4 * (FIRST_CREASE_PARAMETER + 12));
  parameters.set([atlas.texelCm, 0, atlas.width, atlas.height]);
  // Melanin above the dermis swallows light that has travelled: dark skin scatters less far, red always farthest.
  const scatter = 1 - 0.55 * look.pigments.melanin;
  parameters.set([0.85 * scatter, 0.42 * scatter, 0.26 * scatter], 4);
  setExpression(parameters, look, head.expression);

  const socket = skinColour({ ...look.pigments, haemoglobin: 0.9 });
  const drawables: Drawable[] = [
    { label: 'skin', mesh: skinMesh, region: skin.region, material: { label: 'skin', wgsl: skinMaterialWgsl, parameters, texels: canvas.texels } },
  ];
  const inside = mouthParameters(look.mouth, socket);
  setOpening(inside, head);
  if (mouth.triangles.length > 0) drawables.push({ label: 'mouth', mesh: mouthMesh, region: mouth.region, castsShadow: false, material: { label: 'mouth', wgsl: mouthMaterialWgsl, parameters: inside } });
  return {
    drawables,
    pose(posed) {
      follow(skinMesh, skin.source, posed);
      follow(mouthMesh, mouth.source, posed);
      setExpression(parameters, look, posed.expression);
      setOpening(inside, posed);
    },
    [Symbol.dispose]() {
      if (canvases === undefined) canvas[Symbol.dispose]();
      else canvases.give(canvas);
    },
  };
}

const regionOf = (part: Part): Region => (part === 'teeth' ? 'teeth' : part === 'socket' ? 'eye' : 'mouth');

/** Creases deepen with the muscles that make them; cheeks that are pushed up or blown out redden a little. */
function setExpression(parameters: Float32Array, look: SkinLook, expression: ExpressionWeights): void {
  const weights = wrinkleWeights(look.wrinkles, expression);
  for (let g = 0; g < weights.length / 2; g++) parameters.set([weights[2 * g]!, weights[2 * g + 1]!, 0, 0], 4 * (FIRST_CREASE_PARAMETER + g));
  const smile = ((expression.mouthSmileLeft ?? 0) + (expression.mouthSmileRight ?? 0)) / 2;
  const pushed = ((expression.cheekSquintLeft ?? 0) + (expression.cheekSquintRight ?? 0)) / 2;
  parameters[1] = Math.min(1, 0.25 * smile + 0.2 * pushed + 0.45 * (expression.cheekPuff ?? 0));
}

/** Distance of the lips at their middle (face-mesh points 13 and 14), cm. */
function setOpening(parameters: Float32Array, { points }: PosedHead): void {
  parameters[4 * 3 + 3] = Math.max(0, points[3 * 13 + 1]! - points[3 * 14 + 1]!);
}

/** From under the chin along the jaw to the nape, in the side view of the standard head: (z, y), below is body. */
const JAW_LINE = [[12, -8.9], [8.2, -8.6], [4, -5.9], [0, -4.2], [-4, -4.6], [-12, -6]] as const;

function isBody(model: HeadModel, triangle: number): boolean {
  let [y, z] = [0, 0];
  for (let k = 0; k < 3; k++) {
    const r = model.triangles[3 * triangle + k]!;
    y += model.canonical[3 * r + 1]! / 3;
    z += model.canonical[3 * r + 2]! / 3;
  }
  const i = Math.max(1, JAW_LINE.findIndex(([at]) => at <= z));
  const [a, b] = [JAW_LINE[i - 1]!, JAW_LINE[i]!];
  return y < a[1] + ((z - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
}

/** What the drawables of a model share, whoever it is. */
interface PartTopology {
  /** Render vertex of the model for each vertex. */
  source: Uint32Array;
  triangles: Uint32Array;
  uv: Float32Array;
  extra: Float32Array;
  region: Uint8Array;
}

const topologies = new WeakMap<HeadModel, { skin: PartTopology; mouth: PartTopology }>();

function topologyOf(model: HeadModel): { skin: PartTopology; mouth: PartTopology } {
  let both = topologies.get(model);
  if (both === undefined) {
    both = {
      skin: partTopology(model, ['skin'], (t) => (isBody(model, t) ? 'body' : 'face')),
      mouth: partTopology(model, ['mouth', 'gums', 'tongue', 'teeth', 'socket'], (t) => regionOf(PARTS[model.parts[t]!]!)),
    };
    topologies.set(model, both);
  }
  return both;
}

/** Some parts of a head as a mesh of their own. `extra` is the canonical position and the part. */
function partTopology(model: HeadModel, parts: readonly Part[], region: (triangle: number) => Region): PartTopology {
  const wanted = new Set(parts.map((part) => PARTS.indexOf(part)));
  const vertexOf = new Map<number, number>();
  const source: number[] = [];
  const triangles: number[] = [];
  const regions: number[] = [];
  const uv: number[] = [];
  const extra: number[] = [];
  for (let t = 0; t < model.parts.length; t++) {
    const part = model.parts[t]!;
    if (!wanted.has(part)) continue;
    regions.push(REGIONS.indexOf(region(t)));
    for (let k = 0; k < 3; k++) {
      const r = model.triangles[3 * t + k]!;
      const key = r * PARTS.length + part;
      let vertex = vertexOf.get(key);
      if (vertex === undefined) {
        vertexOf.set(key, (vertex = source.length));
        source.push(r);
        uv.push(model.uv[2 * r]!, model.uv[2 * r + 1]!);
        extra.push(model.canonical[3 * r]!, model.canonical[3 * r + 1]!, model.canonical[3 * r + 2]!, part);
      }
      triangles.push(vertex);
    }
  }
  return { source: Uint32Array.from(source), triangles: Uint32Array.from(triangles), region: Uint8Array.from(regions), uv: Float32Array.from(uv), extra: Float32Array.from(extra) };
}

function createMesh({ source, uv, extra, triangles }: PartTopology, head: PosedHead): Mesh {
  const mesh: Mesh = { positions: new Float32Array(source.length * 3), normals: new Float32Array(source.length * 3), uv, extra, triangles, version: -1 };
  follow(mesh, source, head);
  return mesh;
}

function follow(mesh: Mesh, source: Uint32Array, { positions, normals }: PosedHead): void {
  for (let i = 0; i < source.length; i++) {
    const from = 3 * source[i]!;
    for (let k = 0; k < 3; k++) {
      mesh.positions[3 * i + k] = positions[from + k]!;
      mesh.normals[3 * i + k] = normals[from + k]!;
    }
  }
  mesh.version++;
}
