// bfloat16 <-> float32 in AVX-512 registers of 16 values, and the exponential. bf16 is the upper half of an f32.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <immintrin.h>

using bf16 = uint16_t;
constexpr int LANES = 16;

static inline __m512 load_bf16(const bf16* source) {
  const __m512i halves = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)source));
  return _mm512_castsi512_ps(_mm512_slli_epi32(halves, 16));
}

static inline void store_bf16(bf16* target, __m512 values) {
  _mm256_storeu_si256((__m256i*)target, (__m256i)_mm512_cvtneps_pbh(values));
}

static inline float to_float(bf16 value) {
  const uint32_t bits = (uint32_t)value << 16;
  float result;
  memcpy(&result, &bits, 4);
  return result;
}

// Round to nearest, ties to even.
static inline bf16 to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (bf16)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// e^x as 2^n * p(f) with a polynomial of degree 4 for 2^f on [-1/2, 1/2]: relative error below 5e-5, far below bf16's 4e-3.
// Below 2^-80 the result stays at 2^-80 instead of running into denormals.
static inline __m512 exponential(__m512 x) {
  x = _mm512_max_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), _mm512_set1_ps(-80.f));
  const __m512 whole = _mm512_roundscale_ps(x, 8);
  const __m512 fraction = _mm512_sub_ps(x, whole);
  __m512 power = _mm512_set1_ps(0.0096181291f);
  power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.0555041087f));
  power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.2402265070f));
  power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.6931471806f));
  power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(1.f));
  return _mm512_scalef_ps(power, whole);
}
