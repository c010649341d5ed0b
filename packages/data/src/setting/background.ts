/**
 * What surrounds a person. A {@link BackgroundLook} is data; {@link createBackground} gives the WGSL that draws it, in linear
 * radiance, for any direction and any blur: as the backdrop, as the source of light (`light-probe.ts`) and as what eyes and
 * glasses mirror. The families are functions, not pictures: there is no end to them and nothing to download.
 */

/** One background, ready to draw. */
export interface Background {
  /** Names the pipeline: equal labels share one. */
  readonly label: string;
  /**
   * `fn environment(direction: vec3f, blur: f32) -> vec3f`: linear radiance. `direction` is a unit vector in the frame of the
   * lighting, `blur` the radius of the circle of confusion in radians; give it at least the size of a pixel, or edges alias.
   * Reads `background_parameters: array<vec4f, 32>`, which whoever compiles it declares (uniform or storage). Its other
   * names begin with `backdrop_`, so that it can be put beside any material; it needs no other WGSL.
   */
  readonly wgsl: string;
  /** `[32, 4]` */
  readonly parameters: Float32Array;
}

export const BACKGROUND_VEC4 = 32;
