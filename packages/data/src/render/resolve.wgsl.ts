/** Slots to pixels of linear light; `photo/photo-pass.ts` makes the picture of them. After {@link frameWgsl}. */
import { lightWordWgsl } from './light-word.wgsl.ts';
import { slotWgsl } from './slot.wgsl.ts';

export const resolveWgsl = /* wgsl */ `${lightWordWgsl}${slotWgsl}
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read> radiance: array<u32>; // by shade.wgsl.ts
@group(0) @binding(3) var<storage, read_write> light: array<u32>;    // [pixels] for the lens
@group(0) @binding(4) var<storage, read_write> result: array<u32>;    // [pixels] region above; [pixels] depth

@compute @workgroup_size(64)
fn resolve(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.x + id.y * groups.x * 64u;
  let pixels = frame.size.x * frame.size.x;
  if (pixel >= pixels) { return; }
  var sum = vec3f(0.0);
  var region = 0u;   // of the first slot
  var left = COUNT;
  var slot = pixel;
  loop {
    let count = slot_count(slots[slot]);
    let word = radiance[slot];
    if (left == COUNT) { region = light_tag(word); }
    sum += light_of(word) * f32(count);
    left -= min(left, count);
    slot += pixels;
    if (left == 0u) { break; }
  }
  // The background, infinitely far, was drawn blurred.
  let z = bitcast<f32>(result[pixels + pixel]);
  let radius = select(0.0, frame.small.w * abs(z - frame.back.w) / max(z, 1.0), z < 1e6);
  light[pixel] = light_word(sum / f32(COUNT), whole(min(4.0 * radius, 15.0)));
  result[pixel] = region << 24u;
}

// Transparent slots over what is there.
@compute @workgroup_size(8, 8)
fn blend(@builtin(global_invocation_id) id: vec3u) {
  let at = vec2u(frame.glass.xy) + id.xy;
  if (any(at >= vec2u(frame.glass.zw))) { return; }
  let pixel = at.y * frame.size.x + at.x;
  var sum = vec4f(0.0);
  var left = COUNT;
  for (var slot = pixel; left > 0u; slot += frame.size.x * frame.size.x) {
    let word = slots[slot];
    if (slot_number(word) != BACKGROUND_NUMBER) { sum += vec4f(light_of(radiance[2u * slot]), bitcast<f32>(radiance[2u * slot + 1u])) * f32(slot_count(word)); }
    left -= min(left, slot_count(word));
  }
  sum /= f32(COUNT);
  let behind = light[pixel];
  light[pixel] = light_word(light_of(behind) * (1.0 - sum.a) + sum.rgb, light_tag(behind));
}
`;
