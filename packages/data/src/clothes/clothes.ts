/** Garments on one person. They belong to the body: they stay with the bust of the head model and do not move with the face. */
import type { Gpu } from '@onegt/kernels';
import { headFit } from '../accessories/fit/head-fit.ts';
import { Parts } from '../accessories/parts.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import type { Figure } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import type { Pigments } from '../skin/pigment.ts';
import { bareSkin } from './bare-skin.ts';
import { Body, bodyShape } from './body.ts';
import { buildCollar } from './collars.ts';
import { buildGarment, Worn } from './garment.ts';
import type { ClothesLook } from './look.ts';
import { buildNeckwear, buildStraps } from './neckwear.ts';

export type { ClothesLook } from './look.ts';
export { sampleClothes } from './sample.ts';

/**
 * @param head - at rest; garments are fitted to its neck and shoulders
 * @param options - `pigments` of the person's skin, for shoulders that are bare; without them those of the traits
 * @returns rigid drawables, the region `clothes` (jewellery: `accessory`, bare shoulders: `body`)
 */
export function createClothes(_gpu: Gpu, look: ClothesLook, head: PosedHead, traits: Traits, { pigments = pigmentsOf(traits) }: { pigments?: Pigments } = {}): Figure {
  const parts = new Parts();
  const body = new Body(headFit(head), bodyShape(traits, look.build));
  const garments: Worn[] = [];
  let below = 0.1;
  for (const [index, garmentLook] of look.garments.entries()) {
    const worn = new Worn(garmentLook, body, below);
    buildGarment(parts, worn, { isCovered: index < look.garments.length - 1 });
    buildCollar(parts, worn);
    garments.push(worn);
    below = worn.offset + 0.12;
  }
  const outside = { body, skin: body.drape(0), garments };
  for (const worn of garments) buildStraps(parts, worn, outside);
  for (const neckwear of look.neckwear) buildNeckwear(parts, neckwear, outside);
  const bare = bareSkin(outside.skin, garments, pigments, look.garments[0]?.seed ?? 0);
  return { drawables: [...parts.drawables('clothes'), ...(bare ? [bare] : [])], [Symbol.dispose]() {} };
}

const pigmentsOf = ({ melanin, haemoglobin }: Traits): Pigments => ({ melanin, haemoglobin: 0.2 + 0.3 * haemoglobin, pheomelanin: 0.15, carotene: 0.3 });
