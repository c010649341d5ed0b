/** Everything that a person wears, has and is painted with: sampled as plain data, built as figures. */
import type { Gpu } from '@onegt/kernels';
import { type AccessoryLook, createAccessories, headwearShape, sampleAccessories } from '../accessories/accessories.ts';
import { createClothes } from '../clothes/clothes.ts';
import type { ClothesLook } from '../clothes/look.ts';
import { sampleClothes } from '../clothes/sample.ts';
import { createEyes } from '../eyes/eyes.ts';
import { type EyesLook, sampleEyes } from '../eyes/look.ts';
import { createFacialHair } from '../facial-hair/facial-hair.ts';
import { type FacialHairLook, sampleFacialHair } from '../facial-hair/facial-hair-look.ts';
import { createHair } from '../hair/hair.ts';
import { type HairLook, sampleHair } from '../hair/hair-look.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { createRandom } from '../random/random.ts';
import type { Figure } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { sampleSkin, type SkinLook } from '../skin/look.ts';
import type { SkinCanvases } from '../skin/canvas.ts';
import { createSkin } from '../skin/skin.ts';

export interface Looks {
  skin: SkinLook;
  eyes: EyesLook;
  hair: HairLook;
  facialHair: FacialHairLook;
  accessories: AccessoryLook[];
  clothes: ClothesLook;
}

/** @param seed - the person's: the same looks wherever they appear */
export function sampleLooks(seed: number, traits: Traits): Looks {
  const random = createRandom(seed, 'looks');
  return {
    skin: sampleSkin(random.stream('skin'), traits),
    eyes: sampleEyes(random.stream('eyes'), traits),
    hair: sampleHair(random.stream('hair'), traits),
    facialHair: sampleFacialHair(random.stream('facial hair'), traits),
    accessories: sampleAccessories(random.stream('accessories'), traits),
    clothes: sampleClothes(random.stream('clothes'), traits),
  };
}

/**
 * @param head - the person at rest
 * @param canvases - borrowed: what skins are painted on, for whoever makes many people
 * @returns figures that the caller owns
 */
export function createFigures(gpu: Gpu, looks: Looks, head: PosedHead, traits: Traits, canvases?: SkinCanvases): Figure[] {
  const figures: Figure[] = [];
  try {
    figures.push(createSkin(gpu, looks.skin, head, traits, { ...(canvases && { canvases }) }));
    figures.push(createEyes(gpu, looks.eyes, head, traits));
    figures.push(createFacialHair(gpu, looks.facialHair, head, traits));
    figures.push(createHair(gpu, looks.hair, head, traits, { headwear: headwearShape(looks.accessories, head)?.covered }));
    figures.push(createAccessories(gpu, looks.accessories, head, traits));
    figures.push(createClothes(gpu, looks.clothes, head, traits, { pigments: looks.skin.pigments }));
    return figures;
  } catch (error) {
    for (const figure of figures) figure[Symbol.dispose]();
    throw error;
  }
}
