/** Colours of things and of lights, linear RGB. */
import type { Random } from '../random/random.ts';
import type { Rgb } from './families/family.ts';

export const scaled = ([r, g, b]: Rgb, factor: number): [number, number, number] => [r * factor, g * factor, b * factor];
export const luminance = ([r, g, b]: ArrayLike<number> & Iterable<number>): number => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;

/** Hue 0..1, all linear except that the value is perceptual. */
export function hsv(hue: number, saturation: number, value: number): [number, number, number] {
  const channel = (offset: number) => {
    const k = (offset + hue * 6) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5) ** 2.2, channel(3) ** 2.2, channel(1) ** 2.2];
}

/**
 * A black body's colour with luminance 1 (approximation of the Planckian locus by T. Helland), relative to what a camera
 * takes for white.
 *
 * @param kelvin - 1500..15000
 * @param white - of the camera's white balance
 */
export function blackBody(kelvin: number, white = 5500): [number, number, number] {
  const [r, g, b] = planckian(kelvin);
  const [wr, wg, wb] = planckian(white);
  const relative: Rgb = [r / wr, g / wg, b / wb];
  return scaled(relative, 1 / luminance(relative));
}

function planckian(kelvin: number): Rgb {
  const t = kelvin / 100;
  const clamp = (x: number) => Math.max(0.07, Math.min(1, Math.max(0, x / 255)) ** 2.2);
  const r = t <= 66 ? 255 : 329.7 * (t - 60) ** -0.1332;
  const g = t <= 66 ? 99.47 * Math.log(t) - 161.12 : 288.12 * (t - 60) ** -0.0755;
  const b = t >= 66 ? 255 : t <= 19 ? 0 : 138.52 * Math.log(t - 10) - 305.04;
  return [clamp(r), clamp(g), clamp(b)];
}

/** Of walls and furniture: mostly muted, some strong. */
export function surfaceColour(random: Random, { least = 0.15, most = 0.9, strong = 0.2 } = {}): [number, number, number] {
  const saturation = random.chance(strong) ? random.uniform(0.4, 0.85) : random.uniform(0, 0.3);
  return hsv(random.next(), saturation, random.uniform(least, most));
}

/** Whites, creams and greys that most walls are painted in, and now and then a colour. */
export function wallColour(random: Random): [number, number, number] {
  switch (random.weighted({ white: 34, cream: 22, grey: 16, pastel: 14, colour: 9, dark: 5 })) {
    case 'white': return hsv(random.uniform(0.05, 0.2), random.uniform(0, 0.06), random.uniform(0.82, 0.95));
    case 'cream': return hsv(random.uniform(0.07, 0.14), random.uniform(0.1, 0.3), random.uniform(0.7, 0.9));
    case 'grey': return hsv(random.next(), random.uniform(0, 0.08), random.uniform(0.35, 0.75));
    case 'pastel': return hsv(random.next(), random.uniform(0.12, 0.3), random.uniform(0.65, 0.9));
    case 'colour': return hsv(random.next(), random.uniform(0.4, 0.75), random.uniform(0.35, 0.75));
    case 'dark': return hsv(random.next(), random.uniform(0, 0.4), random.uniform(0.12, 0.3));
  }
}

export const woodColour = (random: Random): [number, number, number] => hsv(random.uniform(0.045, 0.1), random.uniform(0.3, 0.65), random.uniform(0.25, 0.75));
