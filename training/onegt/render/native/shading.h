// Light on surfaces: hemisphere ambient, one or two directional lights, Blinn-Phong highlights; no cast shadows.
#pragma once
#include "materials.h"

// Adds the shaded colour of one sample to `pixel`.
static inline void shade(const Sample& sample, const Mesh& mesh, const Look& look, const Lights& lights, const Atlas& atlas,
                         const float* eye_centers, float* pixel) {
  const int t = sample.triangle;
  const int a = mesh.triangles[3 * t], b = mesh.triangles[3 * t + 1], c = mesh.triangles[3 * t + 2];
  const Weights w = perspective_weights(sample, mesh.position, a, b, c);
  float normal[3], point[3], position[3];
  for (int k = 0; k < 3; k++) {
    normal[k] = w.w0 * mesh.normal[3 * a + k] + w.w1 * mesh.normal[3 * b + k] + w.w2 * mesh.normal[3 * c + k];
    point[k] = w.w0 * mesh.canonical[3 * a + k] + w.w1 * mesh.canonical[3 * b + k] + w.w2 * mesh.canonical[3 * c + k];
    position[k] = w.w0 * mesh.position[3 * a + k] + w.w1 * mesh.position[3 * b + k] + w.w2 * mesh.position[3 * c + k];
  }
  const float inverse_distance =
      1.f / sqrtf(position[0] * position[0] + position[1] * position[1] + position[2] * position[2]);
  const float view[3] = {-position[0] * inverse_distance, -position[1] * inverse_distance, -position[2] * inverse_distance};
  const float inverse_length = 1.f / sqrtf(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2] + 1e-9f);
  for (int k = 0; k < 3; k++) normal[k] *= inverse_length;

  Surface s;
  s.specular = 0;
  s.shininess = 20.f;
  s.occlusion = 1.f;
  const int material = mesh.materials[t];
  switch (material) {
    case SKIN: {
      const float* uv = mesh.texture_coordinate;
      const float u = w.w0 * uv[2 * a] + w.w1 * uv[2 * b] + w.w2 * uv[2 * c];
      const float v = w.w0 * uv[2 * a + 1] + w.w1 * uv[2 * b + 1] + w.w2 * uv[2 * c + 1];
      skin_surface(s, look, atlas, u, v);
      break;
    }
    case EYEBALL:
      eyeball_surface(s, look, eye_centers, point);
      break;
    case MOUTH:  // darker towards the throat
      set_color(s, 0.50f, 0.22f, 0.20f);
      s.occlusion = 0.25f + 0.55f * smoothstep(3.f, 9.f, point[2]);
      s.specular = 0.15f;
      break;
    case TEETH:
      set_color(s, 0.88f, 0.85f, 0.78f);
      s.occlusion = 0.35f + 0.6f * smoothstep(5.f, 10.f, point[2]);
      s.specular = 0.25f;
      s.shininess = 40;
      break;
    case EYE_SOCKET:
      for (int k = 0; k < 3; k++) s.color[k] = look.tone[k] * 0.75f;
      s.color[1] *= 0.8f;
      s.color[2] *= 0.8f;
      s.occlusion = 0.6f;
      break;
    case HAIR_CAP:
    case HAIR_CURTAIN:
      hair_surface(s, look, material == HAIR_CURTAIN, point, view, normal);
      break;
    default:
      shirt_surface(s, look, point);
      break;
  }

  const float up = 0.5f + 0.5f * normal[1];
  float diffuse[3], highlight[3] = {0, 0, 0};
  for (int k = 0; k < 3; k++) diffuse[k] = (lights.ground[k] + (lights.sky[k] - lights.ground[k]) * up) * s.occlusion;
  const int num_lights = (int)lights.count;
  for (int i = 0; i < num_lights; i++) {
    const float *direction = lights.lights[i].direction, *color = lights.lights[i].color;
    const float facing = normal[0] * direction[0] + normal[1] * direction[1] + normal[2] * direction[2];
    const float wrap = (material == SKIN) ? 0.15f : 0.05f;  // light bleeds past the terminator of skin
    const float amount = std::max(0.f, (facing + wrap) / (1 + wrap)) * s.occlusion;
    const float half[3] = {direction[0] + view[0], direction[1] + view[1], direction[2] + view[2]};
    const float inverse_half = 1.f / sqrtf(half[0] * half[0] + half[1] * half[1] + half[2] * half[2] + 1e-9f);
    const float cosine =
        std::max(0.f, (normal[0] * half[0] + normal[1] * half[1] + normal[2] * half[2]) * inverse_half);
    const float peak = facing > 0 ? s.specular * powf(cosine, s.shininess) * s.occlusion : 0;
    for (int k = 0; k < 3; k++) {
      diffuse[k] += amount * color[k];
      highlight[k] += peak * color[k];
    }
  }
  if (material == SKIN || material >= HAIR_CAP) {  // darker at grazing angles
    float rim = 1 - (normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2]);
    rim = std::max(0.f, rim);
    rim = rim * rim * rim;
    for (int k = 0; k < 3; k++) diffuse[k] *= 1 - 0.35f * rim;
  }
  for (int k = 0; k < 3; k++) {
    float radiance = s.color[k] * diffuse[k] + highlight[k];
    radiance = radiance > 0.8f ? 0.8f + 0.2f * (1 - expf(-(radiance - 0.8f) * 5.f)) : radiance;  // soft clipping
    pixel[k] += radiance;
  }
}
