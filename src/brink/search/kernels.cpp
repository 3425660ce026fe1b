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

BRINK_CLONES void multiply(std::size_t rows, std::size_t stride, const double* a, std::size_t begin,
                           std::size_t end, const double* x, bool add, double* out) {
  for (std::size_t i = 0; i < rows; ++i) {
    const double* row = a + i * stride;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t j = begin; j < end; ++j) sum += row[j] * x[j];
    out[i] = add ? out[i] + sum : sum;
  }
}

BRINK_CLONES std::size_t above(std::size_t n, const double* a, const double* b, double least,
                               int* out) {
  std::size_t count = 0;
  for (std::size_t j = 0; j < n; ++j) {
    out[count] = static_cast<int>(j);
    count += a[j] * b[j] > least ? 1 : 0;
  }
  return count;
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
