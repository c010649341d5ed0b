/** Collects what an accessory or a garment is made of: one mesh per material and region, several stuffs in each. */
import type { Drawable, Region } from '../render/drawable.ts';
import { MeshBuilder } from './geometry/mesh-builder.ts';
import { FABRIC_STRIDE, fabricParameters, type FabricStuff, fabricWgsl } from './materials/fabric.ts';
import { HARD_STRIDE, hardParameters, type HardStuff, hardWgsl } from './materials/hard.ts';
import { LENS_STRIDE, lensParameters, type LensStuff, lensWgsl } from './materials/lens.ts';

interface StuffOf {
  hard: HardStuff;
  fabric: FabricStuff;
  lens: LensStuff;
}
type Family = keyof StuffOf;

const FAMILIES: { readonly [F in Family]: { stride: number; wgsl: string; encode(stuff: StuffOf[F]): number[]; transparent: boolean; doubleSided: boolean } } = {
  hard: { stride: HARD_STRIDE, wgsl: hardWgsl, encode: hardParameters, transparent: false, doubleSided: false },
  fabric: { stride: FABRIC_STRIDE, wgsl: fabricWgsl, encode: fabricParameters, transparent: false, doubleSided: true },
  lens: { stride: LENS_STRIDE, wgsl: lensWgsl, encode: lensParameters, transparent: true, doubleSided: true },
};
const MAX_PARAMETERS = 64;

interface Batch {
  family: Family;
  region: Region;
  /** Moves with the face instead of staying with the skull. */
  follows: boolean;
  builder: MeshBuilder;
  stuffs: number[][];
}

/** A drawable whose vertices follow the skin, with what that takes. */
export interface FollowingDrawable {
  drawable: Drawable;
  groups: Uint32Array;
}

export class Parts {
  readonly #batches: Batch[] = [];

  /** Where to build with this stuff: the mesh, and the slot that its vertices name in `extra.x`. @param follows - moves with the face */
  take<F extends Family>(family: F, region: Region, stuff: StuffOf[F], follows = false): { builder: MeshBuilder; slot: number } {
    const { stride, encode } = FAMILIES[family];
    const encoded = encode(stuff);
    for (const batch of this.#batches) {
      if (batch.family !== family || batch.region !== region || batch.follows !== follows) continue;
      const slot = batch.stuffs.findIndex((other) => other.every((value, i) => value === encoded[i]));
      if (slot >= 0) return { builder: batch.builder, slot };
      if ((batch.stuffs.length + 1) * stride <= MAX_PARAMETERS) {
        batch.stuffs.push(encoded);
        return { builder: batch.builder, slot: batch.stuffs.length - 1 };
      }
    }
    const batch: Batch = { family, region, follows, builder: new MeshBuilder(), stuffs: [encoded] };
    this.#batches.push(batch);
    return { builder: batch.builder, slot: 0 };
  }

  get numTriangles(): number {
    return this.#batches.reduce((sum, { builder }) => sum + builder.numTriangles, 0);
  }

  /** @param name - becomes part of the labels, such as `accessories/hard/glasses` */
  drawables(name: string): Drawable[] {
    return this.#filled().map((batch) => drawableOf(name, batch));
  }

  /** The same, told apart by whether they stay with the skull. */
  split(name: string): { rigid: Drawable[]; following: FollowingDrawable[] } {
    const rigid: Drawable[] = [], following: FollowingDrawable[] = [];
    for (const batch of this.#filled()) {
      if (batch.follows) following.push({ drawable: drawableOf(name, batch), groups: batch.builder.groups() });
      else rigid.push(drawableOf(name, batch));
    }
    return { rigid, following };
  }

  #filled(): Batch[] {
    return this.#batches.filter(({ builder }) => !builder.isEmpty);
  }
}

function drawableOf(name: string, { family, region, follows, builder, stuffs }: Batch): Drawable {
  const { wgsl, transparent, doubleSided } = FAMILIES[family];
  return {
    label: `${name}/${family}/${region}${follows ? '/following' : ''}`,
    mesh: builder.finish(),
    material: { label: `wear/${family}`, wgsl, parameters: Float32Array.from(stuffs.flat()), transparent, doubleSided },
    region,
    castsShadow: !transparent,
  };
}
