/** Brows, lashes and beard of a person as something to draw that follows the expression. */
import type { Gpu } from '@onegt/kernels';
import { colourParameters, strandMaterial } from '../hair/hair-material.ts';
import type { HairColour } from '../hair/colour.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import type { Drawable, Figure, Region } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { growBeard } from './beard.ts';
import type { BoundStrands } from './bound-strands.ts';
import { growBrows } from './brows.ts';
import type { FacialHairLook } from './facial-hair-look.ts';
import { growLashes } from './lashes.ts';

/**
 * @param gpu - not used: strands have no textures; given for symmetry with the other figures
 * @param head - at rest; `pose` follows it afterwards
 */
export function createFacialHair(_gpu: Gpu, look: FacialHairLook, head: PosedHead, _traits: Traits): Figure {
  const parts: { strands: BoundStrands; drawable: Drawable }[] = [];
  const add = (label: string, strands: BoundStrands | undefined, colour: HairColour, region: Region, gloss: number) => {
    if (strands === undefined || strands.count === 0) return;
    const material = strandMaterial(colourParameters(colour, { shine: 0.1, wetness: 0, seed: look.seed, gloss }));
    parts.push({ strands, drawable: { label, mesh: strands.mesh, material, region, castsShadow: label === 'facial-hair/beard' } });
  };
  add('facial-hair/brows', growBrows(look.brows, head, look.seed), look.brows.colour, 'brow', 0.35);
  add('facial-hair/lashes', growLashes(look.lashes, head, look.seed + 1), look.lashes.colour, 'brow', 0.15);
  add('facial-hair/beard', growBeard(look.beard, head, look.seed + 2), look.beard.colour, 'beard', 0.7);
  return {
    drawables: parts.map(({ drawable }) => drawable),
    pose: (posed) => { for (const { strands } of parts) strands.pose(posed); },
    [Symbol.dispose]() { /* meshes live on the CPU; the renderer owns their copies */ },
  };
}
