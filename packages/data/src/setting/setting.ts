/** Where a picture is taken: surroundings, what lights them, and the camera's look. */
import type { Random } from '../random/random.ts';
import { type Photo, samplePhoto } from '../photo/photo.ts';
import { type BackgroundLook, sampleBackground, withEmitters } from './background.ts';
import { type LampSetup, sampleLamps } from './lamps.ts';
import type { Frame } from './lighting.ts';

export interface SettingLook {
  /** What lights and background turn with. */
  frame: Frame;
  /** The lamps among `background.parameters`, for people; `own`: nothing but what the background gives. */
  lamps: LampSetup | 'own';
  background: BackgroundLook;
  photo: Photo;
}

/** In front of paper and walls there is always a photographer's lamp; in other rooms it is one of several things. */
const PORTRAIT: Record<LampSetup, number> = { rembrandt: 14, loop: 16, butterfly: 9, split: 6, broad: 10, clamshell: 6, 'two-sided': 6, window: 14, lamp: 3, flash: 5, ring: 4, screen: 1, candle: 1, overhead: 4, coloured: 2 };
const INDOORS: Record<LampSetup, number> = { rembrandt: 3, loop: 6, butterfly: 2, split: 2, broad: 6, clamshell: 2, 'two-sided': 2, window: 24, lamp: 14, flash: 9, ring: 3, screen: 7, candle: 2, overhead: 14, coloured: 3 };

/** In the dark somebody lights the face: a photograph of nothing is not kept. */
const DARK: Record<LampSetup, number> = { rembrandt: 2, loop: 4, butterfly: 1, split: 6, broad: 6, clamshell: 0, 'two-sided': 5, window: 4, lamp: 22, flash: 10, ring: 4, screen: 8, candle: 6, overhead: 10, coloured: 9 };

/**
 * @param melanin - of the person's skin: a camera exposes for the face that it sees, if not all the way
 */
export function sampleSettingLook(random: Random, frame: Frame, melanin?: number): SettingLook {
  const background = sampleBackground(random.stream('background'));
  const lamps = random.stream('lamps');
  const photo = samplePhoto(random.stream('photo'));
  // From very light to very dark skin reflectance falls by three stops; the camera makes up for half of them.
  if (melanin !== undefined) photo.exposure += 1.5 * melanin - 0.25;
  const setups = setupsFor(background, lamps);
  if (setups === undefined) return { frame, lamps: 'own', background, photo };
  const setup = lamps.weighted(setups);
  return { frame, lamps: setup, background: withEmitters(background, sampleLamps(lamps, setup)), photo };
}

function setupsFor({ family, isIndoors }: BackgroundLook, random: Random): Record<LampSetup, number> | undefined {
  if (family === 'studio' || family === 'wall') return PORTRAIT;
  if (family === 'lights') return DARK;
  return isIndoors && random.chance(0.65) ? INDOORS : undefined;
}
