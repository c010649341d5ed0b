/** Slots to pixels of linear light; `photo/photo-pass.ts` makes the picture of them. After {@link frameWgsl}. */
import { halvesWgsl } from './halves.wgsl.ts';

export const resolveWgsl = /* wgsl */ `${halvesWgsl}
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> radiance: array<vec2u>; // by shade.wgsl.ts
@group(0) @binding(3) var<storage, read_write> light: array<vec2u>;    // [pixels] for the lens
@group(0) @binding(4) var<storage, read_write> result: array<u32>;    // [pixels] region above; [pixels] depth

@compute @workgroup_size(64)
fn resolve(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.x + id.y * groups.x * 64u;
  if (pixel >= frame.size.x * frame.size.x) { return; }
  var sum = vec3f(0.0);
  var left = COUNT;
  var slot = 4u * pixel;
  loop {
    let count = slots[slot].y >> 8u;
    sum += from_halves(radiance[slot]).rgb * f32(count);
    left -= min(left, count);
    slot++;
    if (left == 0u) { break; }
  }
  // The background, infinitely far, was drawn blurred.
  let z = bitcast<f32>(result[frame.size.x * frame.size.x + pixel]);
  let radius = select(0.0, frame.small.w * abs(z - frame.back.w) / max(z, 1.0), z < 1e6);
  light[pixel] = halves(vec4f(sum / f32(COUNT), radius));
  result[pixel] = whole(from_halves(radiance[4u * pixel]).w) << 24u;
}

// Transparent slots over what is there.
@compute @workgroup_size(8, 8)
fn blend(@builtin(global_invocation_id) id: vec3u) {
  let at = vec2u(frame.glass.xy) + id.xy;
  if (any(at >= vec2u(frame.glass.zw))) { return; }
  let pixel = at.y * frame.size.x + at.x;
  var sum = vec4f(0.0);
  var left = COUNT;
  for (var k = 4u * pixel; left > 0u; k++) {
    let slot = slots[k];
    if ((slot.x >> 24u) < 63u) { sum += from_halves(radiance[k]) * f32(slot.y >> 8u); }
    left -= min(left, slot.y >> 8u);
  }
  sum /= f32(COUNT);
  let behind = from_halves(light[pixel]);
  light[pixel] = halves(vec4f(behind.rgb * (1.0 - sum.a) + sum.rgb, behind.w));
}
`;
