/**
 * The light of a setting, as the renderer takes it: diffuse light from everywhere as spherical harmonics, and up to four
 * compact sources with highlights and shadows. Both are measured from the background (`light-probe.ts`), which is also what
 * eyes and glasses mirror: one source of light, so that a picture hangs together.
 */

/**
 * What light and background turn with. `world`: the head's rest pose, for cameras that move around a person. `camera`: the
 * camera, for a person who turns in front of it. The axes are the same: +x the subject's left, +z out of the face towards
 * the camera, which looks along -z.
 */
export type Frame = 'world' | 'camera';

/** The renderer's limit. */
export const MAX_LIGHTS = 4;

export interface Light {
  /** Unit vector towards the light. */
  direction: [number, number, number];
  /** Radiance of a white matte surface that faces the light (irradiance / pi), linear RGB. */
  colour: [number, number, number];
  /** Angular radius in radians: softness of its shadow, width of its highlight. */
  size: number;
  shadow: boolean;
}

export interface Lighting {
  frame: Frame;
  /**
   * `[9, 3]`, linear RGB. The radiance of a white matte surface with normal (x, y, z) is the sum of the nine with
   * 1, y, z, x, xy, yz, 3zz - 1, xz, xx - yy. The sources in `lights` are not in it.
   */
  ambient: Float32Array;
  /** At most {@link MAX_LIGHTS}, the strongest first. */
  lights: Light[];
}

/** What `Lighting.ambient` says, as the renderer evaluates it. */
export function ambientLight(ambient: ArrayLike<number>, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  const basis = [1, y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y];
  return [0, 1, 2].map((channel) => Math.max(0, basis.reduce((sum, value, k) => sum + value * ambient[3 * k + channel]!, 0))) as [number, number, number];
}

/**
 * Cosine-convolved spherical harmonics of order 2 (Ramamoorthi & Hanrahan 2001) in the form of `Lighting.ambient`.
 *
 * @param directions - `[N, 3]`
 * @param radiance - `[N, 4]`, of which the first three are red, green and blue
 * @param solidAngles - `[N]`
 */
export function integrateAmbient(directions: ArrayLike<number>, radiance: ArrayLike<number>, solidAngles: ArrayLike<number>): Float32Array {
  const sums = new Float64Array(27);
  const basis = new Float64Array(9);
  for (let i = 0; i < solidAngles.length; i++) {
    const x = directions[3 * i]!, y = directions[3 * i + 1]!, z = directions[3 * i + 2]!;
    basis[0] = 1, basis[1] = y, basis[2] = z, basis[3] = x, basis[4] = x * y, basis[5] = y * z, basis[6] = 3 * z * z - 1, basis[7] = x * z, basis[8] = x * x - y * y;
    for (let k = 0; k < 9; k++) for (let c = 0; c < 3; c++) sums[3 * k + c]! += basis[k]! * radiance[4 * i + c]! * solidAngles[i]!;
  }
  // Squared normalisation of each harmonic times the cosine lobe's coefficient (pi, 2 pi / 3, pi / 4), over pi.
  const scale = [1, 2, 2, 2, 15 / 4, 15 / 4, 5 / 16, 15 / 4, 15 / 16].map((factor) => factor / (4 * Math.PI));
  return Float32Array.from(sums, (sum, i) => sum * scale[Math.floor(i / 3)]!);
}
