// AdamW with f32 master weights and an exponential moving average, in one pass over the memory of a parameter.
#include <algorithm>
#include "bf16.h"
#include "threads.h"

extern "C" double square_sum_bf16(long count, const bf16* values) {
  double sum = 0;
  for (long i = 0; i < count; i++) {
    const float v = to_float(values[i]);
    sum += v * v;
  }
  return sum;
}

extern "C" double square_sum_f32(long count, const float* values) {
  double sum = 0;
  for (long i = 0; i < count; i++) sum += values[i] * values[i];
  return sum;
}

struct StepSettings {
  float gradient_scale, learning_rate, weight_decay, beta1, beta2, correction1, correction2, epsilon, average_rate;
};

template <class Value, float (*decode)(Value), Value (*encode)(float)>
static void step(long count, float* master, float* mean, float* variance, float* average, const Value* gradient,
                 Value* parameter, const StepSettings& s) {
  const long block = 4096;
#pragma omp parallel for num_threads(num_threads)
  for (long start = 0; start < count; start += block)
    for (long i = start; i < std::min(count, start + block); i++) {
      const float g = decode(gradient[i]) * s.gradient_scale;
      mean[i] = s.beta1 * mean[i] + (1 - s.beta1) * g;
      variance[i] = s.beta2 * variance[i] + (1 - s.beta2) * g * g;
      const float update = mean[i] * s.correction1 / (sqrtf(variance[i] * s.correction2) + s.epsilon);
      master[i] = master[i] * (1 - s.learning_rate * s.weight_decay) - s.learning_rate * update;
      average[i] += (master[i] - average[i]) * s.average_rate;
      parameter[i] = encode(master[i]);
    }
}

static inline float same(float value) { return value; }

extern "C" void adamw_bf16(long count, float* master, float* mean, float* variance, float* average, const bf16* gradient,
                           bf16* parameter, const StepSettings* settings) {
  step<bf16, to_float, to_bf16>(count, master, mean, variance, average, gradient, parameter, *settings);
}

extern "C" void adamw_f32(long count, float* master, float* mean, float* variance, float* average, const float* gradient,
                          float* parameter, const StepSettings* settings) {
  step<float, same, same>(count, master, mean, variance, average, gradient, parameter, *settings);
}
