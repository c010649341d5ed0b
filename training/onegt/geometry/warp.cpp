// Warps a reference picture onto a target skeleton map, from the two maps alone. The WGSL twin is
// packages/dit/src/warp.
//
// Both maps tell, for each covered pixel, which point of the canonical head surface it shows. For a target pixel we
// look for the reference pixel that shows the same point: a coarse search over a sparse grid of reference pixels,
// then a few Gauss-Newton steps on the reference's canonical coordinates, which are linear inside each triangle.
// A point that the reference does not show has no pixel close enough; then its mirror image (-x) is tried.
// Occlusion needs no test of its own: the reference map holds visible surface only.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace {
constexpr int CHANNELS = 10;
constexpr int CELL = 8;            // target pixels per coarse cell, each way
constexpr int STRIDE = 4;          // spacing of the reference pixels that the coarse search looks at
constexpr int STEPS = 5;           // Gauss-Newton steps
constexpr float MAX_STEP = 8.f;    // pixels
constexpr float TOLERANCE = .02f;  // canonical units of 12 cm: 2.4 mm
constexpr float REACH = 1.5f;      // how far from a pixel centre its linear patch is trusted, pixels
constexpr float DAMPING = 1e-7f;

struct Map {
  const float* data; int size;
  const float* at(int x, int y) const { return data + CHANNELS * (y * size + x); }
  bool covered(int x, int y) const { const float* m = at(x, y); return m[6] + m[7] + m[8] > 0; }
  // 0 none, 1 skin, 2 eye white, 3 mouth interior, 4 iris: texture is only exchanged inside one class
  int kind(int x, int y) const { const float* m = at(x, y); return m[9] > 0 ? 4 : m[8] > 0 ? 3 : m[7] > 0 ? 2 : m[6] > 0 ? 1 : 0; }
};
float distance2(const float* a, const float* b) {
  const float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return x * x + y * y + z * z;
}
struct Point { float x, y; bool valid; };

// Derivative of the canonical coordinates along one axis, from neighbours of the same kind only.
bool derivative(const Map& m, int x, int y, int dx, int dy, float* d) {
  const int kind = m.kind(x, y);
  const float* c = m.at(x, y);
  auto usable = [&](int u, int v) { return u >= 0 && v >= 0 && u < m.size && v < m.size && m.kind(u, v) == kind; };
  if (usable(x + dx, y + dy)) { const float* n = m.at(x + dx, y + dy); for (int k = 0; k < 3; k++) d[k] = n[k] - c[k]; return true; }
  if (usable(x - dx, y - dy)) { const float* n = m.at(x - dx, y - dy); for (int k = 0; k < 3; k++) d[k] = c[k] - n[k]; return true; }
  return false;
}

Point refine(const Map& reference, const float* c, int kind, float startX, float startY) {
  float x = startX, y = startY;
  for (int step = 0; step < STEPS; step++) {
    const int px = std::clamp((int)std::floor(x), 0, reference.size - 1), py = std::clamp((int)std::floor(y), 0, reference.size - 1);
    if (!reference.covered(px, py)) return {0, 0, false};
    float du[3], dv[3];
    if (!derivative(reference, px, py, 1, 0, du) || !derivative(reference, px, py, 0, 1, dv)) return {0, 0, false};
    const float* r = reference.at(px, py);
    float a = DAMPING, b = 0, d = DAMPING, e = 0, f = 0;
    for (int k = 0; k < 3; k++) {
      const float miss = c[k] - r[k];
      a += du[k] * du[k]; b += du[k] * dv[k]; d += dv[k] * dv[k]; e += du[k] * miss; f += dv[k] * miss;
    }
    const float determinant = a * d - b * b;
    if (determinant < 1e-14f) return {0, 0, false};
    float sx = (d * e - b * f) / determinant, sy = (a * f - b * e) / determinant;
    const float length = std::sqrt(sx * sx + sy * sy);
    if (step == STEPS - 1 || length <= .5f) {
      if (length > REACH || reference.kind(px, py) != kind) return {0, 0, false};
      float miss2 = 0;
      for (int k = 0; k < 3; k++) { const float q = c[k] - r[k] - du[k] * sx - dv[k] * sy; miss2 += q * q; }
      return {px + .5f + sx, py + .5f + sy, miss2 < TOLERANCE * TOLERANCE};
    }
    if (length > MAX_STEP) { sx *= MAX_STEP / length; sy *= MAX_STEP / length; }
    x = px + .5f + sx; y = py + .5f + sy;
  }
  return {0, 0, false};
}
}  // namespace

// picture, out [size, size, 3] u8; mask [size, size] u8: 255 visible, 128 mirrored, 1 open, 0 outside the skeleton
extern "C" void warp_reference(int size, const float* referenceMap, const float* targetMap, const unsigned char* picture,
                               unsigned char* out, unsigned char* mask) {
  const Map reference{referenceMap, size}, target{targetMap, size};
  const int cells = size / CELL, samples = size / STRIDE;
  double sum[3] = {0, 0, 0}; long count = 0;
  for (int y = 0; y < size; y++) for (int x = 0; x < size; x++) if (reference.covered(x, y)) {
    count++; for (int k = 0; k < 3; k++) sum[k] += picture[3 * (y * size + x) + k];
  }
  unsigned char mean[3]; for (int k = 0; k < 3; k++) mean[k] = count ? (unsigned char)(sum[k] / count + .5) : 128;

  struct Sample { float c[3]; float x, y; };
  std::vector<Sample> candidates;
  for (int j = 0; j < samples; j++) for (int i = 0; i < samples; i++) {
    const int x = i * STRIDE + STRIDE / 2, y = j * STRIDE + STRIDE / 2;
    if (!reference.covered(x, y)) continue;
    const float* m = reference.at(x, y); candidates.push_back({{m[0], m[1], m[2]}, x + .5f, y + .5f});
  }
  std::vector<Point> coarse[2]; for (auto& c : coarse) c.assign(cells * cells, {0, 0, false});
  for (int j = 0; j < cells; j++) for (int i = 0; i < cells; i++) {
    // the first covered pixel of the cell, starting from its centre row, speaks for it
    const float* c = nullptr;
    for (int n = 0; n < CELL * CELL && !c; n++) {
      const int m = (n + CELL * CELL / 2 + CELL / 2) % (CELL * CELL);
      const int x = i * CELL + m % CELL, y = j * CELL + m / CELL;
      if (target.covered(x, y)) c = target.at(x, y);
    }
    if (!c) continue;
    for (int side = 0; side < 2; side++) {
      const float wanted[3] = {side ? -c[0] : c[0], c[1], c[2]};
      float best = 1e9f;
      for (const Sample& s : candidates) { const float d = distance2(s.c, wanted); if (d < best) { best = d; coarse[side][j * cells + i] = {s.x, s.y, true}; } }
    }
  }
  auto sample = [&](float x, float y, unsigned char* rgb) {
    const float u = std::clamp(x - .5f, 0.f, size - 1.f), v = std::clamp(y - .5f, 0.f, size - 1.f);
    const int x0 = (int)u, y0 = (int)v, x1 = std::min(x0 + 1, size - 1), y1 = std::min(y0 + 1, size - 1);
    const float fx = u - x0, fy = v - y0;
    for (int k = 0; k < 3; k++) {
      const float top = picture[3 * (y0 * size + x0) + k] * (1 - fx) + picture[3 * (y0 * size + x1) + k] * fx;
      const float bottom = picture[3 * (y1 * size + x0) + k] * (1 - fx) + picture[3 * (y1 * size + x1) + k] * fx;
      rgb[k] = (unsigned char)(top * (1 - fy) + bottom * fy + .5f);
    }
  };
  for (int y = 0; y < size; y++) for (int x = 0; x < size; x++) {
    const int i = y * size + x;
    unsigned char* rgb = out + 3 * i;
    if (!target.covered(x, y)) { std::memcpy(rgb, picture + 3 * i, 3); mask[i] = 0; continue; }
    const float* c = target.at(x, y); const int kind = target.kind(x, y);
    bool done = false;
    for (int side = 0; side < 2 && !done; side++) {
      const float wanted[3] = {side ? -c[0] : c[0], c[1], c[2]};
      float best = 1e9f; Point start{0, 0, false};
      for (int dy = -1; dy <= 1; dy++) for (int dx = -1; dx <= 1; dx++) {
        const int u = x / CELL + dx, v = y / CELL + dy;
        if (u < 0 || v < 0 || u >= cells || v >= cells || !coarse[side][v * cells + u].valid) continue;
        const Point& p = coarse[side][v * cells + u];
        const float d = distance2(reference.at((int)p.x, (int)p.y), wanted);
        if (d < best) { best = d; start = p; }
      }
      if (!start.valid) continue;
      const Point p = refine(reference, wanted, kind, start.x, start.y);
      if (p.valid) { sample(p.x, p.y, rgb); mask[i] = side ? 128 : 255; done = true; }
    }
    if (!done) { std::memcpy(rgb, mean, 3); mask[i] = 1; }
  }
}
