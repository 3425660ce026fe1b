#include "brink/search/kernels.h"

#include <cmath>

#include "brink/base/clones.h"

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

BRINK_CLONES void multiply_many(std::size_t items, std::size_t rows, std::size_t n, const double* a,
                                const double* x, double* out) {
  std::size_t b = 0;
  for (; b + 4 <= items; b += 4) {  // eight sums at once: six loads for eight products
    const double *x0 = x + b * n, *x1 = x0 + n, *x2 = x1 + n, *x3 = x2 + n;
    std::size_t i = 0;
    for (; i + 2 <= rows; i += 2) {
      const double *p = a + i * n, *q = p + n;
      double p0 = 0, p1 = 0, p2 = 0, p3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
#pragma omp simd reduction(+ : p0, p1, p2, p3, q0, q1, q2, q3)
      for (std::size_t j = 0; j < n; ++j) {
        p0 += p[j] * x0[j];
        p1 += p[j] * x1[j];
        p2 += p[j] * x2[j];
        p3 += p[j] * x3[j];
        q0 += q[j] * x0[j];
        q1 += q[j] * x1[j];
        q2 += q[j] * x2[j];
        q3 += q[j] * x3[j];
      }
      double* to = out + b * rows + i;
      to[0] = p0, to[1] = q0;
      to[rows] = p1, to[rows + 1] = q1;
      to[2 * rows] = p2, to[2 * rows + 1] = q2;
      to[3 * rows] = p3, to[3 * rows + 1] = q3;
    }
    for (; i < rows; ++i) {
      for (std::size_t c = 0; c < 4; ++c) {
        out[(b + c) * rows + i] = dot(n, a + i * n, x + (b + c) * n);
      }
    }
  }
  for (; b < items; ++b) multiply(rows, n, n, a, x + b * n, out + b * rows);
}

BRINK_CLONES void combine_many(std::size_t items, std::size_t rows, std::size_t n, const double* a,
                               const double* x, double* out) {
  std::size_t b = 0;
  for (; b + 4 <= items; b += 4) {
    double *o0 = out + b * n, *o1 = o0 + n, *o2 = o1 + n, *o3 = o2 + n;
    for (std::size_t j = 0; j < 4 * n; ++j) o0[j] = 0;
    std::size_t i = 0;
    for (; i + 4 <= rows; i += 4) {  // sixteen products for eight loads and four stores
      const double *r0 = a + i * n, *r1 = r0 + n, *r2 = r1 + n, *r3 = r2 + n;
      double f[4][4];
      for (std::size_t c = 0; c < 4; ++c) {
        for (std::size_t k = 0; k < 4; ++k) f[c][k] = x[(b + c) * rows + i + k];
      }
#pragma omp simd
      for (std::size_t j = 0; j < n; ++j) {
        o0[j] += f[0][0] * r0[j] + f[0][1] * r1[j] + f[0][2] * r2[j] + f[0][3] * r3[j];
        o1[j] += f[1][0] * r0[j] + f[1][1] * r1[j] + f[1][2] * r2[j] + f[1][3] * r3[j];
        o2[j] += f[2][0] * r0[j] + f[2][1] * r1[j] + f[2][2] * r2[j] + f[2][3] * r3[j];
        o3[j] += f[3][0] * r0[j] + f[3][1] * r1[j] + f[3][2] * r2[j] + f[3][3] * r3[j];
      }
    }
    for (; i < rows; ++i) {
      for (std::size_t c = 0; c < 4; ++c) axpy(n, x[(b + c) * rows + i], a + i * n, o0 + c * n);
    }
  }
  for (; b < items; ++b) combine(rows, n, n, a, x + b * rows, out + b * n);
}

namespace {

using Lanes = float __attribute__((vector_size(32), aligned(4)));

/// Of items [0, Items) the columns [0, 8 Vectors): sums stay in registers.
template <int Items, int Vectors>
BRINK_CLONED void combine_block(std::size_t rows, std::size_t n, const float* a, const float* x,
                                float* out) {
  Lanes sums[Items][Vectors] = {};
  for (std::size_t i = 0; i < rows; ++i) {
    const auto* line = reinterpret_cast<const Lanes*>(a + i * n);
    for (int b = 0; b < Items; ++b) {
      const float factor = x[static_cast<std::size_t>(b) * rows + i];
      for (int v = 0; v < Vectors; ++v) sums[b][v] += factor * line[v];
    }
  }
  for (int b = 0; b < Items; ++b) {
    auto* to = reinterpret_cast<Lanes*>(out + static_cast<std::size_t>(b) * n);
    for (int v = 0; v < Vectors; ++v) to[v] = sums[b][v];
  }
}

template <int Items, int Vectors>
BRINK_CLONED std::size_t combine_blocks(std::size_t j, std::size_t rows, std::size_t n,
                                        const float* a, const float* x, float* out) {
  constexpr std::size_t width = std::size_t{8} * Vectors;
  for (; j + width <= n; j += width) {
    combine_block<Items, Vectors>(rows, n, a + j, x, out + j);
  }
  return j;
}

/// A rest of columns is done with some of those before it once more.
template <int Items, int Vectors>
BRINK_CLONED void combine_items(std::size_t rows, std::size_t n, const float* a, const float* x,
                                float* out) {
  std::size_t j = combine_blocks<Items, Vectors>(0, rows, n, a, x, out);
  j = combine_blocks<Items, 2>(j, rows, n, a, x, out);
  if (j == n) return;
  if (n >= 16) {
    combine_block<Items, 2>(rows, n, a + (n - 16), x, out + (n - 16));
    return;
  }
  for (int b = 0; b < Items; ++b) {
    for (std::size_t c = j; c < n; ++c) {
      float sum = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        sum += x[static_cast<std::size_t>(b) * rows + i] * a[i * n + c];
      }
      out[static_cast<std::size_t>(b) * n + c] = sum;
    }
  }
}

}  // namespace

BRINK_CLONES void combine_many(std::size_t items, std::size_t rows, std::size_t n, const float* a,
                               const float* x, float* out) {
  std::size_t b = 0;
  for (; b + 4 <= items; b += 4) combine_items<4, 2>(rows, n, a, x + b * rows, out + b * n);
  for (; b < items; ++b) combine_items<1, 8>(rows, n, a, x + b * rows, out + b * n);
}

namespace {

template <class Real>
BRINK_CLONED Real walk_to_corner(std::size_t n, const Real* c, const Real* where_positive,
                                 const Real* elsewhere, Real* corner) {
  Real value = 0;
#pragma omp simd reduction(+ : value)
  for (std::size_t j = 0; j < n; ++j) {
    const Real one = where_positive[j], other = elsewhere[j];  // both loaded: no branch
    const Real to = c[j] > 0 ? one : other;
    value += c[j] * to;
    corner[j] = to;
  }
  return value;
}

}  // namespace

BRINK_CLONES double to_corner(std::size_t n, const double* c, const double* where_positive,
                              const double* elsewhere, double* corner) {
  return walk_to_corner(n, c, where_positive, elsewhere, corner);
}

BRINK_CLONES float to_corner(std::size_t n, const float* c, const float* where_positive,
                             const float* elsewhere, float* corner) {
  return walk_to_corner(n, c, where_positive, elsewhere, corner);
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

BRINK_CLONES Squares squares_at(std::size_t n, const double* worths, const double* rooms,
                                double t) {
  double clipped = 0, open = 0;
#pragma omp simd reduction(+ : clipped, open)
  for (std::size_t j = 0; j < n; ++j) {
    const bool all = worths[j] >= t * rooms[j];
    const double room = rooms[j] * rooms[j], worth = worths[j] * worths[j];
    clipped += all ? room : 0;
    open += all ? 0 : worth;
  }
  return {clipped, open};
}

BRINK_CLONES double take_squares(std::size_t n, const double* worths, const double* rooms, double t,
                                 double* moves) {
  const double per_t = t > 0 ? 1 / t : 0;
  double value = 0;
#pragma omp simd reduction(+ : value)
  for (std::size_t j = 0; j < n; ++j) {
    // A pixel without worth stays where it is, also when the radius leaves room for every move.
    const double whole = worths[j] == 0 ? 0 : rooms[j];
    const double move = t * rooms[j] > worths[j] ? worths[j] * per_t : whole;
    value += worths[j] * move - 0.5 * t * move * move;
    moves[j] = move;
  }
  return value;
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
