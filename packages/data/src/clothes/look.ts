/** What somebody wears below the head, as plain data. Lengths in cm. */
import type { FabricStuff } from '../accessories/materials/fabric.ts';
import type { HardStuff } from '../accessories/materials/hard.ts';

/** The edge of a garment around the neck: a slanted plane, cut out further. */
export interface Neckline {
  /** Lower than the root of the neck everywhere. */
  drop: number;
  /** A round scoop in front. */
  scoop: number;
  /** A V in front: how far down, and how wide at its top (half). */
  vee: number;
  veeWidth: number;
  /** How far the edge lies out on the shoulders. */
  side: number;
  /** A scoop at the back. */
  back: number;
  /** Moves the bottom of the V sideways: wrapped garments. */
  lean: number;
}

export type Collar =
  | { kind: 'none' }
  /** Knitted band of a width, standing a little. */
  | { kind: 'band'; width: number }
  /** Stand and fall of a shirt; `open` radians between its ends. */
  | { kind: 'shirt'; stand: number; fall: number; point: number; spread: number; open: number }
  | { kind: 'stand'; height: number; open: number; flare: number; padded: number }
  | { kind: 'turtle'; height: number; rolls: number }
  | { kind: 'hood'; size: number; cords: boolean }
  | { kind: 'lapel'; width: number; notch: 'notched' | 'peaked' | 'shawl'; stand: number }
  | { kind: 'flat'; width: number; scallops: number };

export interface GarmentLook {
  kind: string;
  stuff: FabricStuff;
  trim: FabricStuff;
  neckline: Neckline;
  collar: Collar;
  /** Distance from what lies below. */
  looseness: number;
  /** 0 clings .. 1 bridges every hollow. */
  stiffness: number;
  /** Depth of folds. */
  folds: number;
  seams: 'set-in' | 'raglan' | 'none' | 'quilted';
  front: { kind: 'closed' } | { kind: 'buttons'; spacing: number; radius: number; stuff: HardStuff; length: number; double: boolean } | { kind: 'zip'; stuff: HardStuff; length: number };
  /** Straps instead of shoulders: their half width and distance from the middle. */
  straps: { at: number; halfWidth: number } | null;
  pocket: boolean;
  epaulettes: boolean;
  seed: number;
}

export type NeckwearLook =
  | { kind: 'tie'; stuff: FabricStuff; width: number; knot: number; seed: number }
  | { kind: 'bow-tie'; stuff: FabricStuff; width: number; seed: number }
  | { kind: 'necklace'; stuff: HardStuff; drop: number; vee: number; thickness: number; style: 'cord' | 'links' | 'beads'; bead: number; pendant: 'none' | 'disc' | 'drop' | 'cross' | 'gem' | 'heart'; pendantStuff: HardStuff; pendantSize: number }
  | { kind: 'lanyard'; stuff: FabricStuff; width: number; badge: boolean }
  | { kind: 'scarf'; stuff: FabricStuff; volume: number; loops: number; ends: number; seed: number }
  | { kind: 'choker'; stuff: FabricStuff; height: number };

export interface ClothesLook {
  outfit: string;
  /** -1 slight .. 1 heavy. */
  build: number;
  /** From the skin outwards. */
  garments: GarmentLook[];
  neckwear: NeckwearLook[];
}
