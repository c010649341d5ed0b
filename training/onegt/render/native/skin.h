// Procedural skin colour as a function of canonical position: tone, freckles, make-up, brows, beard, lips, marks.
// Layers are painted in order, each over what is there.
#pragma once
#include "hair.h"

// Landmarks of the mean head that the layers follow.
struct FaceLines {
  const float* brow;  // [5][3] from the outer end inwards, on the side x < 0; the other side mirrors it
  const float* lips;  // [12][2] outline
  const float* eye;   // [2] centre of the eye opening, x > 0
};

struct Texel {
  float x, y, z, mirrored_x;   // mirrored_x = |x|
  float low, middle;           // noise shared by several layers
  float color[3];
  float gloss;
  bool in_lips;
  float lip_distance;          // to the outline of the lips
};

// Distance of (x, y) to a closed polygon [count][2], and whether it lies inside.
static float polygon_distance(const float* polygon, int count, float x, float y, bool& inside) {
  inside = false;
  float best = 1e9f;
  for (int i = 0, j = count - 1; i < count; j = i++) {
    const float xi = polygon[2 * i], yi = polygon[2 * i + 1], xj = polygon[2 * j], yj = polygon[2 * j + 1];
    if (((yi > y) != (yj > y)) && (x < (xj - xi) * (y - yi) / (yj - yi) + xi)) inside = !inside;
    const float dx = xj - xi, dy = yj - yi;
    float t = ((x - xi) * dx + (y - yi) * dy) / (dx * dx + dy * dy + 1e-9f);
    t = t < 0 ? 0 : (t > 1 ? 1 : t);
    const float ax = x - xi - t * dx, ay = y - yi - t * dy;
    best = std::min(best, ax * ax + ay * ay);
  }
  return sqrtf(best);
}

static inline void paint_tone(Texel& s, const Look& look) {
  const float x = s.x, y = s.y, z = s.z, ox = look.noise_offset[0], oy = look.noise_offset[1], oz = look.noise_offset[2];
  const float frequency = look.blotch_frequency;
  s.low = noise3(x * frequency + ox, y * frequency + oy, z * frequency + oz);
  s.middle = noise3(x * 1.1f + oy, y * 1.1f + oz, z * 1.1f + ox);
  const float high = noise3(x * 3.1f + oz, y * 3.1f + ox, z * 3.1f + oy);
  const float brightness = 1.f + look.blotch_strength * (0.6f * s.low + 0.4f * s.middle) + look.grain_strength * high;
  s.color[0] *= brightness;
  s.color[1] *= brightness * (1 - 0.3f * look.blotch_strength * s.middle);
  s.color[2] *= brightness * (1 - 0.3f * look.blotch_strength * s.middle);
}

static inline void paint_redness(Texel& s, const Look& look) {
  const float x = s.x, y = s.y, ax = s.mirrored_x;
  const float nose = (x * x) / 2.2f + (y - 0.3f) * (y - 0.3f) / 4.f;
  const float cheek = ((ax - 4.2f) * (ax - 4.2f)) / 4.f + (y + 0.2f) * (y + 0.2f) / 3.f;
  const float red = look.redness * (expf(-nose) + 0.8f * expf(-cheek)) * (0.8f + 0.4f * s.middle);
  s.color[0] *= 1 + 0.15f * red;
  s.color[1] *= 1 - 0.35f * red;
  s.color[2] *= 1 - 0.3f * red;
  if (look.blush_strength > 0) mix(s.color, look.blush_color, look.blush_strength * expf(-cheek) * 0.8f);
}

static inline void paint_freckles(Texel& s, const Look& look) {
  const float* offset = look.noise_offset;
  const float noise = noise3(s.x * 4.3f + offset[0] * 2, s.y * 4.3f + offset[1] * 2, s.z * 4.3f + offset[2] * 2);
  float amount = smoothstep(look.freckle_threshold, look.freckle_threshold + 0.15f, noise) * look.freckle_strength *
                 (0.5f + 0.5f * s.low);
  amount = amount < 0 ? 0 : amount;
  if (s.z < 4) amount *= 0.5f;
  const float color[3] = {look.tone[0] * 0.55f, look.tone[1] * 0.42f, look.tone[2] * 0.35f};
  mix(s.color, color, amount);
}

static inline void paint_wrinkles(Texel& s, const Look& look) {
  const float* offset = look.noise_offset;
  const float wave = sinf(s.y * 7.f + 2.f * noise3(s.x * 0.4f + offset[0], s.y * 0.4f, offset[2]) + offset[2]);
  const float amount =
      smoothstep(0.75f, 1.f, wave) * look.wrinkle_strength * smoothstep(5.5f, 7.f, s.y) * (0.6f + 0.4f * s.low);
  s.color[0] *= 1 - amount;
  s.color[1] *= 1 - amount;
  s.color[2] *= 1 - amount;
}

static inline void paint_eye_makeup(Texel& s, const Look& look, const float* eye) {
  const float dx = s.mirrored_x - eye[0], dy = s.y - eye[1];
  const float distance = dx * dx / 2.6f + (dy) * (dy) / (dy > 0 ? 1.5f : 0.9f);
  if (look.eyeshadow_strength > 0)
    mix(s.color, look.eyeshadow_color, look.eyeshadow_strength * expf(-distance * 0.9f) * (dy > 0 ? 1.f : 0.45f));
  if (look.liner_strength > 0) {
    const float ellipse = sqrtf(dx * dx / 2.1f + dy * dy / 0.55f);
    const float black[3] = {0.05f, 0.04f, 0.05f};
    mix(s.color, black, look.liner_strength * smoothstep(1.25f, 0.95f, ellipse));
  }
  const float shade = 0.18f * expf(-(dx * dx / 2.f + (dy + 1.0f) * (dy + 1.0f) / 0.5f));  // under the eye
  for (int k = 0; k < 3; k++) s.color[k] *= 1 - shade;
}

static inline void paint_brows(Texel& s, const Look& look, const float* brow) {
  const float x = s.x, y = s.y, ax = s.mirrored_x;
  const float ox = look.noise_offset[0], oy = look.noise_offset[1];
  float best = 1e9f, along = 0, across = 0;  // along: 0 outer end .. 1 inner end
  const float raised_y = y - look.brow_raise;
  for (int i = 0; i < 4; i++) {
    const float *a = brow + 3 * i, *b = brow + 3 * i + 3;
    const float a_y = a[1] + look.brow_arch * sinf(3.14159f * i / 4.f);
    const float b_y = b[1] + look.brow_arch * sinf(3.14159f * (i + 1) / 4.f);
    const float ux = fabsf(b[0]) - fabsf(a[0]), uy = b_y - a_y;
    const float px = ax - fabsf(a[0]), py = raised_y - a_y;
    const float t = (px * ux + py * uy) / (ux * ux + uy * uy);
    const float clamped = t < 0 ? 0 : (t > 1 ? 1 : t);
    const float qx = px - clamped * ux, qy = py - clamped * uy;
    const float square = qx * qx + qy * qy;
    if (square < best) {
      best = square;
      along = (i + clamped) * 0.25f;
      across = qy;
    }
  }
  const float distance = sqrtf(best);
  const float thickness = look.brow_thickness * (0.35f + 0.75f * smoothstep(0.f, 0.35f, along));  // thin at the outer end
  const float hairs =
      noise3(ax * 5.5f - y * 4.f + ox, y * 2.2f + oy, across * 3.f + (x > 0 ? 7.f : 0.f));
  const float amount =
      smoothstep(thickness * 1.15f, thickness * 0.45f, distance + 0.22f * hairs * thickness * 2.f) * look.brow_strength;
  mix(s.color, look.brow_color, amount);
}

static inline void paint_beard(Texel& s, const Look& look) {
  const float x = s.x, y = s.y, z = s.z, ax = s.mirrored_x;
  const float ox = look.noise_offset[0], oy = look.noise_offset[1], oz = look.noise_offset[2];
  const float line = -3.3f + 0.55f * std::max(0.f, ax - 2.6f) + look.beard_line;
  float amount = smoothstep(0.f, 0.9f, line - y + 0.5f * s.middle) * smoothstep(-12.5f, -10.f, y) * look.beard_strength;
  if (ax < 2.2f && y > -6.f && z > 9.f) amount *= smoothstep(0.15f, 0.7f, s.lip_distance);
  float moustache = smoothstep(3.0f, 2.2f, ax + 0.25f * y + 0.8f) * smoothstep(-1.2f, -1.7f, y) *
                    smoothstep(-4.4f, -3.2f, y) * look.moustache_strength;
  if (z < 9.f) moustache = 0;
  amount = std::max(amount, moustache);
  const float fine = noise3(x * 6.f + ox, y * 3.f + oy, z * 6.f + oz);
  const float coarse = noise3(x * 3.f + oy, y * 1.5f + oz, z * 3.f + ox);
  amount *= std::min(1.f, std::max(0.f, look.beard_density + 0.9f * fine + 0.3f * coarse));
  mix(s.color, look.beard_color, std::min(1.f, amount));
}

static inline void paint_lips(Texel& s, const Look& look) {
  const float amount = look.lip_strength * smoothstep(0.f, 0.25f, s.lip_distance);
  mix(s.color, look.lip_color, amount);
  const float lines = noise3(s.x * 7.f + look.noise_offset[0], s.y * 1.5f, look.noise_offset[2]);
  for (int k = 0; k < 3; k++) s.color[k] *= 1 + 0.12f * lines;
  s.gloss = 1.6f;
}

static inline void paint_moles(Texel& s, const Look& look) {
  const int count = (int)look.num_moles;
  for (int i = 0; i < count; i++) {
    const Mole& mole = look.moles[i];
    const float dx = s.x - mole.center[0], dy = s.y - mole.center[1], dz = s.z - mole.center[2];
    const float square = dx * dx + dy * dy + dz * dz;
    if (square < mole.radius * mole.radius * 1.7f) {
      const float amount = smoothstep(mole.radius * 1.25f, mole.radius * 0.6f, sqrtf(square)) * mole.strength;
      const float color[3] = {0.22f, 0.12f, 0.09f};
      mix(s.color, color, amount);
    }
  }
}

static inline void paint_decals(Texel& s, const Look& look) {
  const int count = (int)look.num_decals;
  for (int i = 0; i < count; i++) {
    const Decal& decal = look.decals[i];
    const float dx = s.x - decal.center[0], dy = s.y - decal.center[1], dz = s.z - decal.center[2];
    const float distance = sqrtf(dx * dx + dy * dy + dz * dz);
    const float radius = decal.radius;
    if (distance < radius * 1.3f) {
      const int kind = (int)decal.kind;
      float amount = 0;
      if (kind == 0) {
        amount = smoothstep(radius, radius * 0.85f, distance);
      } else if (kind == 1) {
        amount = smoothstep(radius, radius * 0.9f, distance) * smoothstep(-0.1f, 0.1f, sinf((dx + dy) * 7.f / radius));
      } else if (kind == 2) {
        const float angle = atan2f(dy, dx);
        amount = smoothstep(radius * (0.62f + 0.36f * cosf(5 * angle)), radius * (0.5f + 0.3f * cosf(5 * angle)), distance);
      } else {
        const float off_line = fabsf(dx * 0.5f + dy * 0.85f + 0.15f * sinf(dx * 5));
        amount = smoothstep(0.14f, 0.06f, off_line) * smoothstep(radius, radius * 0.8f, distance);
      }
      mix(s.color, decal.color, amount * 0.85f);
    }
  }
}

static inline void paint_scalp(Texel& s, const Look& look, const float* point) {
  const float ox = look.noise_offset[0], oy = look.noise_offset[1], oz = look.noise_offset[2];
  const float depth = hair_depth(point, look);
  const float noise = noise3(s.x * 7.f + ox, s.y * 7.f + oy, s.z * 7.f + oz);
  const float amount = smoothstep(-0.5f, 0.7f, depth + 0.5f * noise) * look.scalp_strength * (0.8f + 0.2f * noise);
  mix(s.color, look.hair_color, amount);
}

// Colour and gloss of the skin at one canonical point, as RGBA bytes (gloss 1 = 100). The bounds are the regions in
// which a layer can show at all: they save time and keep left-over tails off the rest of the head.
static inline void bake_texel(const float* point, const Look& look, const FaceLines& lines, uint8_t* rgba) {
  Texel s;
  s.x = point[0];
  s.y = point[1];
  s.z = point[2];
  s.mirrored_x = fabsf(s.x);
  for (int k = 0; k < 3; k++) s.color[k] = look.tone[k];
  s.gloss = 1.f;
  s.in_lips = false;
  s.lip_distance = 1e9f;
  const float x_abs = s.mirrored_x, y = s.y, z = s.z;

  paint_tone(s, look);
  if (z > 3.f) paint_redness(s, look);
  if (look.freckle_strength > 0) paint_freckles(s, look);
  if (look.wrinkle_strength > 0 && y > 5.5f && z > 6) paint_wrinkles(s, look);
  if (z > 8.5f && x_abs < 3.4f && y < -1.5f && y > -6.f)
    s.lip_distance = polygon_distance(lines.lips, 12, s.x, y, s.in_lips);
  if (z > 6.5f && y > 1.5f && y < 6.5f) paint_eye_makeup(s, look, lines.eye);
  if (look.brow_strength > 0 && z > 4.5f && y > 3.5f && y < 9.f) paint_brows(s, look, lines.brow);
  if (z > 0.f && y < 1.5f && (look.beard_strength > 0 || look.moustache_strength > 0) && !s.in_lips) paint_beard(s, look);
  if (s.in_lips) paint_lips(s, look);
  paint_moles(s, look);
  paint_decals(s, look);
  if (look.scalp_strength > 0) paint_scalp(s, look, point);

  for (int k = 0; k < 3; k++) {
    const float value = s.color[k] * 255.f;
    rgba[k] = (uint8_t)(value < 0 ? 0 : (value > 255 ? 255 : value));
  }
  const float gloss = s.gloss * 100;
  rgba[3] = (uint8_t)std::min(255.f, gloss);
}
