// Large arrays of zeros that cost memory only where they are written to.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace brink {

/// `size` doubles, zero at first. Of large ones the system hands out a page when it is written to.
class Zeroed {
 public:
  Zeroed() = default;
  explicit Zeroed(std::size_t size)
      : values_(static_cast<double*>(std::calloc(size > 0 ? size : 1, sizeof(double)))) {
    if (!values_) throw std::bad_alloc();
  }

  double* data() { return values_.get(); }
  const double* data() const { return values_.get(); }
  double& operator[](std::size_t i) { return values_.get()[i]; }
  double operator[](std::size_t i) const { return values_.get()[i]; }

 private:
  struct Free {
    void operator()(double* values) const { std::free(values); }
  };
  std::unique_ptr<double, Free> values_;
};

}  // namespace brink
