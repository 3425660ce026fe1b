#include "brink/search/kernels.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BRINK_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define BRINK_CLONES
#endif

namespace brink::kernels {

BRINK_CLONES void axpy(std::size_t n, double a, const double* x, double* y) {
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

BRINK_CLONES double dot(std::size_t n, const double* x, const double* y) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < n; ++i) sum += x[i] * y[i];
  return sum;
}

BRINK_CLONES double subtract_and_square(std::size_t n, double a, const double* x, double* y) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < n; ++i) {
    y[i] -= a * x[i];
    sum += y[i] * y[i];
  }
  return sum;
}

}  // namespace brink::kernels
