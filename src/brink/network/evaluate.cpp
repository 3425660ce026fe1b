#include "brink/network/evaluate.h"

#include <algorithm>

#include "brink/base/parallel.h"

namespace brink {

Evaluation evaluate(const Network& network, int count,
                    const std::function<Eigen::VectorXd(int)>& image,
                    const std::function<int(int)>& label, int threads) {
  constexpr int kBlock = 100;
  std::vector<int> answers(static_cast<std::size_t>(count));
  parallel_for((count + kBlock - 1) / kBlock, threads, [&](int block) {
    for (int i = block * kBlock; i < std::min(count, (block + 1) * kBlock); ++i) {
      answers[static_cast<std::size_t>(i)] = classify(network, image(i));
    }
  });
  const auto classes = static_cast<int>(network.output_size());
  int rows = classes;
  for (int i = 0; i < count; ++i) rows = std::max(rows, label(i) + 1);
  Evaluation result{Eigen::MatrixXi::Zero(rows, rows + 1)};
  for (int i = 0; i < count; ++i) {
    const int answer = answers[static_cast<std::size_t>(i)];
    ++result.confusion(label(i), answer < 0 ? rows : answer);
  }
  return result;
}

}  // namespace brink
