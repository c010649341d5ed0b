/** A person's hair as something to draw. It moves rigidly with the head: there is nothing to pose. */
import type { Gpu } from '@onegt/kernels';
import type { PosedHead } from '../heads/posed-head.ts';
import type { Drawable, Figure } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { buildHair } from './build-hair.ts';
import type { HeadwearShape } from '../accessories/headwear-shape.ts';
import type { HairLook } from './hair-look.ts';
import { hairParameters, scalpMaterial, strandMaterial } from './hair-material.ts';

export interface HairOptions {
  /** What headwear covers (`headwearShape` of the accessories): hair under it is cut or pressed flat, hair beside it stays. */
  headwear?: HeadwearShape['covered'];
}

/**
 * Strands and the scalp under them.
 *
 * @param gpu - not used: hair has no textures; given for symmetry with the other figures
 * @param head - at rest
 */
export function createHair(_gpu: Gpu, look: HairLook, head: PosedHead, _traits: Traits, { headwear }: HairOptions = {}): Figure {
  const parameters = hairParameters(look);
  const drawables = buildHair(look, head, headwear).filter(({ mesh }) => mesh.triangles.length > 0).map(({ kind, mesh }): Drawable => ({
    label: `hair/${kind}`, mesh, region: 'hair', castsShadow: kind === 'strands',
    material: kind === 'scalp' ? scalpMaterial(parameters) : strandMaterial(parameters),
  }));
  return { drawables, [Symbol.dispose]() { /* meshes live on the CPU; the renderer owns their copies */ } };
}
