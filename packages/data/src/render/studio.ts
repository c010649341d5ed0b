/** A grey studio: what a picture without a setting is taken in. */
import type { Background } from '../setting/background.ts';
import type { Lighting } from '../setting/lighting.ts';

/** One radiance from everywhere, as `Lighting.ambient`. */
export function uniformAmbient(red: number, green: number, blue: number): Float32Array {
  const ambient = new Float32Array(27);
  ambient.set([red, green, blue]);
  return ambient;
}

const unit = (x: number, y: number, z: number): [number, number, number] => [x / Math.hypot(x, y, z), y / Math.hypot(x, y, z), z / Math.hypot(x, y, z)];

/** A soft key light from the upper right, a weak fill, a rim light. */
export const studioLighting: Lighting = {
  frame: 'camera',
  ambient: uniformAmbient(0.22, 0.23, 0.25),
  lights: [
    { direction: unit(0.55, 0.6, 0.75), colour: [0.85, 0.82, 0.78], size: 0.12, shadow: true },
    { direction: unit(-0.5, 0.5, -0.8), colour: [0.35, 0.36, 0.4], size: 0.1, shadow: false },
    { direction: unit(-0.8, 0.1, 0.5), colour: [0.16, 0.17, 0.2], size: 0.3, shadow: false },
  ],
};

export const studioBackground: Background = {
  label: 'render/studio',
  wgsl: /* wgsl */ `
fn environment(direction: vec3f, blur: f32) -> vec3f {
  let key = dot(direction, normalize(vec3f(0.55, 0.6, 0.75)));
  let softbox = smoothstep(cos(0.2 + blur), cos(max(0.2 - blur, 0.0)) + 1e-4, key);
  return mix(vec3f(0.16, 0.165, 0.17), vec3f(0.3, 0.31, 0.33), direction.y * 0.5 + 0.5) + vec3f(6.0, 5.8, 5.5) * softbox;
}
`,
  parameters: new Float32Array(128),
};
