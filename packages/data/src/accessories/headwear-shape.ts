/** What accessories hide: hair under hats, the beard behind masks, and, roughly, which skeleton points. */
import { skeletonTopology } from '@onegt/skeleton';
import type { PosedHead } from '../heads/posed-head.ts';
import { headFit } from './fit/head-fit.ts';
import { smoothstep, type Vec3 } from './geometry/vector.ts';
import { rimHeight } from './headwear/geometry.ts';
import type { HeadwearLook } from './headwear/look.ts';
import type { VeilLook } from './face/veil.ts';
import type { AccessoryLook } from './look.ts';
import { length2 } from '../geometry/length.ts';

export interface HeadwearShape {
  /** 0..1 at a position of the standard head (cm): how far hair there is covered and has to be cut. */
  covered(x: number, y: number, z: number): number;
  /** Largest distance from the skull's centre that hair may reach towards a point of head space; Infinity where it is free. */
  limit(point: Vec3): number;
}

/** Heights of brows, ears and the back of the skull on the standard head, cm. */
const BROW = 5.16, EAR = 3.35, BACK = 3;
const CENTRE: Vec3 = [0, 3.96, -0.57];

/** The region that hats, hoods and scarves cover; null without any. Headbands and visors leave the hair on top free. */
export function headwearShape(looks: readonly AccessoryLook[], head: PosedHead): HeadwearShape | null {
  const hat = looks.find((look): look is HeadwearLook => look.kind === 'headwear' && look.crown !== null);
  const veil = looks.find((look): look is VeilLook => look.kind === 'veil');
  if (!hat && !veil) return null;
  const fit = headFit(head);
  const covered = (x: number, y: number, z: number): number => {
    if (veil) return veilCovers(veil, x, y, z);
    const lean = x * Math.tan(hat!.tilt);
    const azimuth = Math.atan2(x - CENTRE[0], z - CENTRE[2]);
    return smoothstep(-0.1, 0.7, y - lean - rimHeight(hat!.rim, azimuth, BROW, EAR, BACK));
  };
  const clearance = hat?.clearance ?? veil!.clearance;
  const brow = fit.point(9)[1], ear = (fit.place('earTop')[1] + fit.place('earTop', true)[1]) / 2, back = fit.place('occiput')[1];
  return {
    covered,
    limit(point) {
      const { azimuth, polar } = fit.skull.anglesOf(point);
      const inside = veil ? veilCovers(veil, point[0], point[1], point[2]) : smoothstep(-0.1, 0.7, point[1] - point[0] * Math.tan(hat!.tilt) - rimHeight(hat!.rim, azimuth, brow, ear, back));
      return inside > 0.5 ? fit.skull.radius(azimuth, polar) + 0.7 * clearance : Infinity;
    },
  };
}

/** Everything behind the opening; loose ones leave the hairline in front free. */
function veilCovers({ opening }: VeilLook, x: number, y: number, z: number): number {
  const hairline = 8.6 + 9 * opening[0];
  return Math.max(smoothstep(hairline - 0.6, hairline + 0.4, y), smoothstep(6.2 - 8 * Math.max(0, opening[1]), 4.6 - 8 * Math.max(0, opening[1]), z), smoothstep(6.2, 6.8, Math.abs(x)));
}

/** Skeleton points that a look is likely to hide, whatever the camera: labels for datasheets; validity comes from depth. */
export function hiddenPoints(look: AccessoryLook): number[] {
  const { meanHead } = skeletonTopology();
  const hides = hider(look);
  return hides ? Array.from({ length: meanHead.length / 3 }, (_, i) => i).filter((i) => hides(meanHead[i * 3]!, meanHead[i * 3 + 1]!, meanHead[i * 3 + 2]!, i)) : [];
}

function hider(look: AccessoryLook): ((x: number, y: number, z: number, index: number) => boolean) | null {
  switch (look.kind) {
    case 'sunglasses': return (x, y, z) => z > 6 && Math.abs(x) < 6.3 && y > 1 && y < 4.6;
    case 'mask': return look.style === 'chin' ? (_x, y, z) => z > 3 && y < -6 : (_x, y, z) => z > 3.5 && y < 1 && y > -9;
    case 'headwear': return (x, y, z) => y > rimHeight(look.rim, Math.atan2(x, z + 0.57), BROW, EAR, BACK);
    case 'veil': return (x, y, z, index) => index >= 478 && veilCovers(look, x, y, z) > 0.5;
    case 'eye-patch': return (x, y, z) => z > 6 && length2(x - look.side * 3, y - 3) < 2.4;
    case 'audio': return ['headphones', 'gaming', 'on-ear', 'headset'].includes(look.style) ? (x, y, z) => Math.abs(x) > 7.2 && length2(y - 0.8, z + 0.9) < 3.6 : null;
    case 'glasses':
    case 'earrings':
    case 'piercing':
    case 'hair-ornament': return null;
  }
}
