#include "brink/certificate/records.h"

#include <algorithm>

#include "brink/base/exact_text.h"

namespace brink::certificate {

namespace {

constexpr std::size_t kAtOnce = 1 << 16;

}  // namespace

void Counts::add(const Counts& other) {
  nodes += other.nodes;
  leaves += other.leaves;
  facts += other.facts;
  bytes += other.bytes;
  depth = std::max(depth, other.depth);
}

void Records::line(std::string_view text) {
  text_ += text;
  end_line();
}

void Records::end_line() {
  text_ += '\n';
  if (text_.size() < kAtOnce) return;
  counts_.bytes += static_cast<std::int64_t>(text_.size());
  if (written_) written_ = write_(text_);
  text_.clear();
}

Expected<void> Records::finish() {
  counts_.bytes += static_cast<std::int64_t>(text_.size());
  if (written_ && !text_.empty()) written_ = write_(text_);
  text_.clear();
  return written_;
}

void Records::fact(int neuron, bool lower, double value, const WholeMultipliers& multipliers) {
  ++counts_.facts;
  fmt::format_to(std::back_inserter(text_), "f {} {} {} ", neuron, lower ? "lo" : "hi",
                 exact_text(value));
  write(multipliers);
  end_line();
}

void Records::fact_by_tree(int neuron, bool lower, double value) {
  ++counts_.facts;
  line(fmt::format("t {} {} {}", neuron, lower ? "lo" : "hi", exact_text(value)));
}

void Records::enter() {
  ++counts_.nodes;
  counts_.depth = std::max(counts_.depth, depth_);
}

void Records::split(int neuron) {
  enter();
  ++depth_;
  line(fmt::format("s {} -", neuron));
}

void Records::pixel(std::int64_t input) {
  enter();
  ++depth_;
  line(fmt::format("p {}", input));
}

void Records::close(const WholeMultipliers& multipliers) {
  enter();
  ++counts_.leaves;
  text_ += "c ";
  write(multipliers);
  end_line();
}

void Records::close_empty() {
  enter();
  ++counts_.leaves;
  line("i");
}

void Records::write(const WholeMultipliers& multipliers) {
  const auto out = std::back_inserter(text_);
  fmt::format_to(out, "{}", multipliers.exponent);
  const auto list = [&](const std::vector<std::int64_t>& values, auto named) {
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!named(i)) {
        ++left_out;
        continue;
      }
      if (left_out > 0) fmt::format_to(out, " .{}", left_out);
      fmt::format_to(out, " {}", values[i]);
      left_out = 0;
    }
  };
  list(multipliers.rows, [&](std::size_t i) { return multipliers.rows[i] != 0; });
  text_ += " /";
  list(multipliers.neurons, [&](std::size_t i) { return multipliers.named[i] != 0; });
}

}  // namespace brink::certificate
