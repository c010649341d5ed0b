/**
 * The camera that a picture was taken with: from linear light to a file. `photo-pass.ts` applies it on the GPU, all but
 * `jpegQuality`, which is for whoever writes the file.
 */
import type { Random } from '../random/random.ts';

export interface Photo {
  /** Stops above (or below) the exposure that suits the face. */
  exposure: number;
  /** Multiplies linear red, green and blue: what the camera's white balance got wrong. Luminance of white stays 1. */
  whiteBalance: [number, number, number];
  /** Slope of the tone curve about middle grey, 1 is neutral. */
  contrast: number;
  /** 0 is black and white, 1 neutral. */
  saturation: number;
  /** 0 is linear up to the sensor's limit (a hard clip), 1 a film's soft shoulder. */
  shoulder: number;
  /** Lifted blacks of faded pictures: the darkest output, 0..0.1 in sRGB. */
  fade: number;
  /** Colour of shadows and of highlights, added in sRGB: -0.05..0.05. */
  shadowTint: [number, number, number];
  highlightTint: [number, number, number];
  /** Light that the corners lose, 0..1. */
  vignette: number;
  /** Radius of the blur of what is infinitely far, in shares of the picture's side; the focus is on the eyes. */
  defocus: number;
  /** Softness of lens and focus everywhere: standard deviation in pixels of a 256-pixel picture. */
  softness: number;
  /** Standard deviation of the sensor's noise in linear light, 1 is white: `read` everywhere, `shot` at white (grows with the root). */
  noise: { read: number; shot: number; /** Size of its grains in pixels: 1 none correlated. */ grain: number };
  /** Unsharp mask of the camera's processing, 0..1. */
  sharpen: number;
  /** 60..97, of the written file. */
  jpegQuality: number;
}

/** Changes nothing but the transfer to sRGB. */
export function neutralPhoto(changes: Partial<Photo> = {}): Photo {
  return {
    exposure: 0, whiteBalance: [1, 1, 1], contrast: 1, saturation: 1, shoulder: 0, fade: 0, shadowTint: [0, 0, 0], highlightTint: [0, 0, 0], vignette: 0,
    defocus: 0, softness: 0, noise: { read: 0, shot: 0, grain: 1 }, sharpen: 0, jpegQuality: 97, ...changes,
  };
}

/** How pictures are developed, and how often, per cent. */
const DEVELOPING = { neutral: 40, contrasty: 15, faded: 9, warm: 10, cool: 8, vivid: 9, muted: 6, monochrome: 3 } as const;

export function samplePhoto(random: Random): Photo {
  const noise = random.stream('noise');
  const isNoisy = noise.chance(0.25);
  const amount = isNoisy ? noise.uniform(0.35, 1) : noise.uniform(0, 0.25);
  const lens = random.stream('lens');
  return {
    ...develop(random.stream('developing')),
    exposure: sampleExposure(random.stream('exposure')),
    whiteBalance: sampleWhiteBalance(random.stream('white')),
    vignette: lens.chance(0.5) ? lens.uniform(0, 0.35) : 0,
    defocus: sampleDefocus(lens),
    softness: lens.chance(0.2) ? lens.uniform(0.5, 1.1) : lens.uniform(0.2, 0.5),
    noise: { read: 0.006 * amount ** 2, shot: 0.035 * amount, grain: noise.uniform(1, 1.8) },
    sharpen: lens.chance(0.4) ? lens.uniform(0.1, 0.6) : lens.uniform(0, 0.1),
    jpegQuality: random.stream('file').integer(60, 97),
  };
}

/** Nine in ten within 0.7 stops, the others up to 1.5 off. */
function sampleExposure(random: Random): number {
  if (random.chance(0.1)) return (random.chance(0.55) ? -1 : 1) * random.uniform(0.7, 1.5);
  return random.normal(0, 0.35, 2);
}

/** Along the colours of black bodies (amber to blue) much more than across (green to magenta). */
function sampleWhiteBalance(random: Random): [number, number, number] {
  const warmth = random.normal(0, 0.07, 2.5);
  const tint = random.normal(0, 0.025, 2.5);
  const gains = [Math.exp(warmth - tint / 2), Math.exp(tint), Math.exp(-warmth - tint / 2)] as const;
  const luminance = 0.2126 * gains[0] + 0.7152 * gains[1] + 0.0722 * gains[2];
  return [gains[0] / luminance, gains[1] / luminance, gains[2] / luminance];
}

/** Phones show everything, portrait lenses nothing but the face. */
function sampleDefocus(random: Random): number {
  switch (random.weighted({ deep: 25, medium: 35, shallow: 40 })) {
    case 'deep': return random.uniform(0, 0.004);
    case 'medium': return random.uniform(0.004, 0.02);
    case 'shallow': return random.uniform(0.02, 0.06);
  }
}

function develop(random: Random): Pick<Photo, 'contrast' | 'saturation' | 'shoulder' | 'fade' | 'shadowTint' | 'highlightTint'> {
  const shoulder = random.chance(0.8) ? random.uniform(0.5, 1) : random.uniform(0, 0.5);
  const plain = { contrast: random.uniform(0.92, 1.15), saturation: random.uniform(0.96, 1.2), shoulder, fade: random.uniform(0, 0.012), shadowTint: none(), highlightTint: none() };
  const u = random.uniform(0.5, 1);
  switch (random.weighted(DEVELOPING)) {
    case 'neutral': return plain;
    case 'contrasty': return { ...plain, contrast: random.uniform(1.2, 1.5), saturation: random.uniform(0.95, 1.2) };
    case 'faded': return { ...plain, contrast: random.uniform(0.75, 0.92), saturation: random.uniform(0.78, 1), fade: random.uniform(0.03, 0.09), shadowTint: [0.01 * u, 0, 0.02 * u] };
    case 'warm': return { ...plain, highlightTint: [0.03 * u, 0.01 * u, -0.04 * u], shadowTint: [0.012 * u, 0, -0.012 * u] };
    case 'cool': return { ...plain, highlightTint: [-0.02 * u, 0, 0.025 * u], shadowTint: [-0.02 * u, 0.004 * u, 0.03 * u] };
    case 'vivid': return { ...plain, contrast: random.uniform(1.05, 1.25), saturation: random.uniform(1.2, 1.45) };
    case 'muted': return { ...plain, saturation: random.uniform(0.7, 0.88) };
    case 'monochrome': return { ...plain, contrast: random.uniform(0.95, 1.4), saturation: 0 };
  }
}

const none = (): [number, number, number] => [0, 0, 0];

/**
 * The same camera, its automatic white balance included: it takes most of the colour out of the light, never all.
 *
 * @param light - colour of the light on the face, luminance 1
 */
export function withAutoWhiteBalance(photo: Photo, light: readonly [number, number, number]): Photo {
  const gains = light.map((value) => Math.min(2, Math.max(0.5, Math.max(value, 1e-3) ** -AUTO_WHITE_BALANCE)));
  // A grey in this light keeps its luminance.
  const scale = 1 / (0.2126 * gains[0]! * light[0] + 0.7152 * gains[1]! * light[1] + 0.0722 * gains[2]! * light[2]);
  const rounded = (value: number) => Math.round(value * 1e3) / 1e3;
  return { ...photo, whiteBalance: photo.whiteBalance.map((value, c) => rounded(value * gains[c]! * scale)) as Photo['whiteBalance'] };
}

/** Share of the light's colour that is taken out, in logarithms. */
const AUTO_WHITE_BALANCE = 0.6;
