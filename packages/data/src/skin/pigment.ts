/**
 * Colour of skin from what is in it: melanin in the epidermis, blood in the dermis (a two-layer version of Donner and
 * Jensen, "A Spectral BSSRDF for Shading Human Skin", EGSR 2006, evaluated per wavelength and integrated to linear sRGB,
 * in the spirit of Jimenez et al., "A Practical Appearance Model for Dynamic Facial Color", SIGGRAPH Asia 2010).
 *
 * Everything that happens to the pigments (freckles, blush, tan, lips) is then a change of two numbers, and looks right on
 * light and on dark skin alike. Layers that are not pigment (make-up, ink) are mixed over it elsewhere.
 */
import type { Rgb } from './look.ts';

export interface Pigments {
  /** Melanin, 0 very light .. 1 very dark; roughly linear in perceived lightness. */
  melanin: number;
  /** Blood, 0 pale .. 1 flushed; about 0.35 is an ordinary face, lips are near 1. */
  haemoglobin: number;
  /** Part of the melanin that is reddish pheomelanin, 0..1. */
  pheomelanin: number;
  /** Yellow of carotene and bilirubin, 0..1: the golden and olive undertones. */
  carotene: number;
}

/** Extinction of oxygenated and deoxygenated haemoglobin, 1/(cm mol/l), from 400 nm in steps of 10 (S. Prahl's compilation). */
const OXYGENATED = [
  266232, 466840, 480360, 246072, 102580, 62816, 44480, 33209, 26629, 23684, 20933, 20035, 24202, 39957, 53236, 43016,
  32613, 44496, 50104, 14401, 3200, 1506, 942, 610, 442, 368, 320, 294, 278, 276, 290,
];
const DEOXYGENATED = [
  223296, 303956, 407560, 528600, 413280, 103292, 23389, 16156, 14550, 16684, 20862, 25774, 31590, 39036, 46592, 53412,
  53788, 45072, 37020, 28324, 14677, 9444, 6510, 5149, 4345, 3750, 3227, 2795, 2408, 2052, 1794,
];
/** Relative power of daylight D65 at the same wavelengths. */
const DAYLIGHT = [
  82.8, 91.5, 93.4, 86.7, 104.9, 117, 117.8, 114.9, 115.9, 108.8, 109.4, 107.8, 104.8, 107.7, 104.4, 104.1, 100, 96.3, 95.8,
  88.7, 90, 89.6, 87.7, 83.3, 83.7, 80, 80.2, 82.3, 78.3, 69.7, 71.6,
];
const FIRST_NM = 400;
const STEP_NM = 10;
const OXYGENATION = 0.72;
/** 150 g/l of haemoglobin, 64 500 g/mol, in 1/mm. */
const BLOOD_PER_MM = (2.303 * 150) / 64500 / 10;
const EPIDERMIS_MM = 0.1;
/** Light that the horny layer and the melanosomes scatter back before it is absorbed: very dark skin is not black. */
const SURFACE = 0.016;

/** Linear sRGB reflectance under daylight. */
export function skinColour({ melanin, haemoglobin, pheomelanin, carotene }: Pigments): Rgb {
  return reflectedColour(epidermisTransmission(melanin, pheomelanin), dermisReflectance(haemoglobin, carotene));
}

/** `[wavelengths]` of light that goes in and out. */
function epidermisTransmission(melanin: number, pheomelanin: number): number[] {
  const fraction = fractionOfMelanin(melanin);
  return BANDS.map((band) => {
    const absorption = fraction * (band.eumelanin + pheomelanin * (band.pheomelanin - band.eumelanin)) + (1 - fraction) * band.baseline;
    // Diffuse light crosses the epidermis twice at all angles: 2.6 thicknesses in all, against 2 for a perpendicular beam.
    return Math.exp(-2.6 * EPIDERMIS_MM * absorption);
  });
}

/** `[wavelengths]` of light that the dermis sends back. */
function dermisReflectance(haemoglobin: number, carotene: number): number[] {
  const fraction = fractionOfBlood(haemoglobin);
  return BANDS.map((band) => diffuseReflectance(fraction * band.blood + (1 - fraction) * band.baseline + carotene * band.carotene, band.scattering));
}

function reflectedColour(transmission: readonly number[], dermis: readonly number[]): Rgb {
  const xyz = [0, 0, 0];
  for (let i = 0; i < BANDS.length; i++) {
    const { weights } = BANDS[i]!;
    const reflectance = SURFACE + (1 - SURFACE) * transmission[i]! * dermis[i]!;
    for (let k = 0; k < 3; k++) xyz[k]! += reflectance * weights[k]!;
  }
  return toLinearRgb(xyz);
}

/** Semi-infinite medium, index of refraction 1.4 (Jensen et al. 2001, eq. 15). */
function diffuseReflectance(absorption: number, scattering: number): number {
  const albedo = scattering / (scattering + absorption);
  const root = Math.sqrt(3 * (1 - albedo));
  return 0.5 * albedo * (1 + Math.exp((-4 / 3) * INTERNAL_REFLECTION * root)) * Math.exp(-root);
}

/** (1 + F) / (1 - F) with F, the light that the surface sends back inside, for the index 1.4 on the way out (3.02), less for the gel-like layers between. */
const INTERNAL_REFLECTION = 2.2;

/** Reflectance falls exponentially with the fraction: even steps of `melanin` look even. */
function fractionOfMelanin(melanin: number): number {
  return 0.003 + 0.27 * Math.max(0, melanin) ** 1.75;
}

function fractionOfBlood(haemoglobin: number): number {
  return 0.0015 + 0.06 * Math.max(0, haemoglobin) ** 1.6;
}

/** Wyman, Sloan and Shirley 2013: the CIE 1931 matching functions as sums of Gaussians. */
function matching(nm: number): [number, number, number] {
  const lobe = (centre: number, below: number, above: number) => Math.exp(-0.5 * ((nm - centre) * (nm < centre ? below : above)) ** 2);
  return [
    0.362 * lobe(442, 0.0624, 0.0374) + 1.056 * lobe(599.8, 0.0264, 0.0323) - 0.065 * lobe(501.1, 0.049, 0.0382),
    0.821 * lobe(568.8, 0.0213, 0.0247) + 0.286 * lobe(530.9, 0.0613, 0.0322),
    1.217 * lobe(437, 0.0845, 0.0278) + 0.681 * lobe(459, 0.0385, 0.0725),
  ];
}

function toLinearRgb([x, y, z]: readonly number[]): Rgb {
  const rgb = [3.2406 * x! - 1.5372 * y! - 0.4986 * z!, -0.9689 * x! + 1.8758 * y! + 0.0415 * z!, 0.0557 * x! - 0.204 * y! + 1.057 * z!];
  return rgb.map((value) => Math.min(1, Math.max(0.002, value))) as unknown as Rgb;
}

/** The spectrum: absorption and scattering in 1/mm, and weights that make a white surface exactly D65 white. */
const BANDS = OXYGENATED.map((oxygenated, i) => {
  const nm = FIRST_NM + STEP_NM * i;
  return {
    // In living skin the scattering around it makes melanin's spectrum flatter than that of the extract (exponents -3.33
    // and -4.75); these exponents give the chromaticities of measured skin from light to dark.
    eumelanin: 50 * (nm / 550) ** -1.15,
    pheomelanin: 42 * (nm / 550) ** -3.2,
    blood: BLOOD_PER_MM * (OXYGENATION * oxygenated + (1 - OXYGENATION) * DEOXYGENATED[i]!),
    carotene: 0.22 * Math.exp(-(((nm - 460) / 38) ** 2)),
    baseline: 0.008 + 3 * Math.exp(-(nm - 154) / 66.2),
    scattering: 14.74 * nm ** -0.22 + 2.2e11 * nm ** -4,
    weights: matching(nm).map((value) => value * DAYLIGHT[i]!),
  };
});
const WHITE = [0.9505, 1, 1.089];
for (let k = 0; k < 3; k++) {
  const sum = BANDS.reduce((total, band) => total + band.weights[k]!, 0);
  for (const band of BANDS) band.weights[k]! *= WHITE[k]! / sum;
}

/** Rows of the table: melanin from 0 to {@link TABLE_MELANIN}; columns: haemoglobin from 0 to {@link TABLE_HAEMOGLOBIN}. */
export const TABLE_SIZE = 12;
export const TABLE_MELANIN = 1.3;
export const TABLE_HAEMOGLOBIN = 1.6;

/** `[TABLE_SIZE, TABLE_SIZE, 4]` log of linear RGB, so that interpolation between entries stays close (1 %) to the model. */
export function pigmentTable({ pheomelanin, carotene }: Pick<Pigments, 'pheomelanin' | 'carotene'>): Float32Array {
  const table = new Float32Array(TABLE_SIZE * TABLE_SIZE * 4);
  const steps = Array.from({ length: TABLE_SIZE }, (_, i) => i / (TABLE_SIZE - 1));
  const transmissions = steps.map((step) => epidermisTransmission(TABLE_MELANIN * step, pheomelanin));
  const dermises = steps.map((step) => dermisReflectance(TABLE_HAEMOGLOBIN * step, carotene));
  for (let row = 0; row < TABLE_SIZE; row++)
    for (let column = 0; column < TABLE_SIZE; column++) table.set(reflectedColour(transmissions[row]!, dermises[column]!).map(Math.log), 4 * (row * TABLE_SIZE + column));
  return table;
}
