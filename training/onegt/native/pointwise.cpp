// RMS norm with modulation, SwiGLU and the gated residual, forward and backward. D is a multiple of 16.
// The residual stream is f32; what goes into matrix products is bf16. Modulation vectors are f32 [B][D], or [D] shared
// by the batch (sample_stride 0); their gradients always come as one sum per sample, [B][D].
#include "bf16.h"
#include "threads.h"

static const float EPSILON = 1e-6f;

static inline __m512 sigmoid(__m512 x) {
  const __m512 one = _mm512_set1_ps(1.f);
  return _mm512_div_ps(one, _mm512_add_ps(one, exponential(_mm512_sub_ps(_mm512_setzero_ps(), x))));
}

// y = x / rms(x) * (1 + scale) + shift; x f32 [B][t][D], y bf16; inverse_rms [B][t] is kept for the backward pass.
extern "C" void rms_modulate_forward(int B, int t, int D, const float* x, const float* scale, const float* shift,
                                     int sample_stride, bf16* y, float* inverse_rms) {
  const __m512 one = _mm512_set1_ps(1.f);
#pragma omp parallel for num_threads(num_threads)
  for (int token = 0; token < B * t; token++) {
    const float* row = x + (size_t)token * D;
    const float* row_scale = scale + (size_t)(token / t) * sample_stride;
    const float* row_shift = shift + (size_t)(token / t) * sample_stride;
    __m512 square = _mm512_setzero_ps();
    for (int k = 0; k < D; k += LANES) {
      const __m512 v = _mm512_loadu_ps(row + k);
      square = _mm512_fmadd_ps(v, v, square);
    }
    inverse_rms[token] = 1.f / sqrtf(_mm512_reduce_add_ps(square) / D + EPSILON);
    const __m512 inverse = _mm512_set1_ps(inverse_rms[token]);
    for (int k = 0; k < D; k += LANES) {
      const __m512 factor = _mm512_add_ps(one, _mm512_loadu_ps(row_scale + k));
      const __m512 normed = _mm512_mul_ps(_mm512_loadu_ps(row + k), inverse);
      store_bf16(y + (size_t)token * D + k, _mm512_fmadd_ps(normed, factor, _mm512_loadu_ps(row_shift + k)));
    }
  }
}

extern "C" void rms_modulate_backward(int B, int t, int D, const float* x, const float* scale, int sample_stride,
                                      const float* inverse_rms, const bf16* d_y, float* d_x, float* d_scale, float* d_shift) {
  const __m512 one = _mm512_set1_ps(1.f);
#pragma omp parallel for num_threads(num_threads)
  for (int b = 0; b < B; b++) {  // a sample per task: its sums need no lock
    float *scale_sum = d_scale + (size_t)b * D, *shift_sum = d_shift + (size_t)b * D;
    memset(scale_sum, 0, sizeof(float) * D);
    memset(shift_sum, 0, sizeof(float) * D);
    const float* sample_scale = scale + (size_t)b * sample_stride;
    for (int token = b * t; token < (b + 1) * t; token++) {
      const float* row = x + (size_t)token * D;
      const bf16* gradient = d_y + (size_t)token * D;
      const __m512 inverse = _mm512_set1_ps(inverse_rms[token]);
      __m512 dot = _mm512_setzero_ps();
      for (int k = 0; k < D; k += LANES) {
        const __m512 normed = _mm512_mul_ps(_mm512_loadu_ps(row + k), inverse), g = load_bf16(gradient + k);
        _mm512_storeu_ps(scale_sum + k, _mm512_fmadd_ps(g, normed, _mm512_loadu_ps(scale_sum + k)));
        _mm512_storeu_ps(shift_sum + k, _mm512_add_ps(g, _mm512_loadu_ps(shift_sum + k)));
        dot = _mm512_fmadd_ps(_mm512_mul_ps(g, _mm512_add_ps(one, _mm512_loadu_ps(sample_scale + k))), normed, dot);
      }
      const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(dot) / D);
      for (int k = 0; k < D; k += LANES) {
        const __m512 normed = _mm512_mul_ps(_mm512_loadu_ps(row + k), inverse);
        const __m512 g = _mm512_mul_ps(load_bf16(gradient + k), _mm512_add_ps(one, _mm512_loadu_ps(sample_scale + k)));
        _mm512_storeu_ps(d_x + (size_t)token * D + k, _mm512_mul_ps(inverse, _mm512_fnmadd_ps(normed, mean, g)));
      }
    }
  }
}

// y [rows][H] = silu(x[:, :H]) * x[:, H:]; H is a multiple of 16.
extern "C" void swiglu_forward(int rows, int H, const bf16* x, bf16* y) {
#pragma omp parallel for num_threads(num_threads)
  for (int row = 0; row < rows; row++) {
    const bf16 *gate = x + (size_t)row * 2 * H, *up = gate + H;
    for (int k = 0; k < H; k += LANES) {
      const __m512 u = load_bf16(gate + k);
      store_bf16(y + (size_t)row * H + k, _mm512_mul_ps(_mm512_mul_ps(u, sigmoid(u)), load_bf16(up + k)));
    }
  }
}

extern "C" void swiglu_backward(int rows, int H, const bf16* x, const bf16* d_y, bf16* d_x) {
  const __m512 one = _mm512_set1_ps(1.f);
#pragma omp parallel for num_threads(num_threads)
  for (int row = 0; row < rows; row++) {
    const bf16 *gate = x + (size_t)row * 2 * H, *up = gate + H;
    bf16 *d_gate = d_x + (size_t)row * 2 * H, *d_up = d_gate + H;
    for (int k = 0; k < H; k += LANES) {
      const __m512 u = load_bf16(gate + k), g = load_bf16(d_y + (size_t)row * H + k), s = sigmoid(u);
      const __m512 silu = _mm512_mul_ps(u, s);
      const __m512 d_silu = _mm512_fmadd_ps(silu, _mm512_sub_ps(one, s), s);  // s + u s (1 - s)
      store_bf16(d_up + k, _mm512_mul_ps(g, silu));
      store_bf16(d_gate + k, _mm512_mul_ps(_mm512_mul_ps(g, load_bf16(up + k)), d_silu));
    }
  }
}

// out = x + gate * y; x, out f32 [B][t][D], y bf16.
extern "C" void gated_residual_forward(int B, int t, int D, const float* x, const float* gate, int sample_stride,
                                       const bf16* y, float* out) {
#pragma omp parallel for num_threads(num_threads)
  for (int token = 0; token < B * t; token++) {
    const float* row_gate = gate + (size_t)(token / t) * sample_stride;
    const size_t row = (size_t)token * D;
    for (int k = 0; k < D; k += LANES)
      _mm512_storeu_ps(out + row + k, _mm512_fmadd_ps(_mm512_loadu_ps(row_gate + k), load_bf16(y + row + k),
                                                      _mm512_loadu_ps(x + row + k)));
  }
}

extern "C" void gated_residual_backward(int B, int t, int D, const float* gate, int sample_stride, const bf16* y,
                                        const float* d_out, bf16* d_y, float* d_gate) {
#pragma omp parallel for num_threads(num_threads)
  for (int b = 0; b < B; b++) {
    float* sum = d_gate + (size_t)b * D;
    memset(sum, 0, sizeof(float) * D);
    const float* sample_gate = gate + (size_t)b * sample_stride;
    for (int token = b * t; token < (b + 1) * t; token++) {
      const size_t row = (size_t)token * D;
      for (int k = 0; k < D; k += LANES) {
        const __m512 g = _mm512_loadu_ps(d_out + row + k);
        store_bf16(d_y + row + k, _mm512_mul_ps(g, _mm512_loadu_ps(sample_gate + k)));
        _mm512_storeu_ps(sum + k, _mm512_fmadd_ps(g, load_bf16(y + row + k), _mm512_loadu_ps(sum + k)));
      }
    }
  }
}
