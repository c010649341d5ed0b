// Value noise on a periodic lattice of 64^3 random numbers, and the two interpolation helpers of every material.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

constexpr int LATTICE = 64;

struct NoiseLattice {
  float values[LATTICE * LATTICE * LATTICE];  // -1..1

  NoiseLattice() {
    uint32_t state = 12345;  // xorshift32: the same lattice in every process
    for (float& value : values) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      value = (state >> 8) * (2.f / 16777216.f) - 1.f;
    }
  }
};
static const NoiseLattice lattice;

// Smooth noise in -1..1; features are one unit wide.
static inline float noise3(float x, float y, float z) {
  const float floor_x = floorf(x), floor_y = floorf(y), floor_z = floorf(z);
  const int ix = (int)floor_x, iy = (int)floor_y, iz = (int)floor_z;
  x -= floor_x;
  y -= floor_y;
  z -= floor_z;
  x = x * x * (3 - 2 * x);
  y = y * y * (3 - 2 * y);
  z = z * z * (3 - 2 * z);
  const int x0 = ix & 63, x1 = (ix + 1) & 63, y0 = (iy & 63) << 6, y1 = ((iy + 1) & 63) << 6, z0 = (iz & 63) << 12,
            z1 = ((iz + 1) & 63) << 12;
  const float* n = lattice.values;
  float a = n[z0 | y0 | x0] + x * (n[z0 | y0 | x1] - n[z0 | y0 | x0]);
  const float b = n[z0 | y1 | x0] + x * (n[z0 | y1 | x1] - n[z0 | y1 | x0]);
  float c = n[z1 | y0 | x0] + x * (n[z1 | y0 | x1] - n[z1 | y0 | x0]);
  const float d = n[z1 | y1 | x0] + x * (n[z1 | y1 | x1] - n[z1 | y1 | x0]);
  a += y * (b - a);
  c += y * (d - c);
  return a + z * (c - a);
}

// 0 at `from`, 1 at `to` (which may be smaller), smooth in between.
static inline float smoothstep(float from, float to, float x) {
  float t = (x - from) / (to - from);
  t = t < 0 ? 0 : (t > 1 ? 1 : t);
  return t * t * (3 - 2 * t);
}

static inline void mix(float* color, const float* other, float amount) {
  for (int k = 0; k < 3; k++) color[k] += (other[k] - color[k]) * amount;
}
