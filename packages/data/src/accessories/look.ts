/** What somebody wears on the head: a union of plain data, told apart by `kind`. */
import type { AudioLook, EyePatchLook } from './audio/audio.ts';
import type { MaskLook } from './face/mask.ts';
import type { VeilLook } from './face/veil.ts';
import type { GlassesLook } from './glasses/look.ts';
import type { HeadwearLook } from './headwear/look.ts';
import type { EarringsLook, HairOrnamentLook, PiercingLook } from './jewellery/look.ts';

export type AccessoryLook = GlassesLook | HeadwearLook | VeilLook | MaskLook | EarringsLook | PiercingLook | HairOrnamentLook | AudioLook | EyePatchLook;
