/**
 * Light in one word: 8 bits each of red, green and blue share an exponent of 4 bits (RGB9E5 of graphics APIs, narrower), and 4
 * bits are left for a tag. What passes hand on costs a software adapter, lane by lane, what it stores and loads; arithmetic is
 * nearly free. After {@link wholeWgsl}.
 */
export const lightWordWgsl = /* wgsl */ `
// Of 0 <= light; more than 255 is 255. A step is a 128th to a 256th of the brightest channel, and 2^-15 where that is dark.
fn light_word(light: vec3f, tag: u32) -> u32 {
  let brightest = clamp(max(light.r, max(light.g, light.b)), 0x1p-8f, 255.0);
  let exponent = (bitcast<u32>(brightest) >> 23u) - 119u;   // 0: from 2^-8, 15: from 2^7
  let steps = min(light * bitcast<f32>((142u - exponent) << 23u), vec3f(255.0));
  return whole(steps.r) | (whole(steps.g) << 8u) | (whole(steps.b) << 16u) | (exponent << 24u) | (tag << 28u);
}

fn light_of(word: u32) -> vec3f {
  let steps = vec3f(f32(word & 0xffu), f32((word >> 8u) & 0xffu), f32((word >> 16u) & 0xffu));
  return steps * bitcast<f32>((((word >> 24u) & 15u) + 112u) << 23u);
}

fn light_tag(word: u32) -> u32 { return word >> 28u; }
`;

/** The same as {@link lightWordWgsl}'s `light_word`, for tests and for those who bring light of their own. */
export function lightWord([red, green, blue]: readonly [number, number, number], tag = 0): number {
  const brightest = Math.min(Math.max(red, green, blue, 2 ** -8), 255);
  const exponent = Math.floor(Math.log2(brightest)) + 8;
  const [r, g, b] = [red, green, blue].map((value) => Math.min(Math.round(value * 2 ** (15 - exponent)), 255)) as [number, number, number];
  return (r | (g << 8) | (b << 16) | (exponent << 24) | (tag << 28)) >>> 0;
}
