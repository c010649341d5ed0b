/**
 * A texel of skin is three words of four bytes each: paint (square root of linear red, green, blue; 0..0.7 gloss, 0.7..1 a
 * coat), relief (gradient of the height in three axes; cavity) and creases (slope in x and y, depth, group). After
 * `whole.wgsl.ts`.
 */
export const skinTexelWgsl = /* wgsl */ `
fn skin_word(x: vec4f) -> u32 {
  let bytes = clamp(x, vec4f(0.0), vec4f(1.0)) * 255.0;
  return whole(bytes.x) | (whole(bytes.y) << 8u) | (whole(bytes.z) << 16u) | (whole(bytes.w) << 24u);
}

fn skin_bytes(word: u32) -> vec4f {
  return vec4f(bitcast<vec4i>((vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u))) / 255.0;
}
`;
