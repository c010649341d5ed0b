/**
 * Slots: groups of samples of a pixel that show the same thing and are shaded once, `[SLOTS, pixels]` words. A word is the
 * number of the triangle (21 bits, `BACKGROUND_NUMBER` where there is none), the step from the pixel's middle to the sample
 * that stands for the group (3 bits an axis), and how many samples the group has (5 bits). The counts of a pixel add up to all.
 */

/** Groups of samples per pixel. Hair at the outline is what needs them. */
export const SLOTS = 4;
export const BACKGROUND_NUMBER = 2 ** 21 - 1;

export const slotWgsl = /* wgsl */ `
const BACKGROUND_NUMBER = ${BACKGROUND_NUMBER}u;

fn slot_step(sample: u32) -> u32 { return (u32(OFFSETS[sample].x + 3) << 21u) | (u32(OFFSETS[sample].y + 3) << 24u); }
fn slot_word(number: u32, step: u32, count: u32) -> u32 { return number | step | (count << 27u); }

fn slot_number(word: u32) -> u32 { return word & BACKGROUND_NUMBER; }
fn slot_count(word: u32) -> u32 { return word >> 27u; }
// On the lattice.
fn slot_offset(word: u32) -> vec2f { return vec2f(f32((word >> 21u) & 7u), f32((word >> 24u) & 7u)) - 3.0; }
`;
