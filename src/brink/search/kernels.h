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

/// y -= a x over n; returns the new sum y_i^2.
double subtract_and_square(std::size_t n, double a, const double* x, double* y);

}  // namespace brink::kernels
