#include "brink/search/slope_steps.h"

#include <algorithm>
#include <cmath>

#include "brink/base/clones.h"

namespace brink::search {

namespace {

constexpr float kMeanPart = 0.8F, kSquarePart = 0.99F;
constexpr float kLeastRoot = 1e-18F;

}  // namespace

AdamStep::AdamStep(int step)
    : mean_part(kMeanPart),
      square_part(kSquarePart),
      mean_factor(1 / (1 - std::pow(kMeanPart, static_cast<float>(step + 1)))),
      square_factor(1 / (1 - std::pow(kSquarePart, static_cast<float>(step + 1)))) {}

float AdamStep::operator()(float g, float& mean, float& square) const {
  mean = mean_part * mean + (1 - mean_part) * g;
  square = square_part * square + (1 - square_part) * g * g;
  return mean * mean_factor / (std::sqrt(square * square_factor) + kLeastRoot);
}

BRINK_CLONES double relax(const NeuronLines& lines, const float* own, const float* cost,
                          float* carried) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t j = 0; j < lines.count; ++j) {
    const float c = cost[j], slope = lines.slope[j], sign = lines.sign[j];
    const float below = c < 0 ? c : 0;
    const bool own_line = lines.open[j] > 0 && c >= 0;
    carried[j] = (own_line ? own[j] : slope) * c + sign * own[j];
    sum += slope * below * lines.low[j] + sign * own[j] * lines.limit[j];
  }
  return -static_cast<double>(sum);
}

BRINK_CLONES void follow(const NeuronLines& lines, const float* own, const float* cost,
                         const float* y, float* x) {
#pragma omp simd
  for (std::size_t j = 0; j < lines.count; ++j) {
    const bool own_line = lines.open[j] > 0 && cost[j] >= 0;
    const float on_own = own[j] * y[j], on_other = lines.slope[j] * (y[j] - lines.low[j]);
    x[j] = own_line ? on_own : on_other;
  }
}

BRINK_CLONES void climb(const NeuronLines& lines, const AdamStep& adam, float length, float scale,
                        const float* cost, const float* y, float* own, float* mean, float* square) {
  const float mean_part = adam.mean_part, square_part = adam.square_part;
  const float mean_factor = adam.mean_factor, square_factor = adam.square_factor;
#pragma omp simd
  for (std::size_t j = 0; j < lines.count; ++j) {
    const float sign = lines.sign[j], was = own[j], open = lines.open[j];
    const float of_line = cost[j] * y[j], of_bound = sign * (y[j] - lines.limit[j]);
    const float g = open > 0 ? of_line : of_bound;
    const float m = mean_part * mean[j] + (1 - mean_part) * g;
    const float s = square_part * square[j] + (1 - square_part) * g * g;
    const float step = m * mean_factor / (std::sqrt(s * square_factor) + kLeastRoot);
    const float to = was + length * (open > 0 ? 1.0F : scale) * step;
    const float above = to > 0 ? to : 0;
    const float most = open > 0 ? 1.0F : above;
    const float within = above < most ? above : most;
    // Above zero: the line's cost is, or the bound's multiplier is or would be.
    const float of_sign = sign * sign * (g > was ? g : was);
    const float moves = open > 0 ? cost[j] : of_sign;
    own[j] = moves > 0 ? within : was;
    mean[j] = moves > 0 ? m : mean[j];
    square[j] = moves > 0 ? s : square[j];
  }
}

}  // namespace brink::search
