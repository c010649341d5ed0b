/** Accessories on one head. Most stay with the skull; masks and piercings follow the face. */
import type { Gpu } from '@onegt/kernels';
import { Body, bodyShape } from '../clothes/body.ts';
import { buildGarment, Worn } from '../clothes/garment.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import type { Figure } from '../render/drawable.ts';
import type { Traits } from '../scene/scene.ts';
import { buildAudio, buildEyePatch } from './audio/audio.ts';
import { buildMask } from './face/mask.ts';
import { buildVeil, type VeilLook } from './face/veil.ts';
import { headFit, type HeadFit } from './fit/head-fit.ts';
import { Follower } from './follower.ts';
import { buildGlasses } from './glasses/geometry.ts';
import { buildHeadwear } from './headwear/geometry.ts';
import { buildEarrings, buildHairOrnament, buildPiercing } from './jewellery/geometry.ts';
import type { AccessoryLook } from './look.ts';
import { Parts } from './parts.ts';

export { headwearShape, type HeadwearShape, hiddenPoints } from './headwear-shape.ts';
export type { AccessoryLook } from './look.ts';
export { sampleAccessories } from './sample.ts';

/**
 * @param head - at rest
 * @returns drawables of the regions `glasses`, `headwear` and `accessory`; `pose` where something follows the face
 */
export function createAccessories(_gpu: Gpu, looks: readonly AccessoryLook[], head: PosedHead, traits: Traits): Figure {
  const parts = new Parts();
  const fit = headFit(head);
  for (const look of looks) build(parts, look, fit, traits);
  const { rigid, following } = parts.split('accessories');
  const followers = following.map((drawable) => new Follower(drawable, fit));
  const drawables = [...rigid, ...following.map(({ drawable }) => drawable)];
  if (followers.length === 0) return { drawables, [Symbol.dispose]() {} };
  return {
    drawables,
    pose(posed) {
      for (const follower of followers) follower.pose(posed);
    },
    [Symbol.dispose]() {},
  };
}

function build(parts: Parts, look: AccessoryLook, fit: HeadFit, traits: Traits): void {
  switch (look.kind) {
    case 'glasses':
    case 'sunglasses': return buildGlasses(parts, look, fit);
    case 'headwear': return buildHeadwear(parts, look, fit);
    case 'veil': {
      buildVeil(parts, look, fit);
      buildCape(parts, look, fit, traits);
      return;
    }
    case 'mask': return buildMask(parts, look, fit);
    case 'earrings': return buildEarrings(parts, look, fit);
    case 'piercing': return buildPiercing(parts, look, fit);
    case 'hair-ornament': return buildHairOrnament(parts, look, fit);
    case 'audio': return buildAudio(parts, look, fit);
    case 'eye-patch': return buildEyePatch(parts, look, fit);
  }
}

/** What of a headscarf falls on the shoulders, over whatever is worn there. */
function buildCape(parts: Parts, look: VeilLook, fit: HeadFit, traits: Traits): void {
  const body = new Body(fit, bodyShape(traits, 1));
  buildGarment(parts, new Worn({
    kind: 'cape', stuff: look.stuff, trim: look.stuff, neckline: { drop: look.style === 'hood' ? -1.2 : -2.6, scoop: 0, vee: 0, veeWidth: 6, side: 0, back: 0, lean: 0 }, collar: { kind: 'none' }, looseness: 1.5, stiffness: 0.9, folds: 0.9 * look.folds,
    seams: 'none', front: { kind: 'closed' }, straps: null, pocket: false, epaulettes: false, seed: look.seed,
  }, body, 0.2), { region: 'headwear' });
}
