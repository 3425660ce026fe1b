// A convolution is one product: the windows of all examples below each other, a column for each
// channel and kernel position, times the weights. Example by example the products are too small:
// 1.5 times slower on a LeNet.
#include "learning_steps.h"

#include <limits>

namespace brink::graph {

namespace {

using Eigen::MatrixXf;
using Eigen::VectorXf;
using Index = Eigen::Index;
using SparseFloats = Eigen::SparseMatrix<float, Eigen::RowMajor, Index>;

class ConvolutionStep : public LearningStep {
 public:
  ConvolutionStep(const ConvolutionShape& shape, const std::vector<std::vector<Tap>>& taps,
                  int weights, int in, int out)
      : shape_(shape),
        weights_(weights),
        in_(in),
        out_(out),
        windows_(std::ssize(taps)),
        space_(size(shape.window.in)),
        kernel_(size(shape.window.kernel)),
        from_(at(windows_ * kernel_), -1),
        columns_(at(shape.groups)) {
    for (Index o = 0; o < windows_; ++o) {
      for (const Tap& tap : taps[at(o)]) from_[at(tap.kernel * windows_ + o)] = tap.input;
    }
  }

  void forward(LearningState& state) override {
    const MatrixXf& x = state.values[at(in_)];
    MatrixXf& y = state.values[at(out_)];
    y.resize(shape_.outputs * windows_, x.cols());
    const auto weights = map_of(state.trained[at(weights_)].values);
    for (Index g = 0; g < shape_.groups; ++g) {
      gather(x, g);
      made_.noalias() = columns_[at(g)] * weights.middleCols(g * group_outputs(), group_outputs());
      for (Index i = 0; i < x.cols(); ++i)
        of_group(y, g, i) = made_.middleRows(i * windows_, windows_);
    }
  }

  void backward(LearningState& state) override {
    MatrixXf& dy = state.slopes[at(out_)];
    Trained& trained = state.trained[at(weights_)];
    const auto weights = map_of(trained.values);
    Eigen::Map<MatrixXf> slope(trained.slope.data(), weights.rows(), weights.cols());
    for (Index g = 0; g < shape_.groups; ++g) {
      made_.resize(windows_ * dy.cols(), group_outputs());
      for (Index i = 0; i < dy.cols(); ++i)
        made_.middleRows(i * windows_, windows_) = of_group(dy, g, i);
      slope.middleCols(g * group_outputs(), group_outputs()).noalias() +=
          columns_[at(g)].transpose() * made_;
      if (!state.wants(in_)) continue;
      columns_[at(g)].noalias() =
          made_ * weights.middleCols(g * group_outputs(), group_outputs()).transpose();
      scatter(state.slopes[at(in_)], g);
    }
  }

 private:
  Index group_outputs() const { return shape_.outputs / shape_.groups; }
  Index group_channels() const { return shape_.channels / shape_.groups; }
  Eigen::Map<const MatrixXf> map_of(const VectorXf& values) const {
    return {values.data(), group_channels() * kernel_, shape_.outputs};
  }
  Eigen::Map<MatrixXf> of_group(MatrixXf& y, Index g, Index i) const {
    return {y.col(i).data() + g * group_outputs() * windows_, windows_, group_outputs()};
  }
  void gather(const MatrixXf& x, Index g) {
    MatrixXf& all = columns_[at(g)];
    all.resize(windows_ * x.cols(), group_channels() * kernel_);
    for (Index c = 0; c < group_channels(); ++c) {
      for (Index k = 0; k < kernel_; ++k) {
        float* to = all.col(c * kernel_ + k).data();
        const Index* from = from_.data() + k * windows_;
        for (Index i = 0; i < x.cols(); ++i) {
          const float* channel = x.col(i).data() + (g * group_channels() + c) * space_;
          for (Index o = 0; o < windows_; ++o) *to++ = from[o] < 0 ? 0.0F : channel[from[o]];
        }
      }
    }
  }
  void scatter(MatrixXf& dx, Index g) const {
    const MatrixXf& all = columns_[at(g)];
    for (Index c = 0; c < group_channels(); ++c) {
      for (Index k = 0; k < kernel_; ++k) {
        const float* slope = all.col(c * kernel_ + k).data();
        const Index* from = from_.data() + k * windows_;
        for (Index i = 0; i < dx.cols(); ++i, slope += windows_) {
          float* channel = dx.col(i).data() + (g * group_channels() + c) * space_;
          for (Index o = 0; o < windows_; ++o) {
            if (from[o] >= 0) channel[from[o]] += slope[o];
          }
        }
      }
    }
  }

  ConvolutionShape shape_;
  int weights_, in_, out_;
  Index windows_, space_, kernel_;
  Selection from_;                 // [kernel][window]: the element of a channel
  std::vector<MatrixXf> columns_;  // by group: windows of all examples x channels and kernel
  MatrixXf made_;
};

class ProductStep : public LearningStep {
 public:
  ProductStep(Index outputs, Index inputs, bool outputs_first, int weights, int in, int out)
      : outputs_(outputs),
        inputs_(inputs),
        outputs_first_(outputs_first),
        weights_(weights),
        in_(in),
        out_(out) {}

  void forward(LearningState& state) override {
    const VectorXf& w = state.trained[at(weights_)].values;
    const MatrixXf& x = state.values[at(in_)];
    MatrixXf& y = state.values[at(out_)];
    if (outputs_first_) {
      y.noalias() = Eigen::Map<const MatrixXf>(w.data(), inputs_, outputs_).transpose() * x;
    } else {
      y.noalias() = Eigen::Map<const MatrixXf>(w.data(), outputs_, inputs_) * x;
    }
  }
  void backward(LearningState& state) override {
    Trained& trained = state.trained[at(weights_)];
    const MatrixXf& x = state.values[at(in_)];
    const MatrixXf& dy = state.slopes[at(out_)];
    if (outputs_first_) {
      Eigen::Map<MatrixXf>(trained.slope.data(), inputs_, outputs_).noalias() += x * dy.transpose();
    } else {
      Eigen::Map<MatrixXf>(trained.slope.data(), outputs_, inputs_).noalias() += dy * x.transpose();
    }
    if (!state.wants(in_)) return;
    MatrixXf& dx = state.slopes[at(in_)];
    const float* w = trained.values.data();
    if (outputs_first_) {
      dx.noalias() += Eigen::Map<const MatrixXf>(w, inputs_, outputs_) * dy;
    } else {
      dx.noalias() += Eigen::Map<const MatrixXf>(w, outputs_, inputs_).transpose() * dy;
    }
  }

 private:
  Index outputs_, inputs_;
  bool outputs_first_;
  int weights_, in_, out_;
};

class BiasStep : public LearningStep {
 public:
  BiasStep(Selection from, int bias, int in, int out)
      : from_(std::move(from)), bias_(bias), in_(in), out_(out) {}

  void forward(LearningState& state) override {
    const VectorXf spread = state.trained[at(bias_)].values(from_);
    state.values[at(out_)] = state.values[at(in_)].colwise() + spread;
  }
  void backward(LearningState& state) override {
    const MatrixXf& dy = state.slopes[at(out_)];
    const VectorXf sums = dy.rowwise().sum();
    for (std::size_t i = 0; i < from_.size(); ++i) {
      state.trained[at(bias_)].slope(from_[i]) += sums(static_cast<Index>(i));
    }
    if (state.wants(in_)) state.slopes[at(in_)] += dy;
  }

 private:
  Selection from_;
  int bias_, in_, out_;
};

class LargestStep : public LearningStep {
 public:
  LargestStep(std::vector<Selection> lists, int in, int out)
      : lists_(std::move(lists)), in_(in), out_(out) {}

  void forward(LearningState& state) override {
    const MatrixXf& x = state.values[at(in_)];
    MatrixXf& y = state.values[at(out_)];
    y.resize(std::ssize(lists_), x.cols());
    winners_.resize(y.rows(), y.cols());
    for (Index i = 0; i < x.cols(); ++i) {
      for (Index o = 0; o < y.rows(); ++o) {
        const Selection& list = lists_[at(o)];
        Index best = list.front();
        for (const Index each : list) best = x(each, i) > x(best, i) ? each : best;
        winners_(o, i) = best;
        y(o, i) = x(best, i);
      }
    }
  }
  void backward(LearningState& state) override {
    if (!state.wants(in_)) return;
    const MatrixXf& dy = state.slopes[at(out_)];
    MatrixXf& dx = state.slopes[at(in_)];
    for (Index i = 0; i < dy.cols(); ++i) {
      for (Index o = 0; o < dy.rows(); ++o) dx(winners_(o, i), i) += dy(o, i);
    }
  }

 private:
  std::vector<Selection> lists_;
  int in_, out_;
  Eigen::Matrix<Index, Eigen::Dynamic, Eigen::Dynamic> winners_;
};

/// An affine function of blocks, in single precision.
struct FloatAffine {
  struct Term {
    std::size_t block;
    bool identity;
    SparseFloats map;
  };
  std::vector<Term> terms;
  VectorXf constant;

  explicit FloatAffine(const Affine& form) : constant(form.constant.cast<float>()) {
    for (const auto& [block, map] : form.terms) {
      terms.push_back({at(block), map.is_identity(), {}});
      if (!map.is_identity()) terms.back().map = map.sparse().cast<float>();
    }
  }
  void apply(const std::vector<MatrixXf>& units, MatrixXf& y) const {
    y = constant.replicate(1, units.front().cols());
    for (const Term& term : terms) {
      if (term.identity) y += units[term.block];
      if (!term.identity) y += term.map * units[term.block];
    }
  }
  void back(const MatrixXf& dy, std::vector<MatrixXf>& slopes) const {
    for (const Term& term : terms) {
      if (term.identity) slopes[term.block] += dy;
      if (!term.identity) slopes[term.block] += term.map.transpose() * dy;
    }
  }
};

class FixedStep : public LearningStep {
 public:
  FixedStep(const std::vector<Block>& blocks, const Affine& form, std::vector<int> in, int out)
      : form_(form), in_(std::move(in)), out_(out) {
    for (const Block& block : blocks) {
      blocks_.push_back({FloatAffine(block.input), VectorXf::Zero(block.input.size())});
      for (Index j = 0; j < block.input.size(); ++j) {
        const bool relu = block.relu && (block.linear.empty() || block.linear[at(j)] == 0);
        if (!relu) blocks_.back().least(j) = std::numeric_limits<float>::lowest();
      }
    }
    units_.resize(blocks.size());
    slopes_.resize(blocks.size());
  }

  void forward(LearningState& state) override {
    const Index examples = state.values[at(in_.front())].cols();
    units_[0].resize(blocks_.front().least.size(), examples);
    Index row = 0;
    for (const int in : in_) {
      const MatrixXf& x = state.values[at(in)];
      units_[0].middleRows(row, x.rows()) = x;
      row += x.rows();
    }
    for (std::size_t b = 1; b < blocks_.size(); ++b) {
      blocks_[b].input.apply(units_, units_[b]);
      units_[b] = units_[b].cwiseMax(blocks_[b].least.replicate(1, examples));
    }
    form_.apply(units_, state.values[at(out_)]);
  }
  void backward(LearningState& state) override {
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      slopes_[b].setZero(units_[b].rows(), units_[b].cols());
    }
    form_.back(state.slopes[at(out_)], slopes_);
    for (std::size_t b = blocks_.size(); b-- > 1;) {
      const auto least = blocks_[b].least.replicate(1, units_[b].cols());
      slopes_[b] = (units_[b].array() > least.array()).select(slopes_[b], 0.0F);
      blocks_[b].input.back(slopes_[b], slopes_);
    }
    Index row = 0;
    for (const int in : in_) {
      const Index rows = state.values[at(in)].rows();
      if (state.wants(in)) state.slopes[at(in)] += slopes_[0].middleRows(row, rows);
      row += rows;
    }
  }

 private:
  struct Made {
    FloatAffine input;
    VectorXf least;  // of each: 0, or none
  };
  std::vector<Made> blocks_;
  FloatAffine form_;
  std::vector<int> in_;
  int out_;
  std::vector<MatrixXf> units_, slopes_;
};

}  // namespace

Expected<MadeStep> convolution_step(const ConvolutionShape& shape, int weights, int in, int out) {
  const auto found = taps(shape.window);
  if (!found) return tl::unexpected(found.error());
  return std::make_unique<ConvolutionStep>(shape, *found, weights, in, out);
}

MadeStep product_step(Index outputs, Index inputs, bool outputs_first, int weights, int in,
                      int out) {
  return std::make_unique<ProductStep>(outputs, inputs, outputs_first, weights, in, out);
}

MadeStep bias_step(Selection from, int bias, int in, int out) {
  return std::make_unique<BiasStep>(std::move(from), bias, in, out);
}

MadeStep fixed_step(const std::vector<Block>& blocks, const Affine& form, std::vector<int> in,
                    int out) {
  return std::make_unique<FixedStep>(blocks, form, std::move(in), out);
}

MadeStep largest_step(std::vector<Selection> lists, int in, int out) {
  return std::make_unique<LargestStep>(std::move(lists), in, out);
}

}  // namespace brink::graph
