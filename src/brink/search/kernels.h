// The few dense loops that the search spends its time in, compiled for the processor at hand
// (base/clones.h).
#pragma once

#include <cstddef>
#include <vector>

namespace brink::kernels {

/// y += a x over n.
void axpy(std::size_t n, double a, const double* x, double* y);

/// sum x_i y_i over n; summed in lanes, so the order of addition differs from the plain loop's.
double dot(std::size_t n, const double* x, const double* y);

/// out_i = sum over j < n of a_ij x_j, for `rows` rows that lie `stride` apart.
void multiply(std::size_t rows, std::size_t n, std::size_t stride, const double* a, const double* x,
              double* out);

/// out = sum over i < rows of x_i a_i, rows of length n that lie `stride` apart.
void combine(std::size_t rows, std::size_t n, std::size_t stride, const double* a, const double* x,
             double* out);

/// The same for many x at once: x and out have `items` rows, of length n and `rows`, a's lie n
/// apart.
void multiply_many(std::size_t items, std::size_t rows, std::size_t n, const double* a,
                   const double* x, double* out);
void combine_many(std::size_t items, std::size_t rows, std::size_t n, const double* a,
                  const double* x, double* out);
/// In single precision.
void combine_many(std::size_t items, std::size_t rows, std::size_t n, const float* a,
                  const float* x, float* out);

/// The corner of a box that takes each number from the one list where c is positive, else from the
/// other; returns c corner.
double to_corner(std::size_t n, const double* c, const double* where_positive,
                 const double* elsewhere, double* corner);
float to_corner(std::size_t n, const float* c, const float* where_positive, const float* elsewhere,
                float* corner);

/// How far each of n pixels goes in the direction of c, and |c_j| where that is any way at all,
/// else 0 (NaN stays NaN); returns the greatest of these.
double rooms_and_worths(std::size_t n, const double* c, const double* lower, const double* upper,
                        double* rooms, double* worths);

/// Moves of n pixels in segments of a width of their own, of which the i-th is taken while
/// worth > t (2 i + 1) width, as far as there is room (per_t = 1 / t, per_widths = 1 / widths or
/// 0); returns their price, the sum of (2 i + 1) width^2 over segments taken, a broken one by its
/// share.
double take_segments(std::size_t n, const double* worths, const double* rooms, const double* widths,
                     const double* per_widths, double per_t, double* moves);

/// Of pixels that are worth as much and have as much room: the squares of the rooms of those worth
/// at least t of it, and of the worths of the others.
struct Squares {
  double clipped, open;
};
Squares squares_at(std::size_t n, const double* worths, const double* rooms, double t);
/// The moves that maximise worth move - t move^2 / 2 within the rooms; returns the maximum.
double take_squares(std::size_t n, const double* worths, const double* rooms, double t,
                    double* moves);

/// [begin, end) of indices outside of which all is zero; a few per line of a matrix, ascending.
struct Span {
  int begin, end;
};

/// out += sign factor_i line_i for the `count` lines named, which lie `stride` apart; spans by
/// line.
void add_lines(std::size_t count, const int* lines, const double* factors, double sign,
               const double* matrix, std::size_t stride, const std::vector<Span>* spans,
               double* out);

/// Indices j of [0, n) with a_j b_j > least, ascending, into `out` (room for n); returns how many.
std::size_t above(std::size_t n, const double* a, const double* b, double least, int* out);

/// y -= a x over n; returns the new sum y_i^2.
double subtract_and_square(std::size_t n, double a, const double* x, double* y);

}  // namespace brink::kernels
