/**
 * Floats to whole numbers in two operations: added to a power of two, the last bits of a float are its whole number. WGSL's
 * own conversions clamp, which a software adapter does lane by lane, in some sixty.
 */
export const wholeWgsl = /* wgsl */ `
// The nearest, of 0 <= x < 2^23.
fn whole(x: f32) -> u32 { return bitcast<u32>(x + 8388608.0) & 0x7fffffu; }

// The nearest, of -2^22 < x < 2^22.
fn whole_2(x: vec2f) -> vec2i { return bitcast<vec2i>(x + 12582912.0) - 0x4b400000; }
fn whole_3(x: vec3f) -> vec3i { return bitcast<vec3i>(x + 12582912.0) - 0x4b400000; }
`;
