// Matrix products of 32 rows on AMX tiles (16 rows x 64 bytes each): bf16 in, f32 out.
// The right-hand operand is packed as pairs of consecutive k ("VNNI"): uint32 [K/2][N].
#pragma once
#include "bf16.h"

struct alignas(64) TileConfig {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes_per_row[16];
  uint8_t rows[16];
};

static inline void configure_tiles() {
  TileConfig config;
  memset(&config, 0, sizeof(config));
  config.palette = 1;
  for (int i = 0; i < 8; i++) {
    config.bytes_per_row[i] = 64;
    config.rows[i] = 16;
  }
  _tile_loadconfig(&config);
}

// c [32][n] = a [32][k] * b; n and k are multiples of 32. Tiles 0-3 accumulate a 32 x 32 block, 4-5 hold a, 6-7 hold b.
static inline void multiply_32_rows(const bf16* a, int stride_a, const uint32_t* b, int stride_b, float* c, int stride_c,
                                    int n, int k) {
  for (int column = 0; column < n; column += 32) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int depth = 0; depth < k; depth += 32) {
      _tile_loadd(4, a + depth, stride_a * 2);
      _tile_loadd(5, a + (size_t)16 * stride_a + depth, stride_a * 2);
      _tile_loadd(6, b + (size_t)(depth / 2) * stride_b + column, stride_b * 4);
      _tile_loadd(7, b + (size_t)(depth / 2) * stride_b + column + 16, stride_b * 4);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, c + column, stride_c * 4);
    _tile_stored(1, c + column + 16, stride_c * 4);
    _tile_stored(2, c + (size_t)16 * stride_c + column, stride_c * 4);
    _tile_stored(3, c + (size_t)16 * stride_c + column + 16, stride_c * 4);
  }
}

// Pack x [rows][columns] so that it acts as its transpose (k = columns): out [columns/2][rows].
static inline void pack_transposed(const bf16* x, int rows, int columns, uint32_t* out) {
  const uint32_t* pairs = (const uint32_t*)x;
  const int half = columns / 2;
  const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i offset = _mm512_mullo_epi32(lane, _mm512_set1_epi32(half));
  for (int row = 0; row < rows; row += LANES)
    for (int k = 0; k < half; k++)
      _mm512_storeu_si512(out + (size_t)k * rows + row, _mm512_i32gather_epi32(offset, pairs + (size_t)row * half + k, 4));
}

// Pack x [rows][columns] as it is (k = rows): out [rows/2][columns].
static inline void pack(const bf16* x, int rows, int columns, uint32_t* out) {
  for (int row = 0; row < rows; row += 2)
    for (int column = 0; column < columns; column += LANES) {
      const bf16* source = x + (size_t)row * columns + column;
      const __m512i even = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)source));
      const __m512i odd = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)(source + columns)));
      _mm512_storeu_si512(out + (size_t)(row / 2) * columns + column, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
    }
}
