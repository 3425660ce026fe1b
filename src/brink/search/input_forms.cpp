// All rows together are excluded by a sum of them, rho >= 0, that is below zero in the whole box;
// rho by multiplicative weights. A row alone cuts the box: with a_j > 0, a x + c >= 0 means
//     x_j >= -(c + sum over i != j of max a_i x_i) / a_j.
// Sums are charged by the sizes of their terms.
#include "brink/search/input_forms.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brink::search {

namespace {

constexpr int kWeightSteps = 12;
constexpr int kClipPasses = 2;

/// The largest a x + c over the box, and what rounding may take from it.
struct Highest {
  double value = 0, doubt = 0;
};

double charged(double size, Eigen::Index terms) {
  return 4 * std::numeric_limits<double>::epsilon() * static_cast<double>(16 + terms) * size;
}

template <class Coefficients>
Highest highest(const Coefficients& a, double c, double c_size, const Box& box) {
  double value = c, size = c_size;
  for (Eigen::Index i = 0; i < box.size(); ++i) {
    const double term = a(i) * (a(i) > 0 ? box.upper(i) : box.lower(i));
    value += term;
    size += std::abs(term);
  }
  return {value, charged(size, box.size())};
}

}  // namespace

bool excluded_by(const InputForms& forms, const Box& box, const Eigen::VectorXd& rho, double room) {
  const Eigen::VectorXd far = box.lower.cwiseAbs().cwiseMax(box.upper.cwiseAbs());
  const Eigen::VectorXd a = forms.a.transpose() * rho;
  const double summed = (forms.c.cwiseAbs() + forms.a.cwiseAbs() * far).dot(rho);
  const Highest sum = highest(a, forms.c.dot(rho), summed, box);
  return sum.value + sum.doubt + charged(summed, forms.c.size()) < -room * summed;
}

std::optional<Eigen::VectorXd> excluding(const InputForms& forms, const Box& box) {
  const Eigen::Index count = forms.c.size();
  Eigen::VectorXd rho = Eigen::VectorXd::Constant(count, 1.0 / static_cast<double>(count));
  for (int step = 0; step < (count == 1 ? 1 : kWeightSteps); ++step) {
    if (excluded_by(forms, box, rho, 0)) return rho;
    const Eigen::VectorXd a = forms.a.transpose() * rho;
    const Eigen::VectorXd x = (a.array() > 0).select(box.upper, box.lower);
    const Eigen::VectorXd values = forms.a * x + forms.c;
    const double largest = values.cwiseAbs().maxCoeff();
    if (!(largest > 0)) return std::nullopt;
    rho = rho.array().max(1e-6) * (-(2 / largest) * values.array()).exp();
    rho /= rho.sum();
  }
  return std::nullopt;
}

double least_highest(const InputForms& forms, const Box& box) {
  double least = std::numeric_limits<double>::infinity();
  for (Eigen::Index r = 0; r < forms.c.size(); ++r) {
    const Highest sum = highest(forms.a.row(r), forms.c(r), std::abs(forms.c(r)), box);
    least = std::min(least, sum.value + 2 * sum.doubt);
  }
  return least;
}

bool clip(const InputForms& forms, Box& box) {
  for (int pass = 0; pass < kClipPasses; ++pass) {
    for (Eigen::Index r = 0; r < forms.c.size(); ++r) {
      const auto a = forms.a.row(r);
      const Highest sum = highest(a, forms.c(r), std::abs(forms.c(r)), box);
      const double most = sum.value + 2 * sum.doubt;
      if (most < 0) return false;
      const Box before = box;
      for (Eigen::Index i = 0; i < box.size(); ++i) {
        if (a(i) == 0) continue;
        const double rest = most - a(i) * (a(i) > 0 ? before.upper(i) : before.lower(i));
        const double end = -rest / a(i);
        const double spare = charged(std::abs(end), 0);
        if (a(i) > 0) box.lower(i) = std::max(box.lower(i), end - spare);
        if (a(i) < 0) box.upper(i) = std::min(box.upper(i), end + spare);
        if (!(box.lower(i) <= box.upper(i))) return false;
      }
    }
  }
  return true;
}

}  // namespace brink::search
