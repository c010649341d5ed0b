// Software renderer of the synthetic heads: the functions that ../raster.py calls. One translation unit, one thread.
// The order of the arithmetic matters: picture pools are told apart by seed only, so the same seed must give the same
// bytes in every build with the same compiler and flags.
#include "shading.h"
#include "skin.h"

extern "C" int look_size() { return sizeof(Look); }
extern "C" int lights_size() { return sizeof(Lights); }

// points [count][3] canonical -> out [count] cm inside the hair.
extern "C" void hair_depths(int count, const float* points, const Look* look, float* out) {
  for (int i = 0; i < count; i++) out[i] = hair_depth(points + 3 * i, *look);
}

// points [count][3] -> out [count] noise at frequency * point + offset.
extern "C" void noise_at(int count, const float* points, float frequency, float offset_x, float offset_y, float offset_z,
                         float* out) {
  for (int i = 0; i < count; i++)
    out[i] = noise3(points[3 * i] * frequency + offset_x, points[3 * i + 1] * frequency + offset_y,
                    points[3 * i + 2] * frequency + offset_z);
}

// points [count][3] canonical -> out [count][4] skin colour and gloss.
extern "C" void bake_skin(int count, const float* points, const Look* look, const float* brow, const float* lips,
                          const float* eye, uint8_t* out) {
  const FaceLines lines{brow, lips, eye};
  for (int i = 0; i < count; i++) bake_texel(points + 3 * i, *look, lines, out + 4 * i);
}

// Area-weighted vertex normals [num_vertices][3].
extern "C" void vertex_normals(int num_vertices, const float* position, int num_triangles, const int* triangles, float* out) {
  memset(out, 0, sizeof(float) * 3 * num_vertices);
  for (int i = 0; i < num_triangles; i++) {
    const int a = triangles[3 * i], b = triangles[3 * i + 1], c = triangles[3 * i + 2];
    const float *A = position + 3 * a, *B = position + 3 * b, *C = position + 3 * c;
    const float ux = B[0] - A[0], uy = B[1] - A[1], uz = B[2] - A[2];
    const float vx = C[0] - A[0], vy = C[1] - A[1], vz = C[2] - A[2];
    const float normal[3] = {uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx};
    for (int k = 0; k < 3; k++) {
      out[3 * a + k] += normal[k];
      out[3 * b + k] += normal[k];
      out[3 * c + k] += normal[k];
    }
  }
  for (int i = 0; i < num_vertices; i++) {
    float* n = out + 3 * i;
    const float inverse_length = 1.f / sqrtf(n[0] * n[0] + n[1] * n[1] + n[2] * n[2] + 1e-12f);
    n[0] *= inverse_length;
    n[1] *= inverse_length;
    n[2] *= inverse_length;
  }
}

// Canonical position of every texel: out [height][width][3]. Coverage [height][width]: 0 none, 1 the gutter of 1.5 texels
// around a chart (so that bilinear lookups at seams find skin), 2 inside a triangle.
extern "C" void bake_positions(int width, int height, int num_triangles, const int* triangles, const float* texture_coordinate,
                               const float* canonical, float* out, uint8_t* coverage) {
  const float* uv = texture_coordinate;
  const float gutter = 1.5f;
  for (int t = 0; t < num_triangles; t++) {
    const int a = triangles[3 * t], b = triangles[3 * t + 1], c = triangles[3 * t + 2];
    const float A[2] = {uv[2 * a] * width, uv[2 * a + 1] * height}, B[2] = {uv[2 * b] * width, uv[2 * b + 1] * height},
                C[2] = {uv[2 * c] * width, uv[2 * c + 1] * height};
    const float area = (B[0] - A[0]) * (C[1] - A[1]) - (B[1] - A[1]) * (C[0] - A[0]);
    if (fabsf(area) < 1e-9f) continue;
    const float inverse_area = 1 / area;
    const int x0 = std::max(0, (int)floorf(std::min(A[0], std::min(B[0], C[0])) - gutter));
    const int x1 = std::min(width - 1, (int)ceilf(std::max(A[0], std::max(B[0], C[0])) + gutter));
    const int y0 = std::max(0, (int)floorf(std::min(A[1], std::min(B[1], C[1])) - gutter));
    const int y1 = std::min(height - 1, (int)ceilf(std::max(A[1], std::max(B[1], C[1])) + gutter));
    for (int y = y0; y <= y1; y++)
      for (int x = x0; x <= x1; x++) {
        const float px = x + 0.5f, py = y + 0.5f;
        float b0 = ((px - B[0]) * -(C[1] - B[1]) + (py - B[1]) * (C[0] - B[0])) * inverse_area;
        float b1 = ((px - C[0]) * -(A[1] - C[1]) + (py - C[1]) * (A[0] - C[0])) * inverse_area;
        float b2 = 1 - b0 - b1;
        const bool inside = b0 >= 0 && b1 >= 0 && b2 >= 0;
        uint8_t& covered = coverage[y * width + x];
        if (!inside && covered != 0) continue;
        if (!inside) {
          b0 = std::min(1.f, std::max(0.f, b0));
          b1 = std::min(1.f, std::max(0.f, b1));
          b2 = std::min(1.f, std::max(0.f, b2));
          const float scale = 1 / (b0 + b1 + b2);
          b0 *= scale;
          b1 *= scale;
          b2 *= scale;
        }
        for (int k = 0; k < 3; k++)
          out[(y * width + x) * 3 + k] = b0 * canonical[3 * a + k] + b1 * canonical[3 * b + k] + b2 * canonical[3 * c + k];
        covered = inside ? 2 : 1;
      }
  }
}

// What the surface is at each pixel: out [size][size][6] canonical position and camera-space normal,
// materials [size][size] material + 1, 0 where there is nothing.
extern "C" void render_attributes(int size, const Mesh* mesh_pointer, float focal, float center_x, float center_y, float* out,
                                  uint8_t* materials) {
  static thread_local std::vector<Sample> samples;
  static const Look no_hair = {};
  const Mesh mesh = *mesh_pointer;
  find_visible(size, mesh, focal, center_x, center_y, no_hair, samples);
  memset(out, 0, sizeof(float) * size * size * 6);
  for (int i = 0; i < size * size; i++) {
    const Sample& sample = samples[i];
    if (sample.triangle < 0) {
      materials[i] = 0;
      continue;
    }
    const int t = sample.triangle;
    const int a = mesh.triangles[3 * t], b = mesh.triangles[3 * t + 1], c = mesh.triangles[3 * t + 2];
    const Weights w = perspective_weights(sample, mesh.position, a, b, c);
    float* o = out + 6 * i;
    for (int k = 0; k < 3; k++) {
      o[k] = w.w0 * mesh.canonical[3 * a + k] + w.w1 * mesh.canonical[3 * b + k] + w.w2 * mesh.canonical[3 * c + k];
      o[3 + k] = w.w0 * mesh.normal[3 * a + k] + w.w1 * mesh.normal[3 * b + k] + w.w2 * mesh.normal[3 * c + k];
    }
    materials[i] = mesh.materials[t] + 1;
  }
}

// The picture, 2 x 2 supersampled: background f32 and out u8 [size][size][3], foreground [size][size]: 63 a covered sample.
extern "C" void render_picture(int size, const Mesh* mesh_pointer, float focal, float center_x, float center_y, const Atlas* atlas,
                               const Look* look, const Lights* lights, const float* eye_centers, const float* background, uint8_t* out,
                               uint8_t* foreground) {
  static thread_local std::vector<Sample> samples;
  const int fine_size = 2 * size;
  const Mesh mesh = *mesh_pointer;
  find_visible(fine_size, mesh, focal, center_x, center_y, *look, samples);
  std::vector<float> sums((size_t)size * size * 3, 0.f);
  std::vector<uint8_t> covered((size_t)size * size, 0);
  for (int y = 0; y < fine_size; y++)
    for (int x = 0; x < fine_size; x++) {
      const Sample& sample = samples[(size_t)y * fine_size + x];
      const size_t pixel = (size_t)(y >> 1) * size + (x >> 1);
      if (sample.triangle < 0) {
        for (int k = 0; k < 3; k++) sums[pixel * 3 + k] += background[pixel * 3 + k];
        continue;
      }
      shade(sample, mesh, *look, *lights, *atlas, eye_centers, &sums[pixel * 3]);
      covered[pixel]++;
    }
  for (size_t i = 0; i < (size_t)size * size; i++) {
    for (int k = 0; k < 3; k++) {
      const float value = sums[i * 3 + k] * 0.25f * 255.f + 0.5f;
      out[i * 3 + k] = (uint8_t)(value < 0 ? 0 : (value > 255 ? 255 : value));
    }
    foreground[i] = covered[i] * 63;
  }
}
