// The few dense loops that the search spends its time in, compiled for the processor at hand.
//
// GCC's function clones pick AVX2 or AVX-512 at run time, so that the default build runs anywhere
// and fast. Sanitizers do not get along with that mechanism: plain loops there.
#pragma once

#include <cstddef>

namespace brink::kernels {

/// y += a x over n.
void axpy(std::size_t n, double a, const double* x, double* y);

/// sum x_i y_i over n; summed in lanes, so the order of addition differs from the plain loop's.
double dot(std::size_t n, const double* x, const double* y);

/// out_i = sum over columns [begin, end) of a_ij x_j, for `rows` rows that lie `stride` apart;
/// added to what is there if `add`.
void multiply(std::size_t rows, std::size_t stride, const double* a, std::size_t begin,
              std::size_t end, const double* x, bool add, double* out);

/// Indices j of [0, n) with a_j b_j > least, ascending, into `out` (room for n); returns how many.
std::size_t above(std::size_t n, const double* a, const double* b, double least, int* out);

/// y -= a x over n; returns the new sum y_i^2.
double subtract_and_square(std::size_t n, double a, const double* x, double* y);

}  // namespace brink::kernels
