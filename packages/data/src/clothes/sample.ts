/** Outfits: what people wear to photographs of their faces, from underwear to overcoats. */
import type { FabricStuff, Pattern, Weave } from '../accessories/materials/fabric.ts';
import type { HardStuff } from '../accessories/materials/hard.ts';
import { clothColour, fabric, gem, hex, hsv, metal, pearl, plastic, preciousMetal } from '../accessories/stuffs.ts';
import type { Vec3 } from '../accessories/geometry/vector.ts';
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import type { ClothesLook, Collar, GarmentLook, Neckline, NeckwearLook } from './look.ts';

const flatNeckline: Neckline = { drop: 0, scoop: 0, vee: 0, veeWidth: 6, side: 0, back: 0, lean: 0 };
const neckline = (changes: Partial<Neckline>): Neckline => ({ ...flatNeckline, ...changes });

/** Weights: `both` for everybody, then by presentation. */
const OUTFITS = {
  'crew-tee': 1.5, 'vee-tee': 0.7, 'graphic-tee': 0.7, 'striped-tee': 0.6, 'henley': 0.3, 'polo': 0.7, 'tank': 0.3,
  'shirt': 1.1, 'open-shirt': 0.5, 'flannel-over-tee': 0.4, 'hawaiian': 0.25, 'band-collar-shirt': 0.2,
  'suit': 0.9, 'suit-no-tie': 0.5, 'tuxedo': 0.15, 'blazer-over-tee': 0.4, 'blazer-over-blouse': 0.35, 'waistcoat': 0.2,
  'hoodie': 0.9, 'zip-hoodie': 0.4, 'sweater': 0.8, 'vee-sweater': 0.35, 'sweater-over-shirt': 0.4, 'turtleneck': 0.5, 'cable-knit': 0.3, 'nordic-sweater': 0.2, 'cardigan': 0.35, 'fleece': 0.3,
  'denim-jacket': 0.4, 'leather-jacket': 0.35, 'bomber': 0.25, 'puffer': 0.35, 'coat': 0.35, 'trench': 0.25, 'track-jacket': 0.25, 'raincoat': 0.2,
  'jersey': 0.3, 'uniform': 0.25, 'police': 0.1, 'lab-coat': 0.2, 'scrubs': 0.2, 'chef': 0.1, 'overalls': 0.15, 'apron': 0.12,
  'blouse': 0.5, 'peter-pan-blouse': 0.25, 'satin-blouse': 0.25, 'scoop-top': 0.45, 'off-shoulder': 0.3, 'boat-top': 0.3, 'dress-straps': 0.35, 'wrap-dress': 0.3, 'ruffle-top': 0.15, 'square-top': 0.25,
  'kurta': 0.3, 'kimono': 0.2, 'hanbok': 0.15, 'dashiki': 0.2, 'mandarin-jacket': 0.15, 'sari-blouse': 0.06, 'thobe': 0.15, 'poncho': 0.1, 'clergy': 0.06,
} as const;
export type Outfit = keyof typeof OUTFITS;
export const OUTFIT_NAMES = Object.keys(OUTFITS) as Outfit[];
const FEMININE: readonly Outfit[] = ['blazer-over-blouse', 'blouse', 'peter-pan-blouse', 'satin-blouse', 'scoop-top', 'off-shoulder', 'boat-top', 'dress-straps', 'wrap-dress', 'ruffle-top', 'square-top', 'hanbok', 'sari-blouse'];
const MASCULINE: readonly Outfit[] = ['suit', 'tuxedo', 'waistcoat', 'thobe', 'clergy', 'tank', 'henley'];
const YOUNG: readonly Outfit[] = ['graphic-tee', 'hoodie', 'zip-hoodie', 'bomber', 'off-shoulder', 'track-jacket', 'jersey'];

/** The same seed and traits give the same clothes. */
export function sampleClothes(random: Random, traits: Traits): ClothesLook {
  const weights: Record<Outfit, number> = { ...OUTFITS };
  for (const name of FEMININE) weights[name] *= 0.04 + 1.9 * (1 - traits.masculine) ** 1.5;
  for (const name of MASCULINE) weights[name] *= 0.15 + 1.5 * traits.masculine;
  for (const name of YOUNG) weights[name] *= traits.age < 35 ? 1.4 : traits.age > 60 ? 0.35 : 0.8;
  return outfit(random, traits, random.weighted(weights));
}

/** One named outfit, dressed at random. */
export function outfit(random: Random, traits: Traits, name: Outfit): ClothesLook {
  const build = random.normal(0, 0.45, 2);
  const garments = dress(random.stream('garments'), name);
  return { outfit: name, build, garments, neckwear: sampleNeckwear(random.stream('neckwear'), traits, name, garments) };
}

interface Draft {
  kind: string;
  weave: Weave;
  pattern?: Pattern;
  stuff?: Partial<FabricStuff>;
  trim?: Partial<FabricStuff>;
  trimWeave?: Weave;
  neckline?: Partial<Neckline>;
  collar?: Collar;
  looseness?: number;
  stiffness?: number;
  folds?: number;
  seams?: GarmentLook['seams'];
  front?: GarmentLook['front'];
  straps?: GarmentLook['straps'];
  pocket?: boolean;
  epaulettes?: boolean;
}

function garment(random: Random, draft: Draft): GarmentLook {
  const { weave, pattern = 'none', trimWeave = weave } = draft;
  const stuff = fabric(random, weave, pattern, { ...draft.stuff });
  const trimBase = fabric(random, trimWeave, trimWeave === weave ? stuff.pattern : 'none');
  const trim: FabricStuff = { ...trimBase, colour: stuff.colour, second: stuff.second, third: stuff.third, patternSize: stuff.patternSize, seed: stuff.seed, angle: stuff.angle, wrinkles: stuff.wrinkles * 0.4, wear: stuff.wear, ...draft.trim };
  return {
    kind: draft.kind, stuff, trim, neckline: neckline(draft.neckline ?? {}), collar: draft.collar ?? { kind: 'none' }, looseness: draft.looseness ?? random.uniform(0.2, 0.45), stiffness: draft.stiffness ?? random.uniform(0.15, 0.4),
    folds: draft.folds ?? random.uniform(0.25, 0.7), seams: draft.seams ?? 'set-in', front: draft.front ?? { kind: 'closed' }, straps: draft.straps ?? null, pocket: draft.pocket ?? false, epaulettes: draft.epaulettes ?? false, seed: random.uniform(0, 50),
  };
}

const CASUAL_PATTERNS = { none: 0.62, stripes: 0.1, heather: 0.16, 'tie-dye': 0.03, camouflage: 0.02, dots: 0.03, brush: 0.04 } as const;
const SHIRT_PATTERNS = { none: 0.48, pinstripes: 0.14, gingham: 0.09, plaid: 0.1, stripes: 0.06, dots: 0.05, floral: 0.05, checks: 0.03 } as const;
const BLOUSE_PATTERNS = { none: 0.45, floral: 0.2, dots: 0.1, paisley: 0.05, leopard: 0.05, brush: 0.08, stripes: 0.07 } as const;
const SUIT_PATTERNS = { none: 0.62, pinstripes: 0.14, herringbone: 0.1, plaid: 0.1, checks: 0.04 } as const;

const band = (random: Random, width: readonly [number, number] = [1.4, 2.4]): Collar => ({ kind: 'band', width: random.uniform(...width) });
/** Collars that lie under a jacket or a sweater: narrow, close to the neck. */
const tuckedCollar = (random: Random, open: number): Collar => ({ kind: 'shirt', stand: random.uniform(2.6, 3.2), fall: random.uniform(5, 5.6), point: random.uniform(5.8, 7), spread: random.uniform(0.08, 0.22), open });
const shirtCollar = (random: Random, open: number): Collar => ({ kind: 'shirt', stand: random.uniform(2.4, 3.2), fall: random.uniform(5.6, 7), point: random.uniform(6, 8.6), spread: random.uniform(0.12, 0.55), open });
const buttons = (random: Random, changes: Partial<Extract<GarmentLook['front'], { kind: 'buttons' }>> = {}): GarmentLook['front'] =>
  ({ kind: 'buttons', spacing: random.uniform(6.5, 8.5), radius: random.uniform(0.45, 0.6), stuff: random.chance(0.6) ? { kind: 'pearl', colour: hex(0xe8e4da), second: hex(0xcfd6d8), roughness: 0.25, coat: 0.4 } : plastic(random), length: 40, double: false, ...changes });
const zip = (random: Random, length = 40): GarmentLook['front'] => ({ kind: 'zip', stuff: random.chance(0.6) ? metal(random) : plastic(random), length });

const white = (random: Random): Vec3 => hsv(random.uniform(0.05, 0.65), random.uniform(0, 0.04), random.uniform(0.88, 0.96));
const shirtColour = (random: Random): Vec3 => random.weighted({ white: 0.45, blue: 0.25, other: 0.3 }) === 'white' ? white(random) : random.chance(0.5) ? hsv(random.uniform(0.56, 0.62), random.uniform(0.1, 0.45), random.uniform(0.7, 0.92)) : clothColour(random);
const suitColour = (random: Random): Vec3 => random.pick([hex(0x14161b), hex(0x1a2236), hex(0x222b45), hex(0x33363c), hex(0x55585e), hex(0x3b2f28), hex(0x7d7262), hex(0xb7a98f), hex(0x4c1f28), hex(0x24382e)]);

function tee(random: Random, pattern: Pattern, changes: Partial<Draft> = {}): GarmentLook {
  return garment(random, { kind: 'tee', weave: 'jersey', pattern, trimWeave: 'rib', neckline: { drop: random.uniform(0, 0.9), side: random.uniform(0, 0.8), scoop: random.uniform(0, 0.8) }, collar: band(random), ...changes });
}

function shirt(random: Random, closed: boolean, changes: Partial<Draft> = {}): GarmentLook {
  const pattern = changes.pattern ?? random.weighted(SHIRT_PATTERNS);
  const open = closed ? random.uniform(0.1, 0.15) : random.uniform(0.3, 0.55);
  const colour = pattern === 'none' || pattern === 'pinstripes' ? shirtColour(random) : clothColour(random);
  return garment(random, {
    kind: 'shirt', weave: random.chance(0.15) ? 'twill' : 'plain', pattern, stuff: { colour, wrinkles: random.uniform(0.3, 0.8), ...(pattern === 'pinstripes' ? { second: random.chance(0.5) ? hex(0x3a5a8c) : hex(0x8c3a44) } : {}) },
    neckline: closed ? { drop: 0.1, side: 0.1 } : { drop: 0.2, side: 0.2, vee: random.uniform(4, 8), veeWidth: random.uniform(3.2, 4.6) }, collar: shirtCollar(random, open), looseness: random.uniform(0.22, 0.4), folds: random.uniform(0.3, 0.75), front: buttons(random), pocket: random.chance(0.35), ...changes,
  });
}

function jacket(random: Random, changes: Partial<Draft> = {}): GarmentLook {
  const { stuff: changed, ...others } = changes;
  const pattern = changes.pattern ?? random.weighted(SUIT_PATTERNS);
  const colour = changed?.colour ?? suitColour(random);
  return garment(random, {
    kind: 'jacket', weave: random.weighted({ twill: 0.5, felt: 0.3, plain: 0.2 }), pattern, stuff: { colour, second: scaleColour(colour, random.uniform(1.5, 2.4), 0.02), third: scaleColour(colour, 0.6, 0), wrinkles: 0.2, sheen: 0.2, stitched: false, patternSize: pattern === 'pinstripes' ? random.uniform(1.2, 2.4) : pattern === 'herringbone' ? 0.9 : random.uniform(4, 7), ...changed },
    neckline: { drop: 0.1, side: 1.3, vee: random.uniform(22, 32), veeWidth: random.uniform(6.8, 7.8) }, collar: { kind: 'lapel', width: random.uniform(6, 9), notch: random.chance(0.8) ? 'notched' : 'peaked', stand: random.uniform(2, 3) },
    looseness: random.uniform(0.75, 1.05), stiffness: random.uniform(0.75, 1), folds: random.uniform(0.08, 0.25), ...others,
  });
}

const scaleColour = (c: Vec3, factor: number, lift: number): Vec3 => [Math.min(0.9, c[0] * factor + lift), Math.min(0.9, c[1] * factor + lift), Math.min(0.9, c[2] * factor + lift)];

/** From the skin outwards. */
function dress(random: Random, name: Outfit): GarmentLook[] {
  const inner = random.stream('inner'), outer = random.stream('outer');
  switch (name) {
    case 'crew-tee': return [tee(random, random.weighted(CASUAL_PATTERNS))];
    case 'vee-tee': return [tee(random, random.weighted(CASUAL_PATTERNS), { neckline: { drop: 0.4, side: 0.8, vee: random.uniform(4, 9), veeWidth: random.uniform(5.5, 7) } })];
    case 'graphic-tee': return [tee(random, 'logo', { stuff: { centre: [random.uniform(-1, 1), -24 - random.uniform(0, 3)], patternSize: random.uniform(4, 7) } })];
    case 'striped-tee': return [tee(random, 'stripes', { stuff: { patternSize: random.uniform(1.2, 5) }, neckline: { drop: random.uniform(0, 1.5), side: random.uniform(0, 2) } })];
    case 'henley': return [tee(random, random.chance(0.5) ? 'heather' : 'none', { front: buttons(random, { spacing: 3, radius: 0.42, length: 9 }), weave: 'rib' })];
    case 'polo': return [garment(random, { kind: 'polo', weave: 'jersey', pattern: random.weighted({ none: 0.75, stripes: 0.2, heather: 0.15 }), trimWeave: 'rib', trim: { weaveSize: 0.14, ...(random.chance(0.3) ? { colour: clothColour(random) } : {}) }, neckline: { drop: 0.2, side: 0.2, vee: random.uniform(3, 7), veeWidth: 3.4 }, collar: { kind: 'shirt', stand: 1.7, fall: random.uniform(5, 6), point: random.uniform(5, 6.4), spread: random.uniform(0.15, 0.4), open: random.uniform(0.28, 0.5) }, front: buttons(random, { spacing: 3.6, length: 13 }) })];
    case 'tank': return [garment(random, { kind: 'tank', weave: 'rib', stuff: { weaveSize: 0.2 }, neckline: { drop: 8.5, side: 5, scoop: random.uniform(0, 2), back: 1 }, looseness: 0.14, stiffness: 0.1, seams: 'none', straps: { at: random.uniform(7.2, 8.6), halfWidth: random.uniform(1.4, 2.6) } })];
    case 'shirt': return [shirt(random, random.chance(0.35))];
    case 'open-shirt': return [tee(inner, inner.chance(0.7) ? 'none' : 'stripes', { stuff: { ...(inner.chance(0.6) ? { colour: white(inner) } : {}) } }), shirt(outer, false, { neckline: { drop: 0.3, side: 0.8, vee: 34, veeWidth: outer.uniform(6, 7.5) }, looseness: 0.55, front: { kind: 'closed' } })];
    case 'flannel-over-tee': return [tee(inner, 'none'), shirt(outer, false, { pattern: 'plaid', weave: 'fleece', neckline: { drop: 0.3, side: 0.8, vee: 34, veeWidth: outer.uniform(6.4, 7.6) }, looseness: 0.6, front: { kind: 'closed' }, pocket: true })];
    case 'hawaiian': return [shirt(random, false, { pattern: random.pick(['floral', 'brush', 'paisley'] as const), collar: { kind: 'shirt', stand: 0.9, fall: 5, point: 8, spread: 0.8, open: 0.6 }, looseness: 0.5 })];
    case 'band-collar-shirt': return [shirt(random, false, { pattern: random.chance(0.6) ? 'none' : 'pinstripes', collar: { kind: 'stand', height: random.uniform(2.2, 3), open: random.uniform(0.1, 0.35), flare: 0.05, padded: 0 }, neckline: { drop: 0.2, vee: random.uniform(2, 5), veeWidth: 3 } })];
    case 'suit': return [shirt(inner, true, { collar: tuckedCollar(inner, 0.12), pattern: inner.weighted({ none: 0.7, pinstripes: 0.2, checks: 0.05, gingham: 0.05 }), pocket: false }), jacket(outer)];
    case 'suit-no-tie': return [shirt(inner, false, { collar: tuckedCollar(inner, 0.34), pocket: false }), jacket(outer)];
    case 'tuxedo': return [shirt(inner, true, { collar: tuckedCollar(inner, 0.12), pattern: 'none', stuff: { colour: white(inner) }, pocket: false, front: buttons(inner, { stuff: { kind: 'plain', colour: [0.01, 0.01, 0.012], roughness: 0.15, coat: 1 } }) }), jacket(outer, { pattern: 'none', stuff: { colour: hex(0x0c0c0e), stitched: false, wrinkles: 0.1 }, trimWeave: 'satin', trim: { colour: hex(0x08080a) }, collar: { kind: 'lapel', width: 8, notch: outer.chance(0.5) ? 'shawl' : 'peaked', stand: 2.4 } })];
    case 'blazer-over-tee': return [tee(inner, inner.chance(0.8) ? 'none' : 'stripes'), jacket(outer)];
    case 'blazer-over-blouse': return [garment(inner, { kind: 'blouse', weave: 'satin', pattern: inner.weighted(BLOUSE_PATTERNS), neckline: { drop: 0.6, side: 1.2, scoop: 3, vee: inner.chance(0.5) ? 5 : 0 } }), jacket(outer, { collar: { kind: 'lapel', width: outer.uniform(6, 9), notch: outer.pick(['notched', 'peaked', 'shawl'] as const), stand: 2.2 } })];
    case 'waistcoat': return [shirt(inner, true, { collar: tuckedCollar(inner, 0.12) }), garment(outer, { kind: 'waistcoat', weave: 'felt', pattern: outer.weighted(SUIT_PATTERNS), stuff: { colour: suitColour(outer) }, neckline: { drop: 0.6, side: 3, vee: outer.uniform(14, 19), veeWidth: 7.2 }, looseness: 0.6, stiffness: 0.8, folds: 0.15, front: buttons(outer, { length: 25, spacing: 6 }) })];
    case 'hoodie': return [garment(random, { kind: 'hoodie', weave: 'fleece', pattern: random.weighted({ none: 0.6, heather: 0.25, logo: 0.15 }), trimWeave: 'fleece', stuff: { centre: [0, -27], weaveSize: 0.25, weaveDepth: 0.35 }, neckline: { drop: 0.8, side: 1.2, vee: random.uniform(0, 3) }, collar: { kind: 'hood', size: random.uniform(0.85, 1.15), cords: random.chance(0.8) }, looseness: random.uniform(0.7, 1), stiffness: 0.6, folds: random.uniform(0.5, 0.9), seams: random.chance(0.3) ? 'raglan' : 'set-in' })];
    case 'zip-hoodie': return [tee(inner, 'none'), garment(outer, { kind: 'hoodie', weave: 'fleece', pattern: outer.weighted({ none: 0.7, heather: 0.3 }), stuff: { weaveSize: 0.25, weaveDepth: 0.35 }, trimWeave: 'fleece', neckline: { drop: 0.8, side: 1.2, vee: outer.uniform(9, 20), veeWidth: 5.5 }, collar: { kind: 'hood', size: outer.uniform(0.85, 1.1), cords: true }, looseness: 0.9, stiffness: 0.6, folds: 0.7, front: zip(outer) })];
    case 'sweater': return [garment(random, { kind: 'sweater', weave: random.weighted({ knit: 0.5, rib: 0.2, jersey: 0.3 }), pattern: random.weighted({ none: 0.6, stripes: 0.15, heather: 0.2, argyle: 0.08, 'colour-block': 0.08 }), stuff: { centre: [0, -24] }, trimWeave: 'rib', neckline: { drop: random.uniform(0, 0.9), side: random.uniform(0.2, 1.2) }, collar: band(random, [2, 3.2]), looseness: random.uniform(0.6, 1), stiffness: 0.5, folds: random.uniform(0.5, 0.9), seams: random.chance(0.4) ? 'raglan' : 'set-in' })];
    case 'vee-sweater': return [...(inner.chance(0.5) ? [shirt(inner, inner.chance(0.5), { collar: tuckedCollar(inner, 0.12), pocket: false })] : []), garment(outer, { kind: 'sweater', weave: outer.pick(['knit', 'jersey'] as const), pattern: outer.weighted({ none: 0.7, argyle: 0.2, heather: 0.2 }), trimWeave: 'rib', neckline: { drop: 0.5, side: 1, vee: outer.uniform(8, 14), veeWidth: 6.5 }, collar: band(outer, [1.6, 2.4]), looseness: 0.7, stiffness: 0.5 })];
    case 'sweater-over-shirt': return [shirt(inner, true, { collar: tuckedCollar(inner, 0.12), pocket: false }), garment(outer, { kind: 'sweater', weave: outer.pick(['knit', 'jersey', 'rib'] as const), pattern: outer.weighted({ none: 0.7, argyle: 0.15, heather: 0.2 }), trimWeave: 'rib', neckline: { drop: 0.7, side: 1 }, collar: band(outer, [1.8, 2.6]), looseness: 0.8, stiffness: 0.5 })];
    case 'turtleneck': return [garment(random, { kind: 'turtleneck', weave: random.pick(['rib', 'jersey', 'knit'] as const), pattern: random.weighted({ none: 0.8, heather: 0.2, stripes: 0.1 }), trimWeave: 'rib', neckline: { drop: 0.2 }, collar: { kind: 'turtle', height: random.uniform(2.2, 4.4), rolls: random.chance(0.6) ? 1 : 0 }, looseness: random.uniform(0.3, 0.7) })];
    case 'cable-knit': return [garment(random, { kind: 'sweater', weave: 'cable', stuff: { colour: random.chance(0.5) ? hsv(0.11, 0.15, 0.85) : clothColour(random) }, trimWeave: 'rib', neckline: { drop: 0.3, side: 0.6 }, collar: random.chance(0.5) ? band(random, [2.2, 3.2]) : { kind: 'turtle', height: random.uniform(2.4, 3.8), rolls: 1 }, looseness: 1, stiffness: 0.6, folds: 0.7 })];
    case 'nordic-sweater': return [garment(random, { kind: 'sweater', weave: 'knit', pattern: 'nordic', trimWeave: 'rib', neckline: { drop: 0.2 }, collar: band(random, [2.2, 3]), looseness: 0.9, stiffness: 0.5, seams: 'none' })];
    case 'cardigan': return [inner.chance(0.5) ? shirt(inner, inner.chance(0.5), { collar: tuckedCollar(inner, 0.12) }) : tee(inner, inner.weighted(CASUAL_PATTERNS)), garment(outer, { kind: 'cardigan', weave: outer.pick(['knit', 'rib', 'jersey'] as const), pattern: outer.weighted({ none: 0.75, heather: 0.25 }), trimWeave: 'rib', neckline: { drop: 0.4, side: 1, vee: outer.uniform(15, 26), veeWidth: 6.6 }, collar: outer.chance(0.4) ? { kind: 'lapel', width: 5.5, notch: 'shawl', stand: 2.2 } : band(outer, [2.4, 3.4]), looseness: 0.8, stiffness: 0.5, front: buttons(outer, { spacing: 7, radius: 0.75, stuff: { kind: 'wood', colour: hex(0x5a3a20), second: hex(0x2a180c), roughness: 0.4, scale: 0.5 } }) })];
    case 'fleece': return [garment(random, { kind: 'fleece', weave: 'fleece', trim: { ...(random.chance(0.4) ? { colour: clothColour(random) } : {}) }, neckline: { drop: 0.2, vee: random.uniform(0, 8), veeWidth: 3.5 }, collar: { kind: 'stand', height: random.uniform(3.4, 4.6), open: random.uniform(0.12, 0.5), flare: 0.4, padded: 0.3 }, looseness: 0.9, stiffness: 0.7, folds: 0.5, front: zip(random), seams: 'raglan' })];
    case 'denim-jacket': return [tee(inner, inner.weighted(CASUAL_PATTERNS)), garment(outer, { kind: 'denim jacket', weave: 'twill', stuff: { colour: outer.pick([hex(0x2c4468), hex(0x3e5f8a), hex(0x6f8fb3), hex(0x1c2638), hex(0x15161a)]), second: hex(0xb9894a), wear: outer.uniform(0.3, 0.9), wrinkles: 0.6, weaveSize: 0.16 }, neckline: { drop: 0.2, side: 0.6, vee: outer.uniform(10, 30), veeWidth: 6.6 }, collar: { kind: 'shirt', stand: 2.4, fall: 7, point: 9, spread: 0.5, open: 0.55 }, looseness: 0.8, stiffness: 0.8, folds: 0.45, pocket: true, front: buttons(outer, { radius: 0.7, stuff: { kind: 'plain', colour: hex(0xb07a45), roughness: 0.35, metallic: 1 } }) })];
    case 'leather-jacket': return [tee(inner, inner.chance(0.7) ? 'none' : 'stripes'), garment(outer, { kind: 'leather jacket', weave: 'leather', stuff: { colour: outer.pick([hex(0x121212), hex(0x1a1512), hex(0x3a2115), hex(0x5a3420), hex(0x6e2a22)]), wrinkles: 0.9, wear: outer.uniform(0, 0.5) }, neckline: { drop: 0.2, side: 0.8, vee: outer.uniform(16, 28), veeWidth: 7 }, collar: outer.chance(0.6) ? { kind: 'lapel', width: 8, notch: 'notched', stand: 2.6 } : { kind: 'stand', height: 3.4, open: 0.55, flare: 0.3, padded: 0.15 }, looseness: 0.85, stiffness: 0.8, folds: 0.4, epaulettes: outer.chance(0.35), front: zip(outer) })];
    case 'bomber': return [tee(inner, inner.weighted(CASUAL_PATTERNS)), garment(outer, { kind: 'bomber', weave: 'satin', stuff: { colour: outer.pick([hex(0x4b5230), hex(0x17181c), hex(0x1c2746), hex(0x5a1f2a), hex(0x8a7a52)]), roughness: 0.5, wrinkles: 0.8 }, trimWeave: 'rib', neckline: { drop: 0.3, side: 0.6, vee: outer.uniform(8, 26), veeWidth: 5.6 }, collar: band(outer, [3, 4]), looseness: 1, stiffness: 0.7, folds: 0.7, front: zip(outer) })];
    case 'puffer': return [garment(outer, { kind: 'puffer', weave: 'satin', stuff: { roughness: outer.uniform(0.35, 0.6), wrinkles: 1, weaveDepth: 0.1 }, neckline: { drop: 0.1, vee: outer.uniform(0, 6), veeWidth: 3.6 }, collar: { kind: 'stand', height: outer.uniform(3.6, 5), open: outer.uniform(0.15, 0.5), flare: 0.7, padded: 1 }, looseness: 1.5, stiffness: 1, folds: 0.35, seams: 'quilted', front: zip(outer) })];
    case 'coat': return [inner.chance(0.5) ? garment(inner, { kind: 'turtleneck', weave: 'rib', trimWeave: 'rib', collar: { kind: 'turtle', height: inner.uniform(2.4, 4), rolls: 1 } }) : shirt(inner, inner.chance(0.6), { collar: tuckedCollar(inner, 0.12) }), jacket(outer, { kind: 'coat', weave: 'felt', stuff: { colour: suitColour(outer), wrinkles: 0.2, stitched: false }, neckline: { drop: 0, side: 1.2, vee: outer.uniform(16, 26), veeWidth: 7.4 }, looseness: 1.15, collar: { kind: 'lapel', width: outer.uniform(8, 11), notch: outer.pick(['notched', 'peaked', 'shawl'] as const), stand: 3 } })];
    case 'trench': return [shirt(inner, inner.chance(0.5), { collar: tuckedCollar(inner, 0.12) }), jacket(outer, { kind: 'trench', weave: 'plain', pattern: 'none', stuff: { colour: outer.pick([hex(0xb59a6d), hex(0xa58f6b), hex(0x4b4a3a), hex(0x1d2230)]), wrinkles: 0.6, stitched: true }, looseness: 1.1, epaulettes: true, collar: { kind: 'lapel', width: 10, notch: 'notched', stand: 3.2 }, neckline: { drop: 0, side: 1, vee: outer.uniform(12, 20), veeWidth: 7 } })];
    case 'track-jacket': return [garment(outer, { kind: 'track jacket', weave: 'jersey', pattern: 'colour-block', stuff: { centre: [0, -20], roughness: 0.55 }, trimWeave: 'rib', neckline: { drop: 0.1, vee: outer.uniform(0, 7), veeWidth: 3.4 }, collar: { kind: 'stand', height: 3.6, open: outer.uniform(0.1, 0.45), flare: 0.25, padded: 0.1 }, looseness: 0.7, seams: 'raglan', front: zip(outer) })];
    case 'raincoat': return [garment(outer, { kind: 'raincoat', weave: 'satin', stuff: { colour: outer.pick([hex(0xf2c21a), hex(0x1f3b5e), hex(0x2f5a44), hex(0xb03024)]), roughness: 0.3, wrinkles: 0.8, weaveDepth: 0 }, neckline: { drop: 0.6, side: 1, vee: outer.uniform(0, 4) }, collar: { kind: 'hood', size: 0.95, cords: true }, looseness: 1.1, stiffness: 0.9, folds: 0.5, front: zip(outer) })];
    case 'jersey': return [garment(random, { kind: 'jersey', weave: 'mesh', pattern: random.weighted({ logo: 0.5, stripes: 0.25, chevron: 0.1, 'colour-block': 0.15 }), stuff: { colour: hsv(random.next(), random.uniform(0.6, 0.9), random.uniform(0.3, 0.85)), centre: [0, -25], patternSize: random.uniform(4, 7), sheen: 0.1, roughness: 0.5 }, trimWeave: 'rib', trim: { colour: clothColour(random) }, neckline: { drop: 0.5, side: 0.8, vee: random.chance(0.5) ? random.uniform(3, 6) : 0 }, collar: band(random), seams: 'raglan', looseness: 0.5 })];
    case 'uniform': return [shirt(random, random.chance(0.5), { kind: 'uniform', pattern: 'none', stuff: { colour: random.pick([hex(0x2b3a55), hex(0x5c6b4a), hex(0x9aa9bd), hex(0xb8a883), hex(0x202226)]) }, pocket: true, epaulettes: true, front: buttons(random, { stuff: metal(random) }) })];
    case 'police': return [shirt(random, true, { kind: 'uniform', pattern: 'none', stuff: { colour: random.pick([hex(0x1a2440), hex(0x14161c), hex(0x8fb0d8)]) }, pocket: true, epaulettes: true })];
    case 'lab-coat': return [random.chance(0.6) ? shirt(inner, true, { collar: tuckedCollar(inner, 0.12) }) : tee(inner, 'none'), jacket(outer, { kind: 'lab coat', weave: 'plain', pattern: 'none', stuff: { colour: white(outer), wrinkles: 0.7, stitched: true }, collar: { kind: 'lapel', width: 7.5, notch: 'notched', stand: 2 }, looseness: 0.8, stiffness: 0.6, folds: 0.35, pocket: true })];
    case 'scrubs': return [garment(random, { kind: 'scrubs', weave: 'plain', stuff: { colour: random.pick([hex(0x2f7f86), hex(0x3a6ea5), hex(0x7fb3a8), hex(0x1f3a5a), hex(0x6b3a5b)]), wrinkles: 0.8 }, neckline: { drop: 0.5, side: 1, vee: random.uniform(6, 10), veeWidth: 6 }, collar: { kind: 'band', width: 2.6 }, trimWeave: 'plain', looseness: 0.6, pocket: true })];
    case 'chef': return [garment(random, { kind: 'chef', weave: 'twill', stuff: { colour: random.chance(0.8) ? white(random) : hex(0x18191c) }, neckline: { drop: 0.1 }, collar: { kind: 'stand', height: 3, open: 0.14, flare: 0.15, padded: 0.05 }, looseness: 0.7, stiffness: 0.6, front: buttons(random, { double: true, spacing: 6, radius: 0.8, stuff: { kind: 'plain', colour: random.chance(0.5) ? [0.02, 0.02, 0.02] : [0.85, 0.85, 0.85], roughness: 0.4 } }) })];
    case 'overalls': return [tee(inner, inner.weighted(CASUAL_PATTERNS)), garment(outer, { kind: 'overalls', weave: 'twill', stuff: { colour: hex(0x35557f), wear: 0.5, second: hex(0xb9894a) }, neckline: { drop: 9, side: 8, back: 8 }, looseness: 0.6, straps: { at: 7.5, halfWidth: 1.9 }, stiffness: 0.7, folds: 0.2, pocket: true })];
    case 'apron': return [shirt(inner, inner.chance(0.5), { collar: tuckedCollar(inner, 0.12) }), garment(outer, { kind: 'apron', weave: 'twill', neckline: { drop: 10, side: 8, back: 10 }, looseness: 0.55, straps: { at: 6.5, halfWidth: 1.2 }, stiffness: 0.6 })];
    case 'blouse': return [garment(random, { kind: 'blouse', weave: random.pick(['plain', 'satin', 'plain'] as const), pattern: random.weighted(BLOUSE_PATTERNS), neckline: { drop: 0.6, side: 1.2, scoop: random.uniform(0, 3), vee: random.chance(0.6) ? random.uniform(4, 9) : 0, veeWidth: random.uniform(4, 6.5) }, looseness: random.uniform(0.3, 0.6), folds: random.uniform(0.5, 0.9), collar: random.chance(0.4) ? shirtCollar(random, 0.5) : { kind: 'none' }, front: random.chance(0.5) ? buttons(random, { radius: 0.4 }) : { kind: 'closed' } })];
    case 'peter-pan-blouse': return [garment(random, { kind: 'blouse', weave: 'plain', pattern: random.weighted(BLOUSE_PATTERNS), trim: { pattern: 'none', colour: random.chance(0.6) ? white(random) : clothColour(random) }, neckline: { drop: 0.4, side: 0.4 }, collar: { kind: 'flat', width: random.uniform(4.5, 7), scallops: random.chance(0.3) ? random.integer(5, 9) : 0 }, front: buttons(random, { radius: 0.42 }) })];
    case 'satin-blouse': return [garment(random, { kind: 'blouse', weave: 'satin', pattern: random.chance(0.7) ? 'none' : 'floral', stuff: { wrinkles: 1.1 }, neckline: { drop: 0.8, side: 1.6, vee: random.uniform(6, 13), veeWidth: 6.5 }, folds: 1, looseness: 0.5 })];
    case 'scoop-top': return [tee(random, random.weighted(CASUAL_PATTERNS), { neckline: { drop: 0.8, side: 1.6, scoop: random.uniform(3, 6), back: random.uniform(0, 2) }, collar: band(random, [0.8, 1.4]), looseness: 0.16, stiffness: 0.15 })];
    case 'off-shoulder': return [garment(random, { kind: 'off-shoulder', weave: random.pick(['rib', 'jersey', 'plain'] as const), pattern: random.weighted(BLOUSE_PATTERNS), neckline: { drop: 7.6, side: 2.4, back: -0.5 }, collar: random.chance(0.5) ? { kind: 'flat', width: random.uniform(3, 5), scallops: random.integer(6, 14) } : { kind: 'band', width: random.uniform(1, 3) }, looseness: 0.3 })];
    case 'boat-top': return [tee(random, random.weighted({ stripes: 0.5, none: 0.5 }), { neckline: { drop: 0.1, side: random.uniform(2.2, 4) }, collar: band(random, [0.8, 1.4]) })];
    case 'dress-straps': return [garment(random, { kind: 'dress', weave: random.pick(['satin', 'plain', 'jersey'] as const), pattern: random.weighted(BLOUSE_PATTERNS), neckline: { drop: 10, side: 3, vee: random.chance(0.5) ? random.uniform(2, 5) : 0, veeWidth: 8, back: 3 }, looseness: 0.16, folds: 0.5, straps: { at: random.uniform(7, 9), halfWidth: random.uniform(0.3, 1.2) } })];
    case 'wrap-dress': return [garment(random, { kind: 'wrap dress', weave: random.pick(['jersey', 'satin', 'plain'] as const), pattern: random.weighted(BLOUSE_PATTERNS), neckline: { drop: 0.5, side: 1.4, vee: random.uniform(9, 14), veeWidth: 7, lean: random.uniform(-1.5, 1.5) }, collar: random.chance(0.3) ? { kind: 'lapel', width: 5, notch: 'shawl', stand: 1 } : { kind: 'none' }, folds: 0.8 })];
    case 'ruffle-top': return [garment(random, { kind: 'ruffle top', weave: 'plain', pattern: random.weighted(BLOUSE_PATTERNS), neckline: { drop: 1, side: 1.4, scoop: 2 }, collar: { kind: 'flat', width: random.uniform(3, 5), scallops: random.integer(10, 18) } })];
    case 'square-top': return [garment(random, { kind: 'square top', weave: random.pick(['rib', 'jersey', 'plain'] as const), pattern: random.weighted(BLOUSE_PATTERNS), neckline: { drop: 1.4, side: 2.6, scoop: random.uniform(3.5, 6) }, looseness: 0.16, collar: band(random, [0.7, 1.2]) })];
    case 'kurta': return [garment(random, { kind: 'kurta', weave: 'plain', pattern: random.weighted({ none: 0.6, paisley: 0.15, floral: 0.1, herringbone: 0.1 }), trim: { ...(random.chance(0.5) ? { colour: hsv(random.uniform(0.08, 0.14), 0.6, 0.7) } : {}) }, neckline: { drop: 0.2, vee: random.uniform(1, 4), veeWidth: 2.4 }, collar: { kind: 'stand', height: random.uniform(2.4, 3.4), open: random.uniform(0.08, 0.25), flare: 0.1, padded: 0.03 }, front: buttons(random, { length: 24, spacing: 5.5, radius: 0.42 }), looseness: 0.6, folds: 0.7 })];
    case 'kimono': return [garment(inner, { kind: 'juban', weave: 'plain', stuff: { colour: white(inner) }, neckline: { drop: 0.1, side: 0.6, vee: 9, veeWidth: 6.4 }, collar: { kind: 'band', width: 3 }, trimWeave: 'plain' }), garment(outer, { kind: 'kimono', weave: 'satin', pattern: outer.weighted({ floral: 0.4, none: 0.3, chevron: 0.15, brush: 0.15 }), trim: { pattern: 'none' }, neckline: { drop: 0.5, side: 1.2, vee: 14, veeWidth: 7, lean: 0.8 }, collar: { kind: 'lapel', width: 4.6, notch: 'shawl', stand: 1.4 }, looseness: 0.7, stiffness: 0.7, folds: 0.4, seams: 'none' })];
    case 'hanbok': return [garment(random, { kind: 'hanbok', weave: 'satin', pattern: random.weighted({ none: 0.7, floral: 0.3 }), trimWeave: 'satin', trim: { colour: white(random), pattern: 'none' }, neckline: { drop: 0.3, side: 0.8, vee: random.uniform(7, 10), veeWidth: 6, lean: 1 }, collar: { kind: 'lapel', width: 3, notch: 'shawl', stand: 1 }, looseness: 0.6, seams: 'none' })];
    case 'dashiki': return [garment(random, { kind: 'dashiki', weave: 'plain', pattern: 'dashiki', stuff: { colour: hsv(random.next(), 0.8, 0.5), second: hsv(random.next(), 0.85, 0.8), third: hsv(random.uniform(0.1, 0.16), 0.7, 0.9), patternSize: random.uniform(8, 13) }, neckline: { drop: 0.5, side: 0.8, vee: random.uniform(5, 9), veeWidth: 4.5 }, collar: { kind: 'band', width: 2.4 }, trimWeave: 'plain', looseness: 0.6, seams: 'none' })];
    case 'mandarin-jacket': return [garment(random, { kind: 'tang jacket', weave: 'satin', pattern: random.weighted({ none: 0.4, floral: 0.4, paisley: 0.2 }), stuff: { colour: random.pick([hex(0x8e1b1f), hex(0x16181c), hex(0x1d2c52), hex(0x7a5a1e)]) }, trim: { colour: hex(0xb8892f), pattern: 'none' }, neckline: { drop: 0.1 }, collar: { kind: 'stand', height: 3.6, open: 0.16, flare: 0.15, padded: 0.05 }, looseness: 0.6, stiffness: 0.6, front: buttons(random, { radius: 0.55, stuff: { kind: 'plain', colour: hex(0xb8892f), roughness: 0.5 } }) })];
    case 'sari-blouse': return [garment(inner, { kind: 'choli', weave: 'satin', neckline: { drop: 1, side: 2, scoop: 5, back: 4 }, looseness: 0.14 }), garment(outer, { kind: 'sari', weave: 'satin', pattern: outer.weighted({ none: 0.3, floral: 0.3, paisley: 0.4 }), trimWeave: 'satin', trim: { colour: hex(0xc39a3c), pattern: 'none' }, neckline: { drop: 3.4, side: 0, vee: 12, veeWidth: 13, lean: -7, back: 2 }, collar: { kind: 'band', width: 3.4 }, looseness: 0.6, folds: 1, seams: 'none' })];
    case 'thobe': return [garment(random, { kind: 'thobe', weave: 'plain', stuff: { colour: random.chance(0.75) ? white(random) : clothColour(random) }, neckline: { drop: 0.1, vee: random.uniform(0, 3), veeWidth: 2 }, collar: { kind: 'stand', height: 2.8, open: 0.1, flare: 0.05, padded: 0 }, front: buttons(random, { length: 20 }), looseness: 0.6 })];
    case 'poncho': return [tee(inner, 'none'), garment(outer, { kind: 'poncho', weave: 'knit', pattern: outer.weighted({ stripes: 0.5, chevron: 0.3, nordic: 0.2 }), neckline: { drop: 0.8, side: 1.2, vee: outer.uniform(4, 10) }, collar: { kind: 'band', width: 1.8 }, looseness: 1.3, stiffness: 1, folds: 0.8, seams: 'none' })];
    case 'clergy': return [shirt(random, true, { pattern: 'none', stuff: { colour: hex(0x121214) }, trim: { colour: white(random) }, collar: { kind: 'stand', height: 2.8, open: 0.04, flare: 0, padded: 0 }, front: { kind: 'closed' } })];
  }

}

const FORMAL: readonly Outfit[] = ['suit', 'waistcoat'];

function sampleNeckwear(random: Random, traits: Traits, name: Outfit, garments: readonly GarmentLook[]): NeckwearLook[] {
  const worn: NeckwearLook[] = [];
  const feminine = 1 - traits.masculine;
  if (name === 'tuxedo') worn.push({ kind: 'bow-tie', stuff: fabric(random, 'satin', 'none', { colour: hex(0x0b0b0d) }), width: random.uniform(4.4, 5.6), seed: random.uniform(0, 9) });
  else if (FORMAL.includes(name) || ((name === 'shirt' || name === 'sweater-over-shirt' || name === 'lab-coat' || name === 'police') && garments[0]!.kind !== 'tee' && garments[0]!.neckline.vee === 0 && random.chance(0.45))) {
    const pattern = random.weighted({ none: 0.35, stripes: 0.28, dots: 0.17, paisley: 0.08, checks: 0.06, floral: 0.06 });
    if (random.chance(0.1)) worn.push({ kind: 'bow-tie', stuff: fabric(random, 'satin', pattern), width: random.uniform(4, 5.4), seed: random.uniform(0, 9) });
    else worn.push({ kind: 'tie', stuff: fabric(random, random.chance(0.8) ? 'satin' : 'knit', pattern, { angle: 0.75, patternSize: pattern === 'dots' ? random.uniform(0.6, 1.2) : random.uniform(1.4, 3.4), wrinkles: 0.1, weaveSize: 0.1 }), width: random.uniform(6, 9.5), knot: random.uniform(0.85, 1.15), seed: random.uniform(0, 9) });
  }
  const isOpen = garments.every((g) => g.collar.kind === 'none' || g.collar.kind === 'band' || g.neckline.vee > 3);
  if (worn.length === 0 && isOpen && random.chance(0.1 + 0.32 * feminine)) worn.push(necklace(random, feminine));
  if (worn.length === 0 && isOpen && random.chance(0.05 * feminine)) worn.push({ kind: 'choker', stuff: fabric(random, 'satin', 'none', { colour: random.chance(0.7) ? hex(0x101012) : clothColour(random), stitched: false, wrinkles: 0 }), height: random.uniform(0.7, 2) });
  const hasFreeNeck = garments.every((g) => g.collar.kind !== 'turtle' && g.collar.kind !== 'hood' && !(g.collar.kind === 'stand' && g.collar.padded > 0.5));
  if (worn.length === 0 && hasFreeNeck && random.chance(0.06)) worn.push(sampleScarf(random));
  else if (random.chance(0.03) && hasFreeNeck) worn.push({ kind: 'lanyard', stuff: fabric(random, 'satin', random.chance(0.4) ? 'chevron' : 'none', { wrinkles: 0 }), width: random.uniform(1, 2), badge: true });
  return worn;
}

export function sampleScarf(random: Random): Extract<NeckwearLook, { kind: 'scarf' }> {
  const weave = random.weighted({ knit: 0.35, fleece: 0.2, plain: 0.25, satin: 0.12, cable: 0.08 });
  const pattern = random.weighted({ none: 0.4, plaid: 0.25, stripes: 0.15, heather: 0.1, floral: 0.06, leopard: 0.04 });
  return { kind: 'scarf', stuff: fabric(random, weave, pattern, { wrinkles: 0.8, stitched: false }), volume: weave === 'satin' ? random.uniform(0.9, 1.3) : random.uniform(1.2, 1.9), loops: random.chance(0.55) ? 2 : 1, ends: random.integer(0, 2), seed: random.uniform(0, 20) };
}

function necklace(random: Random, feminine: number): Extract<NeckwearLook, { kind: 'necklace' }> {
  const style = random.weighted({ cord: 0.5, links: 0.3 + 0.3 * (1 - feminine), beads: 0.1 + 0.15 * feminine });
  const stuff: HardStuff = style === 'beads' ? (random.chance(0.6) ? pearl(random) : random.chance(0.5) ? plastic(random) : { kind: 'wood', colour: hex(0x6b4226), second: hex(0x2e1a0e), roughness: 0.5, scale: 0.6 }) : preciousMetal(random);
  const pendant = style === 'beads' ? 'none' : random.weighted({ none: 0.3, disc: 0.2, drop: 0.15, cross: 0.12, gem: 0.15, heart: 0.08 });
  return {
    kind: 'necklace', stuff, drop: random.uniform(0.2, 1.6), vee: random.uniform(1, 9), thickness: style === 'links' ? random.uniform(0.07, 0.16) : random.uniform(0.05, 0.09), style, bead: random.uniform(0.25, 0.5), pendant,
    pendantStuff: pendant === 'gem' ? gem(random) : preciousMetal(random), pendantSize: random.uniform(0.45, 1.1),
  };
}
