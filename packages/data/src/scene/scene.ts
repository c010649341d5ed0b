/**
 * A scene as plain data: who (a {@link Person}), where ({@link Setting}) and what one picture shows ({@link Shot}).
 * Everything is sampled from a seed and can be stored as JSON; nothing here touches a GPU.
 */
import type { Camera, ExpressionWeights } from '@onegt/skeleton';
import type { SettingLook } from '../setting/setting.ts';
import type { Looks } from './person.ts';

/** What correlates the looks of one person: grey hair comes with age, stubble with a masculine face. */
export interface Traits {
  /** Years, 16..85. */
  age: number;
  /** 0 feminine .. 1 masculine presentation; continuous. */
  masculine: number;
  /** Concentration of melanin in the skin, 0 very light .. 1 very dark. */
  melanin: number;
  /** Concentration of haemoglobin, 0..1. */
  haemoglobin: number;
  /** Natural hair pigment: eumelanin 0..1 and pheomelanin (red) 0..1, before age and dye. */
  hairMelanin: number;
  hairRedness: number;
}

/** One picture of a person in a setting. */
export interface Shot {
  /** ARKit names, 0..1; gaze by the eyeLook names. */
  expression: ExpressionWeights;
  camera: Camera;
}

/** Somebody: decided by their seed alone, in every kind of sample. */
export interface Person extends Looks {
  seed: number;
  traits: Traits;
  /** Coefficients of identity modes in standard deviations; a head takes as many as it has. */
  identity: number[];
}

export interface Setting extends SettingLook {
  seed: number;
}

interface SceneBase {
  seed: number;
  person: Person;
  setting: Setting;
}

/** One person with one expression in one setting under many cameras: trains the rigid Transformer. */
export interface GroupScene extends SceneBase {
  kind: 'group';
  shots: Shot[];
}

/** One person in one setting, over camera and expression: trains the texture stage. The first shot is the reference. */
export interface PairScene extends SceneBase {
  kind: 'pair';
  shots: Shot[];
}

/** Somebody, somebody else with another expression, and the first with that expression: trains the non-rigid Transformer. */
export interface TripletScene extends SceneBase {
  kind: 'triplet';
  source: Shot;
  /** Differs from `source` in nothing but the expression, which is the driving person's. */
  target: Shot;
  driving: { person: Person; setting: Setting; shot: Shot };
}

export type Scene = GroupScene | PairScene | TripletScene;
