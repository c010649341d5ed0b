// What happens to a stream's qkv projection before attention, and back: RMS norm with gain and rotation of query and key
// per head, and the move between token-major [B][t][3][N][64] and head-major [B][N][T][64], where T counts both streams
// with their padding. rotary: f32 [B][tokens of both streams, no padding][N][2][32], cosines then sines; element i of a
// head is rotated with element i + 32.
#include <algorithm>
#include <vector>
#include "bf16.h"
#include "threads.h"

static const int HEAD_DIM = 64;
static const float EPSILON = 1e-5f;
enum { QUERY, KEY, VALUE };

// A stream of t tokens. It begins at token `start` of the padded joint sequence of T tokens, and at `rotary_start` of the
// rotary table of `rotary_tokens`.
struct Stream {
  int t, T, start, rotary_tokens, rotary_start, N;
  size_t projected(int token, int part, int head) const { return (((size_t)token * 3 + part) * N + head) * HEAD_DIM; }
  size_t head_major(int token, int head) const {
    return (((size_t)(token / t) * N + head) * T + start + token % t) * HEAD_DIM;
  }
  size_t rotation(int token, int head) const {
    return (((size_t)(token / t) * rotary_tokens + rotary_start + token % t) * N + head) * HEAD_DIM;
  }
};

// inverse_rms [B][t][N][2] is kept for the backward pass.
extern "C" void qkv_forward(int B, const Stream* layout, const bf16* projected, const float* query_gain,
                            const float* key_gain, const float* rotary, bf16* query, bf16* key, bf16* value,
                            float* inverse_rms) {
  const Stream stream = *layout;
  const int t = stream.t, N = stream.N;
#pragma omp parallel for num_threads(num_threads)
  for (int token = 0; token < B * t; token++)
    for (int head = 0; head < N; head++) {
      const float* angles = rotary + stream.rotation(token, head);
      const size_t target = stream.head_major(token, head);
      const __m512 cos[2] = {_mm512_loadu_ps(angles), _mm512_loadu_ps(angles + 16)};
      const __m512 sin[2] = {_mm512_loadu_ps(angles + 32), _mm512_loadu_ps(angles + 48)};
      for (int part = QUERY; part <= KEY; part++) {
        const bf16* source = projected + stream.projected(token, part, head);
        const float* gain = (part == KEY ? key_gain : query_gain) + head * HEAD_DIM;
        __m512 x[4], square = _mm512_setzero_ps();
        for (int e = 0; e < 4; e++) {
          x[e] = load_bf16(source + 16 * e);
          square = _mm512_fmadd_ps(x[e], x[e], square);
        }
        const float inverse = 1.f / sqrtf(_mm512_reduce_add_ps(square) * (1.f / HEAD_DIM) + EPSILON);
        inverse_rms[((size_t)token * N + head) * 2 + part] = inverse;
        for (int e = 0; e < 4; e++)
          x[e] = _mm512_mul_ps(_mm512_mul_ps(x[e], _mm512_set1_ps(inverse)), _mm512_loadu_ps(gain + 16 * e));
        bf16* out = (part == KEY ? key : query) + target;
        for (int e = 0; e < 2; e++) {
          store_bf16(out + 16 * e, _mm512_fmsub_ps(x[e], cos[e], _mm512_mul_ps(x[e + 2], sin[e])));
          store_bf16(out + 32 + 16 * e, _mm512_fmadd_ps(x[e + 2], cos[e], _mm512_mul_ps(x[e], sin[e])));
        }
      }
      memcpy(value + target, projected + stream.projected(token, VALUE, head), HEAD_DIM * sizeof(bf16));
    }
}

extern "C" void qkv_backward(int B, const Stream* layout, const bf16* projected, const float* query_gain,
                             const float* key_gain, const float* rotary, const float* inverse_rms, const bf16* d_query,
                             const bf16* d_key, const bf16* d_value, bf16* d_projected, float* d_query_gain,
                             float* d_key_gain) {
  const Stream stream = *layout;
  const int t = stream.t, N = stream.N;
  std::fill_n(d_query_gain, N * HEAD_DIM, 0.f);
  std::fill_n(d_key_gain, N * HEAD_DIM, 0.f);
#pragma omp parallel num_threads(num_threads)
  {
    std::vector<float> d_gains(2 * N * HEAD_DIM, 0.f);  // of this thread
#pragma omp for
    for (int token = 0; token < B * t; token++)
      for (int head = 0; head < N; head++) {
        const float* angles = rotary + stream.rotation(token, head);
        const size_t source = stream.head_major(token, head);
        for (int part = QUERY; part <= KEY; part++) {
          const bf16* x = projected + stream.projected(token, part, head);
          const bf16* gradient = (part == KEY ? d_key : d_query) + source;
          const float* gain = (part == KEY ? key_gain : query_gain) + head * HEAD_DIM;
          float* d_gain = d_gains.data() + (part * N + head) * HEAD_DIM;
          const __m512 inverse = _mm512_set1_ps(inverse_rms[((size_t)token * N + head) * 2 + part]);
          __m512 g[4], normed[4], dot = _mm512_setzero_ps();
          for (int e = 0; e < 2; e++) {  // rotate back
            const __m512 cos = _mm512_loadu_ps(angles + 16 * e), sin = _mm512_loadu_ps(angles + 32 + 16 * e);
            const __m512 low = load_bf16(gradient + 16 * e), high = load_bf16(gradient + 32 + 16 * e);
            g[e] = _mm512_fmadd_ps(low, cos, _mm512_mul_ps(high, sin));
            g[e + 2] = _mm512_fmsub_ps(high, cos, _mm512_mul_ps(low, sin));
          }
          for (int e = 0; e < 4; e++) {
            normed[e] = _mm512_mul_ps(load_bf16(x + 16 * e), inverse);
            _mm512_storeu_ps(d_gain + 16 * e, _mm512_fmadd_ps(g[e], normed[e], _mm512_loadu_ps(d_gain + 16 * e)));
            g[e] = _mm512_mul_ps(g[e], _mm512_loadu_ps(gain + 16 * e));
            dot = _mm512_fmadd_ps(g[e], normed[e], dot);
          }
          const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(dot) * (1.f / HEAD_DIM));
          bf16* out = d_projected + stream.projected(token, part, head);
          for (int e = 0; e < 4; e++) store_bf16(out + 16 * e, _mm512_mul_ps(inverse, _mm512_fnmadd_ps(normed[e], mean, g[e])));
        }
        memcpy(d_projected + stream.projected(token, VALUE, head), d_value + source, HEAD_DIM * sizeof(bf16));
      }
#pragma omp critical
    for (int i = 0; i < N * HEAD_DIM; i++) {
      d_query_gain[i] += d_gains[i];
      d_key_gain[i] += d_gains[N * HEAD_DIM + i];
    }
  }
}

// Head-major joint rows -> the token-major rows [B][t][N*64] of one stream.
extern "C" void merge_heads(int B, const Stream* layout, const bf16* joint, bf16* tokens) {
  const Stream stream = *layout;
  const int t = stream.t, N = stream.N;
#pragma omp parallel for num_threads(num_threads)
  for (int token = 0; token < B * t; token++)
    for (int head = 0; head < N; head++)
      memcpy(tokens + ((size_t)token * N + head) * HEAD_DIM, joint + stream.head_major(token, head), HEAD_DIM * sizeof(bf16));
}

// The reverse of merge_heads.
extern "C" void split_heads(int B, const Stream* layout, const bf16* tokens, bf16* joint) {
  const Stream stream = *layout;
  const int t = stream.t, N = stream.N;
#pragma omp parallel for num_threads(num_threads)
  for (int token = 0; token < B * t; token++)
    for (int head = 0; head < N; head++)
      memcpy(joint + stream.head_major(token, head), tokens + ((size_t)token * N + head) * HEAD_DIM, HEAD_DIM * sizeof(bf16));
}
