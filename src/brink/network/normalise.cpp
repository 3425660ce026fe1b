#include "brink/network/normalise.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brink {

namespace {

Eigen::VectorXd input(const Examples& examples, int i) {
  Eigen::VectorXd x = Eigen::VectorXd::Zero(examples.input_size());
  const auto positions = examples.positions(i);
  const auto values = examples.values(i);
  for (std::size_t k = 0; k < positions.size(); ++k) x(positions[k]) = values[k];
  return x;
}

/// x -> pass((x - mean) / deviation).
class NormalisedPass final : public ForwardPass {
 public:
  NormalisedPass(std::shared_ptr<const ForwardPass> pass, Normalisation by)
      : pass_(std::move(pass)), by_(std::move(by)) {}
  Eigen::Index input_size() const override { return pass_->input_size(); }
  std::vector<std::int64_t> input_shape() const override { return pass_->input_shape(); }
  Expected<Eigen::VectorXd> evaluate(const Eigen::VectorXd& x) const override {
    return pass_->evaluate((x - by_.mean).cwiseQuotient(by_.deviation));
  }

 private:
  std::shared_ptr<const ForwardPass> pass_;
  Normalisation by_;
};

}  // namespace

Normalisation normalisation_of(const Examples& examples) {
  const double count = std::max(1, examples.count());
  Normalisation result{Eigen::VectorXd::Zero(examples.input_size()),
                       Eigen::VectorXd::Zero(examples.input_size())};
  for (int i = 0; i < examples.count(); ++i) result.mean += input(examples, i) / count;
  for (int i = 0; i < examples.count(); ++i) {
    result.deviation += (input(examples, i) - result.mean).cwiseAbs2() / count;
  }
  result.deviation = result.deviation.cwiseSqrt();
  constexpr double kRounding = 1e-7;  // of values that are floats
  for (Eigen::Index j = 0; j < result.mean.size(); ++j) {
    if (result.deviation(j) <= kRounding * std::abs(result.mean(j))) result.deviation(j) = 1;
  }
  return result;
}

Examples normalised(const Examples& examples, const Normalisation& by) {
  Examples result(examples.input_size());
  for (int i = 0; i < examples.count(); ++i) {
    const Eigen::VectorXd x = (input(examples, i) - by.mean).cwiseQuotient(by.deviation);
    result.add(x, examples.label(i));
  }
  return result;
}

void normalise_inputs(Network& network, const Normalisation& by) {
  Layer& first = network.layers.front();
  const Eigen::VectorXd old = first.bias;
  Eigen::VectorXd sizes = Eigen::VectorXd::Zero(old.size());
  for (Eigen::Index j = 0; j < first.bias.size(); ++j) {
    first.weights.change_row(j, [&](Eigen::Index i, double& weight) {
      weight *= 1 / by.deviation(i);
      sizes(j) += std::abs(weight) * (1 + std::abs(by.mean(i)));
    });
  }
  first.bias -= first.weights * by.mean;
  const bool exact = by.mean.isZero(0) && (by.deviation.array() == 1).all();
  if (!exact) {  // numbers of earlier layers were compared with normalised inputs
    constexpr double kUp = 1 + 1e-10;
    const double inputs = ((1 + by.mean.array().abs()) / by.deviation.array()).maxCoeff();
    for (Layer& layer : network.layers) layer.rounding *= kUp * std::max(1.0, inputs);
    if (first.rounding.size() == 0) first.rounding = Eigen::VectorXd::Zero(old.size());
    const auto products = static_cast<double>(by.mean.size() + 4);
    first.rounding +=
        kUp * products * std::numeric_limits<double>::epsilon() * (sizes + old.cwiseAbs());
  }
  if (network.as_in_file) {
    network.as_in_file = std::make_shared<NormalisedPass>(network.as_in_file, by);
  }
}

}  // namespace brink
