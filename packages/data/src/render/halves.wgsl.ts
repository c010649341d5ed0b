/** Light and one number more as halves of 16 bits: what passes hand on costs a software adapter, lane by lane, what it stores and loads. */
export const halvesWgsl = /* wgsl */ `
// By hand: a software adapter takes a hundred operations for WGSL's own packing.
fn two_halves(x: vec2f) -> u32 {
  let bits = (bitcast<vec2u>(x * 0x1p-112f) + 0x1000u) >> vec2u(13u);
  return bits.x | (bits.y << 16u);
}

// Of 0 <= x; more than 65000 is 65000.
fn halves(x: vec4f) -> vec2u {
  let most = min(x, vec4f(65000.0));
  return vec2u(two_halves(most.xy), two_halves(most.zw));
}

fn from_halves(words: vec2u) -> vec4f { return vec4f(unpack2x16float(words.x), unpack2x16float(words.y)); }
`;
