/**
 * Everything of a head that is not an eye, as drawables: skin with a painted atlas; mouth, gums, tongue, teeth and eye
 * sockets in one procedural material. Follows the expression: meshes by the posed head, creases and blood by parameters.
 */
import type { Gpu } from '@onegt/kernels';
import type { ExpressionWeights } from '@onegt/skeleton';
import { type HeadModel, type Part, PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { type Drawable, type Figure, type Mesh, REGIONS } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { atlasOf } from './atlas.ts';
import { bakeSkin } from './bake.ts';
import type { SkinLook } from './look.ts';
import { mouthParameters } from './mouth.ts';
import { mouthMaterialWgsl, skinMaterialWgsl } from './skin-material.wgsl.ts';
import { skinColour } from './pigment.ts';
import { wrinkleWeights } from './wrinkles.ts';

/** Texels of the atlas: half a millimetre on the ICT head, a third of a pixel of a 256² picture. */
const ATLAS_TEXELS = 640 * 640;
const FIRST_CREASE_PARAMETER = 4;

/** @param head - the person at rest. The caller owns the figure: `dispose` frees its textures. */
export function createSkin(gpu: Gpu, look: SkinLook, head: PosedHead, _traits: Traits, { texels = ATLAS_TEXELS }: { texels?: number } = {}): Figure {
  const { model } = head;
  const atlas = atlasOf(model, texels);
  const baked = bakeSkin(gpu, look, atlas);
  const skin = partMesh(head, ['skin']);
  const mouth = partMesh(head, ['mouth', 'gums', 'tongue', 'teeth', 'socket']);

  const parameters = new Float32Array(4 * (FIRST_CREASE_PARAMETER + 12));
  parameters[0] = atlas.texelCm;
  // Melanin above the dermis swallows light that has travelled: dark skin scatters less far, red always farthest.
  const scatter = 1 - 0.55 * look.pigments.melanin;
  parameters.set([0.85 * scatter, 0.42 * scatter, 0.26 * scatter], 4);
  setExpression(parameters, look, head.expression);

  const socket = skinColour({ ...look.pigments, haemoglobin: 0.9 });
  const drawables: Drawable[] = [
    { label: 'skin', mesh: skin.mesh, region: Uint8Array.from(skin.triangles, (t) => REGIONS.indexOf(isBody(model, t) ? 'body' : 'face')), material: { label: 'skin', wgsl: skinMaterialWgsl, parameters, textures: [baked.albedo, baked.detail] } },
  ];
  if (mouth.triangles.length > 0) {
    drawables.push({
      label: 'mouth', mesh: mouth.mesh, castsShadow: false,
      region: Uint8Array.from(mouth.triangles, (t) => REGIONS.indexOf(regionOf(PARTS[model.parts[t]!]!))),
      material: { label: 'mouth', wgsl: mouthMaterialWgsl, parameters: mouthParameters(look.mouth, socket) },
    });
  }
  return {
    drawables,
    pose(posed) {
      skin.follow(posed);
      mouth.follow(posed);
      setExpression(parameters, look, posed.expression);
    },
    [Symbol.dispose]() {
      baked.albedo.destroy();
      baked.detail.destroy();
    },
  };
}

const regionOf = (part: Part) => (part === 'teeth' ? 'teeth' : part === 'socket' ? 'eye' : 'mouth');

/** Creases deepen with the muscles that make them; cheeks that are pushed up or blown out redden a little. */
function setExpression(parameters: Float32Array, look: SkinLook, expression: ExpressionWeights): void {
  const weights = wrinkleWeights(look.wrinkles, expression);
  for (let g = 0; g < weights.length / 2; g++) parameters.set([weights[2 * g]!, weights[2 * g + 1]!, 0, 0], 4 * (FIRST_CREASE_PARAMETER + g));
  const smile = ((expression.mouthSmileLeft ?? 0) + (expression.mouthSmileRight ?? 0)) / 2;
  const pushed = ((expression.cheekSquintLeft ?? 0) + (expression.cheekSquintRight ?? 0)) / 2;
  parameters[1] = Math.min(1, 0.25 * smile + 0.2 * pushed + 0.45 * (expression.cheekPuff ?? 0));
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

/** Some parts of a head as a mesh of their own. `extra` is the canonical position and the part. */
function partMesh(head: PosedHead, parts: readonly Part[]): { mesh: Mesh; triangles: Uint32Array; follow(posed: PosedHead): void } {
  const { model } = head;
  const wanted = new Set(parts.map((part) => PARTS.indexOf(part)));
  const kept: number[] = [];
  const vertexOf = new Map<number, number>();
  const source: number[] = [];
  const indices: number[] = [];
  const extra: number[] = [];
  for (let t = 0; t < model.parts.length; t++) {
    const part = model.parts[t]!;
    if (!wanted.has(part)) continue;
    kept.push(t);
    for (let k = 0; k < 3; k++) {
      const r = model.triangles[3 * t + k]!;
      const key = r * PARTS.length + part;
      let vertex = vertexOf.get(key);
      if (vertex === undefined) {
        vertexOf.set(key, (vertex = source.length));
        source.push(r);
        extra.push(model.canonical[3 * r]!, model.canonical[3 * r + 1]!, model.canonical[3 * r + 2]!, part);
      }
      indices.push(vertex);
    }
  }
  const gather = (from: Float32Array, width: number, out: Float32Array = new Float32Array(source.length * width)): Float32Array => {
    for (let i = 0; i < source.length; i++) for (let k = 0; k < width; k++) out[width * i + k] = from[width * source[i]! + k]!;
    return out;
  };
  const mesh: Mesh = { positions: gather(head.positions, 3), normals: gather(head.normals, 3), uv: gather(model.uv, 2), extra: Float32Array.from(extra), triangles: Uint32Array.from(indices), version: 0 };
  return {
    mesh,
    triangles: Uint32Array.from(kept),
    follow(posed) {
      gather(posed.positions, 3, mesh.positions);
      gather(posed.normals, 3, mesh.normals);
      mesh.version++;
    },
  };
}
