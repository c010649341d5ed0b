// Where hair grows and how it is combed: functions of canonical position.
#pragma once
#include "look.h"
#include "noise.h"

// How far a point lies inside the hair, in cm (negative: bare skin).
static inline float hair_depth(const float* point, const Look& look) {
  const float x = fabsf(point[0]), y = point[1], z = point[2];
  // height of the hairline, piecewise linear from the forehead (z = 11) over the temples and ears to the nape (z = -8)
  static const float knot_z[7] = {11.f, 8.5f, 6.5f, 4.f, 1.5f, -3.f, -8.f};
  const float knot_y[7] = {9.6f + look.hairline_height,
                           9.2f + look.hairline_height,
                           8.2f + look.hairline_height + look.hairline_temple,
                           4.5f + 0.5f * look.hairline_temple,
                           1.5f - look.hairline_sideburn,
                           -2.f - look.hairline_sideburn * 0.5f,
                           -6.f - look.hairline_sideburn * 0.5f};
  float hairline;
  if (z >= knot_z[0]) {
    hairline = knot_y[0];
  } else if (z <= knot_z[6]) {
    hairline = knot_y[6];
  } else {
    int i = 0;
    while (z < knot_z[i + 1]) i++;
    const float t = (z - knot_z[i]) / (knot_z[i + 1] - knot_z[i]);
    hairline = knot_y[i] + t * (knot_y[i + 1] - knot_y[i]);
  }
  float depth = y - hairline;
  // none on the ears: an ellipsoid around each
  const float ear_x = (x - 9.1f) / 1.6f, ear_y = (y - 0.6f) / 4.3f, ear_z = (z + 0.6f) / 3.4f;
  const float ear = sqrtf(ear_x * ear_x + ear_y * ear_y + ear_z * ear_z);
  depth = std::min(depth, (ear - 1.f) * 2.5f);
  const float* offset = look.noise_offset;
  depth += look.hairline_noise *
           noise3(point[0] * 0.6f + offset[0], point[1] * 0.6f + offset[1], point[2] * 0.6f + offset[2]);
  return depth;
}

// Noise stretched along meridians that leave the crown: reads as strands. -1..1.
// always_inline because -ffast-math rounds an inlined product differently from a called one, and a seed's bytes must not
// hang on what the compiler finds worth inlining.
__attribute__((always_inline)) static inline float strand(const float* point, const Look& look, float frequency) {
  const float from_crown_x = point[0], from_crown_z = point[2] + 1.5f;
  const float inverse_radius = 1.f / (sqrtf(from_crown_x * from_crown_x + from_crown_z * from_crown_z) + 0.8f);
  const float along = point[1] * 0.12f;
  const float* offset = look.noise_offset;
  const float wave = 0.13f * noise3(point[0] * 0.35f + offset[2], point[1] * 0.35f + offset[0], point[2] * 0.35f);
  return noise3((from_crown_x * inverse_radius + wave) * frequency + offset[0],
                (from_crown_z * inverse_radius + wave) * frequency + offset[1], along + offset[2]);
}
