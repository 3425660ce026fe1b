// A graph read, its network held against its own evaluation.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>

#include "brink/base/random.h"
#include "onnx_builder.h"

namespace brink::testing {

inline Eigen::VectorXd random_vector(Random& random, Eigen::Index n) {
  return Eigen::VectorXd::NullaryExpr(n, [&random] { return 3 * random.normal(); });
}

inline std::vector<float> random_floats(Random& random, std::int64_t n) {
  std::vector<float> values;
  while (std::ssize(values) < n) values.push_back(static_cast<float>(random.normal()));
  return values;
}

/// Reads the graph and compares its two forward passes.
inline NetworkFile checked(const OnnxBuilder& builder) {
  const auto model = builder.read();
  if (!model) throw std::runtime_error(model.error().message);
  EXPECT_TRUE(check(model->network));
  Random random(7);
  for (int round = 0; round < 20; ++round) {
    const Eigen::VectorXd x = random_vector(random, model->network.input_size());
    const auto expected = model->network.as_in_file->evaluate(x);
    if (!expected) throw std::runtime_error(expected.error().message);
    const Eigen::VectorXd y = outputs(model->network, x);
    EXPECT_EQ(y.size(), expected->size());
    const double scale = std::max(1.0, expected->cwiseAbs().maxCoeff());
    EXPECT_LE((y - *expected).cwiseAbs().maxCoeff(), 1e-12 * scale);
  }
  return *model;
}

}  // namespace brink::testing
