// What a head looks like, beyond its shape. Field by field the same as LOOK in ../looks.py, which draws the values.
// Colours are linear RGB in 0..1, lengths are centimetres in canonical space (the mean neutral head), strengths 0..1.
#pragma once
#include <cstdint>

constexpr int MAX_MOLES = 8, MAX_DECALS = 3;

struct Mole {
  float center[3], radius, strength;
};

// Face paint and scars. kind: 0 disc, 1 striped disc, 2 star, 3 line.
struct Decal {
  float center[3], radius, color[3], kind;
};

struct Look {
  float tone[3];
  float blotch_strength, blotch_frequency, grain_strength;
  float freckle_threshold, freckle_strength;
  float redness;
  float lip_color[3], lip_strength;
  float brow_color[3], brow_thickness, brow_strength, brow_raise, brow_arch;
  float beard_color[3], beard_strength, moustache_strength, beard_line, beard_density;
  float eyeshadow_color[3], eyeshadow_strength;
  float liner_strength;
  float noise_offset[3];  // one place in the noise per identity
  float hair_color[3], streak_color[3], streak_frequency, hair_contrast, scalp_strength;
  float skin_specular, skin_shininess, hair_specular;
  float iris_color[3], iris_radius, pupil_radius;
  float shirt_color[3], shirt_second_color[3], shirt_pattern, shirt_frequency;
  float blush_color[3], blush_strength;
  float wrinkle_strength;
  float hairline_height, hairline_temple, hairline_sideburn, hairline_noise;
  float hair_raggedness;
  float num_moles, num_decals;
  Mole moles[MAX_MOLES];
  Decal decals[MAX_DECALS];
};

struct Light {
  float direction[3], color[3];  // towards the light, camera space
};

struct Lights {
  float sky[3], ground[3];  // hemisphere ambient
  float count;
  Light lights[2];
};

// Materials. The attribute pass reports material + 1.
enum Material : uint8_t { SKIN, EYEBALL, MOUTH, TEETH, EYE_SOCKET, HAIR_CAP, HAIR_CURTAIN, TORSO };
