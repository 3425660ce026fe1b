#include "brink/search/kernels.h"

#include <cmath>

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

BRINK_CLONES void multiply(std::size_t rows, std::size_t n, std::size_t stride, const double* a,
                           const double* x, double* out) {
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4) {  // four sums at once: one would wait for its own last addition
    const double* row = a + i * stride;
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (std::size_t j = 0; j < n; ++j) {
      s0 += row[j] * x[j];
      s1 += row[stride + j] * x[j];
      s2 += row[2 * stride + j] * x[j];
      s3 += row[3 * stride + j] * x[j];
    }
    out[i] = s0;
    out[i + 1] = s1;
    out[i + 2] = s2;
    out[i + 3] = s3;
  }
  for (; i < rows; ++i) {
    const double* row = a + i * stride;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t j = 0; j < n; ++j) sum += row[j] * x[j];
    out[i] = sum;
  }
}

BRINK_CLONES void combine(std::size_t rows, std::size_t n, std::size_t stride, const double* a,
                          const double* x, double* out) {
  for (std::size_t j = 0; j < n; ++j) out[j] = 0;
  std::size_t i = 0;
  for (; i + 4 <= rows;
       i += 4) {  // four rows a pass: one load and store of `out` for four products
    const double* row = a + i * stride;
    const double x0 = x[i], x1 = x[i + 1], x2 = x[i + 2], x3 = x[i + 3];
    if (x0 == 0 && x1 == 0 && x2 == 0 && x3 == 0) continue;
#pragma omp simd
    for (std::size_t j = 0; j < n; ++j) {
      out[j] +=
          x0 * row[j] + x1 * row[stride + j] + x2 * row[2 * stride + j] + x3 * row[3 * stride + j];
    }
  }
  for (; i < rows; ++i) {
    const double* row = a + i * stride;
    const double factor = x[i];
#pragma omp simd
    for (std::size_t j = 0; j < n; ++j) out[j] += factor * row[j];
  }
}

BRINK_CLONES double rooms_and_worths(std::size_t n, const double* c, const double* lower,
                                     const double* upper, double* rooms, double* worths) {
  double greatest = 0;
#pragma omp simd reduction(max : greatest)
  for (std::size_t j = 0; j < n; ++j) {
    const double size = c[j] > 0 ? c[j] : -c[j];
    const double room = c[j] > 0 ? upper[j] : -lower[j];
    const double worth = room > 0 ? size : 0 * size;  // NaN stays NaN
    rooms[j] = room;
    worths[j] = worth;
    greatest = worth > greatest ? worth : greatest;
  }
  return greatest;
}

BRINK_CLONES double take_segments(std::size_t n, const double* worths, const double* rooms,
                                  const double* widths, const double* per_widths, double per_t,
                                  double* moves) {
  double price = 0;
#pragma omp simd reduction(+ : price)
  for (std::size_t j = 0; j < n; ++j) {
    const double wanted = std::ceil(0.5 * (worths[j] * per_widths[j] * per_t - 1));
    const double segments = wanted > 0 ? wanted : 0;
    const double wish = segments * widths[j];
    const bool all = wish < rooms[j];
    const double move = all ? wish : rooms[j];
    const double whole = all ? segments : std::floor(rooms[j] * per_widths[j] + 1e-12);
    const double passed = whole * widths[j];
    moves[j] = worths[j] > 0 ? move : 0;
    price += worths[j] > 0 ? passed * passed + (move - passed) * (2 * whole + 1) * widths[j] : 0;
  }
  return price;
}

BRINK_CLONES void add_lines(std::size_t count, const int* lines, const double* factors, double sign,
                            const double* matrix, std::size_t stride,
                            const std::vector<Span>* spans, double* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const double factor = sign * factors[i];
    if (factor == 0) continue;
    const auto line = static_cast<std::size_t>(lines[i]);
    const double* entries = matrix + line * stride;
    for (const Span span : spans[line]) {
#pragma omp simd
      for (int j = span.begin; j < span.end; ++j) out[j] += factor * entries[j];
    }
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
