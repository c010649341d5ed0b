// Z-buffer: which triangle each sample sees, with screen-space barycentric coordinates for deferred shading.
#pragma once
#include <vector>
#include "hair.h"

// A triangle mesh in camera space (x right, y up, looking along -z).
struct Mesh {
  int num_vertices, num_triangles;
  const int* triangles;        // [num_triangles][3], counter-clockwise from outside
  const uint8_t* materials;    // [num_triangles]
  const float* position;       // [num_vertices][3] camera space, cm
  const float* normal;         // [num_vertices][3] camera space
  const float* canonical;      // [num_vertices][3] where the vertex lies on the mean head
  const float* texture_coordinate;  // [num_vertices][2] 0..1; only shading reads it
  const float* hair_depth;     // [num_vertices] cm; only hair reads it
};

struct Sample {
  float inverse_depth;
  int triangle;  // -1: nothing
  float b0, b1;
};

// Of the three corners, corrected for perspective.
struct Weights {
  float w0, w1, w2;
};

static inline Weights perspective_weights(const Sample& sample, const float* position, int a, int b, int c) {
  const float depth = 1.f / sample.inverse_depth;
  Weights w;
  w.w0 = sample.b0 * (-1.f / position[3 * a + 2]) * depth;
  w.w1 = sample.b1 * (-1.f / position[3 * b + 2]) * depth;
  w.w2 = 1 - w.w0 - w.w1;
  return w;
}

// Fills samples [size][size]. Pinhole: pixel = center +- focal * position / depth.
static void find_visible(int size, const Mesh& mesh, float focal, float center_x, float center_y, const Look& look,
                         std::vector<Sample>& samples) {
  samples.assign((size_t)size * size, Sample{0.f, -1, 0, 0});
  std::vector<float> screen((size_t)mesh.num_vertices * 3);  // x, y in pixels (y down), inverse depth
  for (int i = 0; i < mesh.num_vertices; i++) {
    const float depth = -mesh.position[3 * i + 2];
    const float inverse_depth = depth > 0.5f ? 1.f / depth : 0.f;  // 0: behind the near plane
    screen[3 * i] = center_x + focal * mesh.position[3 * i] * inverse_depth;
    screen[3 * i + 1] = center_y - focal * mesh.position[3 * i + 1] * inverse_depth;
    screen[3 * i + 2] = inverse_depth;
  }
  for (int triangle = 0; triangle < mesh.num_triangles; triangle++) {
    const int a = mesh.triangles[3 * triangle], b = mesh.triangles[3 * triangle + 1], c = mesh.triangles[3 * triangle + 2];
    const float *A = &screen[3 * a], *B = &screen[3 * b], *C = &screen[3 * c];
    const float area = (B[0] - A[0]) * (C[1] - A[1]) - (B[1] - A[1]) * (C[0] - A[0]);  // y down: front faces are negative
    const int material = mesh.materials[triangle];
    const bool two_sided = (material == HAIR_CURTAIN || material == MOUTH);
    if (!two_sided) {
      if (area >= -1e-6f) continue;
    } else if (fabsf(area) < 1e-6f) {
      continue;
    }
    if (A[2] <= 0 || B[2] <= 0 || C[2] <= 0) continue;
    const float min_x = std::min(A[0], std::min(B[0], C[0])), max_x = std::max(A[0], std::max(B[0], C[0]));
    const float min_y = std::min(A[1], std::min(B[1], C[1])), max_y = std::max(A[1], std::max(B[1], C[1]));
    const int x0 = std::max(0, (int)ceilf(min_x - 0.5f)), x1 = std::min(size - 1, (int)floorf(max_x - 0.5f));
    const int y0 = std::max(0, (int)ceilf(min_y - 0.5f)), y1 = std::min(size - 1, (int)floorf(max_y - 0.5f));
    if (x0 > x1 || y0 > y1) continue;
    const float inverse_area = 1.f / area;
    const float e0_x = -(C[1] - B[1]) * inverse_area, e0_y = (C[0] - B[0]) * inverse_area;
    const float e1_x = -(A[1] - C[1]) * inverse_area, e1_y = (A[0] - C[0]) * inverse_area;
    const bool is_hair = (material == HAIR_CAP || material == HAIR_CURTAIN);
    for (int y = y0; y <= y1; y++) {
      const float py = y + 0.5f;
      for (int x = x0; x <= x1; x++) {
        const float px = x + 0.5f;
        const float b0 = (px - B[0]) * e0_x + (py - B[1]) * e0_y;
        const float b1 = (px - C[0]) * e1_x + (py - C[1]) * e1_y;
        const float b2 = 1 - b0 - b1;
        if (b0 < 0 || b1 < 0 || b2 < 0) continue;
        const float inverse_depth = b0 * A[2] + b1 * B[2] + b2 * C[2];
        Sample& sample = samples[(size_t)y * size + x];
        if (inverse_depth <= sample.inverse_depth) continue;
        if (is_hair) {  // ragged edge: near the hairline strands end at different depths
          float depth = b0 * mesh.hair_depth[a] + b1 * mesh.hair_depth[b] + b2 * mesh.hair_depth[c];
          if (depth < 1.2f) {
            float point[3];
            for (int k = 0; k < 3; k++)
              point[k] = b0 * mesh.canonical[3 * a + k] + b1 * mesh.canonical[3 * b + k] + b2 * mesh.canonical[3 * c + k];
            depth += look.hair_raggedness * strand(point, look, 14.f);
            if (depth < 0.15f) continue;
          }
        }
        sample.inverse_depth = inverse_depth;
        sample.triangle = triangle;
        sample.b0 = b0;
        sample.b1 = b1;
      }
    }
  }
}
