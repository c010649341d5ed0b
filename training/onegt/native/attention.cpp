// Joint attention over the tokens of two streams, forward and backward, one (batch, head) pair per task.
// Query, key, value, out: bf16 [B*N][T][64]; the first num_main of the T tokens are the main stream, the rest the reference.
// With reference_self, reference rows see reference keys only (so that their keys and values depend on nothing else).
// T and num_main are multiples of 32: each stream is padded behind its main_count or reference_count real tokens, and the
// padding rows of query, key, value and d_out are zero. A block of 32 rows has its whole score rows in the cache, so
// nothing is streamed.
#include <cstdlib>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>
#include "threads.h"
#include "tiles.h"

static const int HEAD_DIM = 64;
static const int ROWS = 32;
static const float SCORE_SCALE = 0.125f;  // 1 / sqrt(HEAD_DIM)

// Ask Linux for the use of the AMX tile registers (once per process) and set the number of threads; 0 means success.
extern "C" int initialise(int threads) {
  const int ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18;
  num_threads = threads;
  return (int)syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
}

template <class T>
struct AlignedArray {
  struct Free {
    void operator()(T* p) const { free(p); }
  };
  std::unique_ptr<T, Free> memory;
  void allocate(size_t count) { memory.reset((T*)aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64)); }
  operator T*() const { return memory.get(); }
};

// Scratch of one thread; grows to the longest sequence seen.
struct Workspace {
  AlignedArray<uint32_t> packed[4];
  AlignedArray<float> scores, score_gradients;        // [32][T]
  AlignedArray<bf16> probabilities, probability_gradients;
  AlignedArray<float> block, block2;                  // [32][64]
  int capacity = 0;

  void reserve(int tokens) {
    if (tokens <= capacity) return;
    capacity = tokens;
    for (auto& p : packed) p.allocate((size_t)tokens * HEAD_DIM / 2);
    scores.allocate((size_t)ROWS * tokens);
    score_gradients.allocate((size_t)ROWS * tokens);
    probabilities.allocate((size_t)ROWS * tokens);
    probability_gradients.allocate((size_t)ROWS * tokens);
    block.allocate(ROWS * HEAD_DIM);
    block2.allocate(ROWS * HEAD_DIM);
  }
};
static thread_local Workspace workspace;

// Which lanes of each group of 16 keys hold real tokens.
static std::vector<__mmask16> real_lanes(int T, int num_main, int main_count, int reference_count) {
  std::vector<__mmask16> lanes(T / LANES, 0);
  for (int i = 0; i < main_count; i++) lanes[i / LANES] |= 1 << (i % LANES);
  for (int i = num_main; i < num_main + reference_count; i++) lanes[i / LANES] |= 1 << (i % LANES);
  return lanes;
}

static void store_block(bf16* target, const float* block) {
  for (int i = 0; i < ROWS * HEAD_DIM; i += LANES) store_bf16(target + i, _mm512_load_ps(block + i));
}

// log_sum [B*N][T]: log of each row's softmax denominator, kept for the backward pass.
extern "C" void attention_forward(int batch_heads, int T, int num_main, int main_count, int reference_count, int reference_self,
                                  const bf16* query, const bf16* key, const bf16* value, bf16* out, float* log_sum) {
  const std::vector<__mmask16> lanes = real_lanes(T, num_main, main_count, reference_count);
  const __m512 scale = _mm512_set1_ps(SCORE_SCALE);
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int task = 0; task < batch_heads; task++) {
    configure_tiles();
    Workspace& w = workspace;
    w.reserve(T);
    const size_t offset = (size_t)task * T * HEAD_DIM;
    pack_transposed(key + offset, T, HEAD_DIM, w.packed[0]);
    pack(value + offset, T, HEAD_DIM, w.packed[1]);
    for (int row = 0; row < T; row += ROWS) {
      const int first = (reference_self && row >= num_main) ? num_main : 0, count = T - first;
      multiply_32_rows(query + offset + (size_t)row * HEAD_DIM, HEAD_DIM, w.packed[0] + first, T, w.scores, T, count, HEAD_DIM);
      float inverse_sum[ROWS];
      for (int i = 0; i < ROWS; i++) {
        const float* scores = w.scores + (size_t)i * T;
        bf16* probabilities = w.probabilities + (size_t)i * T;
        __m512 sum = _mm512_setzero_ps();
        // No maximum is subtracted: query and key are RMS-normalised, so |score| <= 8 * query gain * key gain.
        for (int j = 0; j < count; j += LANES) {
          const __m512 unmasked = exponential(_mm512_mul_ps(_mm512_load_ps(scores + j), scale));
          const __m512 e = _mm512_maskz_mov_ps(lanes[(first + j) / LANES], unmasked);
          sum = _mm512_add_ps(sum, e);
          store_bf16(probabilities + j, e);
        }
        const float total = _mm512_reduce_add_ps(sum);
        inverse_sum[i] = 1 / total;
        log_sum[(size_t)task * T + row + i] = logf(total);
      }
      multiply_32_rows(w.probabilities, T, w.packed[1] + (size_t)(first / 2) * HEAD_DIM, HEAD_DIM, w.block, HEAD_DIM, HEAD_DIM,
                       count);
      for (int i = 0; i < ROWS; i++)
        for (int d = 0; d < HEAD_DIM; d += LANES)
          store_bf16(out + offset + (size_t)(row + i) * HEAD_DIM + d,
                     _mm512_mul_ps(_mm512_load_ps(w.block + i * HEAD_DIM + d), _mm512_set1_ps(inverse_sum[i])));
    }
    _tile_release();
  }
}

// Row dot products of out and its gradient: the term that the softmax derivative subtracts.
static void row_dots(const bf16* out, const bf16* out_gradient, int T, float* dots) {
  for (int i = 0; i < T; i++) {
    __m512 sum = _mm512_setzero_ps();
    for (int d = 0; d < HEAD_DIM; d += LANES)
      sum = _mm512_fmadd_ps(load_bf16(out + (size_t)i * HEAD_DIM + d), load_bf16(out_gradient + (size_t)i * HEAD_DIM + d), sum);
    dots[i] = _mm512_reduce_add_ps(sum);
  }
}

// One pass over query rows gives d_query, one over key rows d_key and d_value; probabilities are recomputed from log_sum.
extern "C" void attention_backward(int batch_heads, int T, int num_main, int main_count, int reference_count,
                                   int reference_self, const bf16* query, const bf16* key, const bf16* value, const bf16* out,
                                   const bf16* d_out, const float* log_sum, bf16* d_query, bf16* d_key, bf16* d_value) {
  const std::vector<__mmask16> lanes = real_lanes(T, num_main, main_count, reference_count);
  const __m512 scale = _mm512_set1_ps(SCORE_SCALE);
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int task = 0; task < batch_heads; task++) {
    configure_tiles();
    Workspace& w = workspace;
    w.reserve(T);
    const size_t offset = (size_t)task * T * HEAD_DIM;
    const bf16 *q = query + offset, *k = key + offset, *v = value + offset, *g = d_out + offset;
    const float* log_sums = log_sum + (size_t)task * T;
    std::vector<float> dots(T);
    row_dots(out + offset, g, T, dots.data());

    pack_transposed(k, T, HEAD_DIM, w.packed[0]);
    pack_transposed(v, T, HEAD_DIM, w.packed[1]);
    pack(k, T, HEAD_DIM, w.packed[2]);
    for (int row = 0; row < T; row += ROWS) {
      const int first = (reference_self && row >= num_main) ? num_main : 0, count = T - first;
      multiply_32_rows(q + (size_t)row * HEAD_DIM, HEAD_DIM, w.packed[0] + first, T, w.scores, T, count, HEAD_DIM);
      multiply_32_rows(g + (size_t)row * HEAD_DIM, HEAD_DIM, w.packed[1] + first, T, w.score_gradients, T, count, HEAD_DIM);
      for (int i = 0; i < ROWS; i++) {
        const float *scores = w.scores + (size_t)i * T, *gradients = w.score_gradients + (size_t)i * T;
        bf16* target = w.probability_gradients + (size_t)i * T;
        const __m512 minus_log_sum = _mm512_set1_ps(-log_sums[row + i]), dot = _mm512_set1_ps(dots[row + i]);
        for (int j = 0; j < count; j += LANES) {
          const __m512 unmasked = exponential(_mm512_fmadd_ps(_mm512_load_ps(scores + j), scale, minus_log_sum));
          const __m512 p = _mm512_maskz_mov_ps(lanes[(first + j) / LANES], unmasked);
          const __m512 difference = _mm512_sub_ps(_mm512_load_ps(gradients + j), dot);
          store_bf16(target + j, _mm512_mul_ps(_mm512_mul_ps(p, scale), difference));
        }
      }
      multiply_32_rows(w.probability_gradients, T, w.packed[2] + (size_t)(first / 2) * HEAD_DIM, HEAD_DIM, w.block, HEAD_DIM,
                       HEAD_DIM, count);
      store_block(d_query + offset + (size_t)row * HEAD_DIM, w.block);
    }

    pack_transposed(q, T, HEAD_DIM, w.packed[0]);
    pack_transposed(g, T, HEAD_DIM, w.packed[1]);
    pack(q, T, HEAD_DIM, w.packed[2]);
    pack(g, T, HEAD_DIM, w.packed[3]);
    for (int row = 0; row < T; row += ROWS) {  // row is a key here, columns are the queries that saw it
      const int count = (reference_self && row < num_main) ? num_main : T;
      multiply_32_rows(k + (size_t)row * HEAD_DIM, HEAD_DIM, w.packed[0], T, w.scores, T, count, HEAD_DIM);
      multiply_32_rows(v + (size_t)row * HEAD_DIM, HEAD_DIM, w.packed[1], T, w.score_gradients, T, count, HEAD_DIM);
      for (int i = 0; i < ROWS; i++) {
        const float *scores = w.scores + (size_t)i * T, *gradients = w.score_gradients + (size_t)i * T;
        bf16 *probabilities = w.probabilities + (size_t)i * T, *target = w.probability_gradients + (size_t)i * T;
        for (int j = 0; j < count; j += LANES) {
          const __m512 p = exponential(_mm512_fmsub_ps(_mm512_load_ps(scores + j), scale, _mm512_loadu_ps(log_sums + j)));
          const __m512 difference = _mm512_sub_ps(_mm512_load_ps(gradients + j), _mm512_loadu_ps(dots.data() + j));
          store_bf16(probabilities + j, p);
          store_bf16(target + j, _mm512_mul_ps(_mm512_mul_ps(p, scale), difference));
        }
      }
      multiply_32_rows(w.probabilities, T, w.packed[3], HEAD_DIM, w.block, HEAD_DIM, HEAD_DIM, count);
      multiply_32_rows(w.probability_gradients, T, w.packed[2], HEAD_DIM, w.block2, HEAD_DIM, HEAD_DIM, count);
      store_block(d_value + offset + (size_t)row * HEAD_DIM, w.block);
      store_block(d_key + offset + (size_t)row * HEAD_DIM, w.block2);
    }
    _tile_release();
  }
}
