/**
 * Complete scenes from a seed, for each kind of sample. The seed is the person: a group, a pair and a triplet of one seed
 * show the same one, in different settings.
 */
import type { Camera } from '@onegt/skeleton';
import { GAZE_PITCH_RADIANS, GAZE_YAW_RADIANS } from '../heads/pose.ts';
import { createRandom, type Random } from '../random/random.ts';
import type { Frame } from '../setting/lighting.ts';
import { sampleSettingLook } from '../setting/setting.ts';
import { sampleCamera, sampleGroupCameras, VIEWS_PER_GROUP } from './camera.ts';
import { lookingAt, sampleExpression } from './expression.ts';
import { samplePerson } from './person.ts';
import type { GroupScene, PairScene, Scene, Setting, Shot, Traits, TripletScene } from './scene.ts';
import { sampleOtherSeed } from './split.ts';

export const SHOTS_PER_PAIR = 2;

/** A setting for somebody: cameras expose for the face they see, if not all the way. */
export function sampleSetting(seed: number, { frame = 'camera', name = 'setting', traits }: { frame?: Frame; name?: string; traits?: Traits } = {}): Setting {
  const look = sampleSettingLook(createRandom(seed, name), frame);
  const exposure = look.photo.exposure + (traits === undefined ? 0 : faceCompensation(traits));
  return { ...look, seed, photo: { ...look.photo, exposure } };
}

/** Stops. From very light to very dark skin its reflectance falls by three; a camera makes up for one and a quarter. */
const faceCompensation = ({ melanin }: Traits): number => 1.25 * melanin - 0.2;

/** @param views - at least 1; 20 unless given */
export function sampleGroup(seed: number, views = VIEWS_PER_GROUP): GroupScene {
  const person = samplePerson(seed);
  const random = createRandom(seed, 'group');
  const expression = sampleExpression(random.stream('expression'));
  const cameras = sampleGroupCameras(random.stream('cameras'), views);
  return { kind: 'group', seed, person, setting: sampleSetting(seed, { frame: 'world', name: 'group/setting', traits: person.traits }), shots: cameras.map((camera) => ({ expression, camera })) };
}

/** @param shots - at least 2: the reference and its targets */
export function samplePair(seed: number, shots = SHOTS_PER_PAIR): PairScene {
  const person = samplePerson(seed);
  const random = createRandom(seed, 'pair');
  return { kind: 'pair', seed, person, setting: sampleSetting(seed, { name: 'pair/setting', traits: person.traits }), shots: Array.from({ length: shots }, (_, i) => sampleShot(random.stream(`shot${i}`))) };
}

export function sampleTriplet(seed: number): TripletScene {
  const person = samplePerson(seed);
  const random = createRandom(seed, 'triplet');
  const source = sampleShot(random.stream('source'));
  const driver = samplePerson(sampleOtherSeed(random.stream('driver'), seed));
  const shot = sampleShot(random.stream('driving'));
  return {
    kind: 'triplet', seed, person, source,
    setting: sampleSetting(seed, { name: 'triplet/setting', traits: person.traits }),
    target: { expression: shot.expression, camera: source.camera },
    driving: { person: driver, setting: sampleSetting(seed, { name: 'triplet/driving-setting', traits: driver.traits }), shot },
  };
}

/** @param shots - views of a group, shots of a pair; a triplet has its three */
export function sampleScene(kind: Scene['kind'], seed: number, shots?: number): Scene {
  switch (kind) {
    case 'group': return sampleGroup(seed, shots);
    case 'pair': return samplePair(seed, shots);
    case 'triplet': return sampleTriplet(seed);
  }
}

/** One photograph; in two of five the person looks at the camera, as far as the eyes turn. */
function sampleShot(random: Random): Shot {
  const camera = sampleCamera(random.stream('camera'));
  const expression = sampleExpression(random.stream('expression'));
  return { camera, expression: random.stream('contact').chance(0.4) ? lookingAt(expression, ...gazeToCamera(camera)) : expression };
}

/** Where the camera is for the eyes, in the unit of `eyeLook` coefficients: to the subject's left, and up. */
const gazeToCamera = ({ yaw, pitch }: Camera): [number, number] => [-yaw / GAZE_YAW_RADIANS, pitch / GAZE_PITCH_RADIANS];
