// What the surfaces are made of, before light: colour, highlight and a fixed ambient occlusion.
#pragma once
#include "visibility.h"

// RGBA bytes [height][width], baked by bake_texel.
struct Atlas {
  const uint8_t* texels;
  int width, height;
};

struct Surface {
  float color[3];
  float specular, shininess, occlusion;
};

// Bilinear lookup. The atlas' alpha scales the highlight.
static inline void skin_surface(Surface& s, const Look& look, const Atlas& atlas, float u, float v) {
  float tx = u * atlas.width - 0.5f, ty = v * atlas.height - 0.5f;
  int ix = (int)floorf(tx), iy = (int)floorf(ty);
  tx -= ix;
  ty -= iy;
  ix = std::max(0, std::min(atlas.width - 2, ix));
  iy = std::max(0, std::min(atlas.height - 2, iy));
  const uint8_t* texel = atlas.texels + ((size_t)iy * atlas.width + ix) * 4;
  const int row = atlas.width * 4;
  float rgba[4];
  for (int k = 0; k < 4; k++) {
    const float upper = texel[k] + tx * (texel[4 + k] - texel[k]);
    const float lower = texel[row + k] + tx * (texel[row + 4 + k] - texel[row + k]);
    rgba[k] = upper + ty * (lower - upper);
  }
  for (int k = 0; k < 3; k++) s.color[k] = rgba[k] * (1.f / 255.f);
  s.specular = look.skin_specular * rgba[3] * 0.01f;
  s.shininess = look.skin_shininess;
}

// The iris is painted on the eyeball. eye_centers [2][3]: x < 0 first.
static inline void eyeball_surface(Surface& s, const Look& look, const float* eye_centers, const float* point) {
  const float* center = eye_centers + (point[0] > 0 ? 3 : 0);
  const float* offset = look.noise_offset;
  const float dx = point[0] - center[0], dy = point[1] - center[1], dz = point[2] - center[2];
  const float radius = sqrtf(dx * dx + dy * dy);
  const float sclera[3] = {0.86f, 0.83f, 0.81f};
  for (int k = 0; k < 3; k++) s.color[k] = sclera[k];
  const float iris_radius = look.iris_radius;
  const float veins = noise3(point[0] * 3 + offset[0], point[1] * 3, point[2] * 3 + offset[1]);
  s.color[1] -= 0.06f * veins * smoothstep(0.6f, 1.2f, radius);
  s.color[2] -= 0.05f * veins * smoothstep(0.6f, 1.2f, radius);
  if (dz > 0) {
    const float rays =
        noise3(dx / (radius + 1e-4f) * 6.f + offset[1], dy / (radius + 1e-4f) * 6.f + offset[2], radius * 1.5f);
    float iris[3] = {look.iris_color[0] * (1 + 0.5f * rays), look.iris_color[1] * (1 + 0.5f * rays),
                     look.iris_color[2] * (1 + 0.5f * rays)};
    const float limbus = 1 - 0.65f * smoothstep(iris_radius * 0.75f, iris_radius, radius);  // darker at the rim
    for (int k = 0; k < 3; k++) iris[k] *= limbus;
    mix(s.color, iris, smoothstep(iris_radius * 1.06f, iris_radius * 0.96f, radius));
    const float black[3] = {0.02f, 0.02f, 0.02f};
    mix(s.color, black, smoothstep(look.pupil_radius * 1.12f, look.pupil_radius * 0.92f, radius));
  }
  s.specular = 0.8f;
  s.shininess = 90;
  s.occlusion = 0.95f - 0.25f * smoothstep(0.2f, 1.0f, dy);  // the upper lid's shadow
}

static inline void set_color(Surface& s, float red, float green, float blue) {
  s.color[0] = red;
  s.color[1] = green;
  s.color[2] = blue;
}

// Strands vary colour, highlight and the normal. The curtain is one sheet: seen from within it is turned and in shade.
static inline void hair_surface(Surface& s, const Look& look, bool is_curtain, const float* point, const float* view,
                                float* normal) {
  const float middle = strand(point, look, 20.f), fine = strand(point, look, 48.f);
  const float streak = strand(point, look, look.streak_frequency);
  const float amount = smoothstep(-0.1f, 0.35f, streak);
  for (int k = 0; k < 3; k++) s.color[k] = look.hair_color[k] + (look.streak_color[k] - look.hair_color[k]) * amount;
  const float contrast = 1 + look.hair_contrast * (0.55f * middle + 0.55f * fine);
  for (int k = 0; k < 3; k++) s.color[k] *= contrast;
  s.specular = look.hair_specular * (1 + 0.8f * fine);
  s.shininess = 10;
  if (is_curtain) {
    const float facing = normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2];
    if (facing < 0) {
      for (int k = 0; k < 3; k++) normal[k] = -normal[k];
      s.occlusion = 0.35f;
      s.specular *= 0.2f;
    }
    s.occlusion *= 0.75f + 0.25f * smoothstep(-14.f, 0.f, point[1]);
  }
  normal[1] += 0.25f * middle;
  normal[0] += 0.2f * fine;
}

// Patterns: 0 plain, 1 rings, 2 stripes, 3 checks, 4 camouflage.
static inline void shirt_surface(Surface& s, const Look& look, const float* point) {
  float second = 0;
  const float frequency = look.shirt_frequency;
  const float* offset = look.noise_offset;
  const int pattern = (int)look.shirt_pattern;
  if (pattern == 1)
    second = smoothstep(-0.1f, 0.1f, sinf(point[1] * frequency));
  else if (pattern == 2)
    second = smoothstep(-0.1f, 0.1f, sinf(point[0] * frequency));
  else if (pattern == 3)
    second = 0.5f * smoothstep(-0.1f, 0.1f, sinf(point[0] * frequency)) +
             0.5f * smoothstep(-0.1f, 0.1f, sinf(point[1] * frequency));
  else if (pattern == 4)
    second = smoothstep(0.1f, 0.25f,
                        noise3(point[0] * frequency * 0.4f + offset[0], point[1] * frequency * 0.4f + offset[1],
                               point[2] * frequency * 0.4f + offset[2]));
  for (int k = 0; k < 3; k++)
    s.color[k] = look.shirt_color[k] + (look.shirt_second_color[k] - look.shirt_color[k]) * second;
  const float folds = 1 + 0.08f * noise3(point[0] * 2.5f, point[1] * 2.5f, point[2] * 2.5f) +
                      0.12f * noise3(point[0] * 0.5f + offset[1], point[1] * 0.25f, point[2] * 0.5f + offset[0]);
  for (int k = 0; k < 3; k++) s.color[k] *= folds;
}
