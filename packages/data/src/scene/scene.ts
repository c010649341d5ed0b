/**
 * What a scene is made of, as plain data: sampled from a seed, stored as JSON; nothing here touches a GPU. Who takes part in
 * which kind of sample is in `samples/plan.ts`, where it happens in `setting/setting.ts`.
 */
import type { Camera, ExpressionWeights } from '@onegt/skeleton';

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
