// Rasterises the 600-point skeleton into the map that the texture stage sees. The WGSL twin is
// packages/skeleton/src/raster; both follow the same rules so that training and inference see the same pixels.
//
// Points are in crop NDC (x right, y up, z towards the viewer, all in the same unit), so projection is already done
// and z decides visibility. Pixel centres are at +0.5.
//
// Map channels (CHANNELS = 10): canonical x, y, z; normal x, y, z; skin, eye, mouth, iris.
//   canonical  position of the surface on the mean head, (c - head centre) / 12 cm
//   skin, eye, mouth are one-hot where the skeleton covers the pixel; iris is set in addition to eye.
// Iris triangles are decals: they win over the eye opening whatever their depth, and nowhere else, because the
// lids' points carry the eye opening while the iris lies on the eyeball behind them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace {
constexpr int CHANNELS = 10;
enum Region : unsigned char { FACE, MOUTH, RIGHT_EYE, LEFT_EYE, SKULL, RIGHT_IRIS, LEFT_IRIS };
bool is_eye(unsigned char region) { return region == RIGHT_EYE || region == LEFT_EYE; }
bool is_iris(unsigned char region) { return region >= RIGHT_IRIS; }
}  // namespace

extern "C" void skeleton_map(int size, int num_points, const float* points, int num_triangles, const int* triangles,
                             const unsigned char* regions, const float* canonical, float* map) {
  std::vector<float> normals(3 * num_points, 0.f);
  for (int t = 0; t < num_triangles; t++) {
    const float* p[3];
    for (int j = 0; j < 3; j++) p[j] = points + 3 * triangles[3 * t + j];
    float u[3], v[3];
    for (int k = 0; k < 3; k++) { u[k] = p[1][k] - p[0][k]; v[k] = p[2][k] - p[0][k]; }
    const float n[3] = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
    for (int j = 0; j < 3; j++)
      for (int k = 0; k < 3; k++) normals[3 * triangles[3 * t + j] + k] += n[k];
  }
  for (int i = 0; i < num_points; i++) {
    float* n = &normals[3 * i];
    const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]) + 1e-12f;
    for (int k = 0; k < 3; k++) n[k] /= length;
  }
  std::vector<float> depth(size * size, -1e9f);
  std::vector<unsigned char> owner(size * size, 255);
  std::memset(map, 0, sizeof(float) * size * size * CHANNELS);
  auto draw = [&](int t) {
    const int* id = triangles + 3 * t;
    const unsigned char region = regions[t];
    float x[3], y[3];
    for (int j = 0; j < 3; j++) {
      x[j] = (points[3 * id[j]] + 1) * 0.5f * size;
      y[j] = (1 - points[3 * id[j] + 1]) * 0.5f * size;
    }
    const float area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
    if (std::fabs(area) < 1e-12f) return;
    const int x0 = std::max(0, (int)std::floor(std::min({x[0], x[1], x[2]})));
    const int x1 = std::min(size - 1, (int)std::ceil(std::max({x[0], x[1], x[2]})));
    const int y0 = std::max(0, (int)std::floor(std::min({y[0], y[1], y[2]})));
    const int y1 = std::min(size - 1, (int)std::ceil(std::max({y[0], y[1], y[2]})));
    for (int py = y0; py <= y1; py++)
      for (int px = x0; px <= x1; px++) {
        const float cx = px + .5f, cy = py + .5f;
        const float w1 = ((cx - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (cy - y[0])) / area;
        const float w2 = ((x[1] - x[0]) * (cy - y[0]) - (cx - x[0]) * (y[1] - y[0])) / area;
        const float w0 = 1 - w1 - w2;
        if (w0 < -1e-5f || w1 < -1e-5f || w2 < -1e-5f) continue;
        const int i = py * size + px;
        if (is_iris(region)) {
          if (owner[i] == 255 || !(is_eye(owner[i]) || is_iris(owner[i]))) continue;
        } else {
          const float z = w0 * points[3 * id[0] + 2] + w1 * points[3 * id[1] + 2] + w2 * points[3 * id[2] + 2];
          if (z <= depth[i]) continue;
          depth[i] = z;
        }
        owner[i] = region;
        float* m = map + CHANNELS * i;
        for (int k = 0; k < 3; k++) {
          m[k] = w0 * canonical[3 * id[0] + k] + w1 * canonical[3 * id[1] + k] + w2 * canonical[3 * id[2] + k];
          m[3 + k] = w0 * normals[3 * id[0] + k] + w1 * normals[3 * id[1] + k] + w2 * normals[3 * id[2] + k];
        }
        m[6] = region == FACE || region == SKULL;
        m[7] = is_eye(region) || is_iris(region);
        m[8] = region == MOUTH;
        m[9] = is_iris(region);
      }
  };
  for (int t = 0; t < num_triangles; t++) if (!is_iris(regions[t])) draw(t);
  for (int t = 0; t < num_triangles; t++) if (is_iris(regions[t])) draw(t);
}
