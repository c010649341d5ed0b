/** Slots to pixels of linear light; `photo/photo-pass.ts` makes the picture of them. After {@link frameWgsl}. */
export const resolveWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> radiance: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> light: array<vec4f>;    // [pixels] linear, w = region

@compute @workgroup_size(64)
fn resolve(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.x + id.y * groups.x * 64u;
  if (pixel >= frame.size.x * frame.size.x) { return; }
  var sum = vec3f(0.0);
  for (var k = 0u; k < 4u; k++) {
    let count = slots[4u * pixel + k].y >> 8u;
    if (count > 0u) { sum += radiance[4u * pixel + k].rgb * f32(count); }
  }
  light[pixel] = vec4f(sum / f32(frame.size.y * frame.size.y), radiance[4u * pixel].w);
}

// Transparent slots over what is there.
@compute @workgroup_size(64)
fn blend(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.x + id.y * groups.x * 64u;
  if (pixel >= frame.size.x * frame.size.x) { return; }
  var sum = vec4f(0.0);
  for (var k = 0u; k < 4u; k++) {
    let slot = slots[4u * pixel + k];
    if ((slot.x >> 24u) < 63u) { sum += radiance[4u * pixel + k] * f32(slot.y >> 8u); }
  }
  sum /= f32(frame.size.y * frame.size.y);
  let behind = light[pixel];
  light[pixel] = vec4f(behind.rgb * (1.0 - sum.a) + sum.rgb, behind.w);
}
`;
