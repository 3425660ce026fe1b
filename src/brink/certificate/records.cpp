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
  if (held_ || text_.size() < kAtOnce) return;
  counts_.bytes += static_cast<std::int64_t>(text_.size());
  if (written_) written_ = write_(text_);
  text_.clear();
}

void Records::add(std::string_view text, const Counts& counts) {
  const std::int64_t bytes = counts_.bytes;
  counts_.add(counts);
  counts_.bytes = bytes;  // when they are written
  text_ += text;
  if (text_.size() < kAtOnce) return;
  counts_.bytes += static_cast<std::int64_t>(text_.size());
  if (written_) written_ = write_(text_);
  text_.clear();
}

void Records::hold() {
  held_ = true;
  held_from_ = text_.size();
  counts_before_ = counts_;
  depth_before_ = depth_;
}

bool Records::release(bool keep) {
  held_ = false;
  if (keep) return true;
  text_.resize(held_from_);
  counts_ = counts_before_;
  depth_ = depth_before_;
  return false;
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

void Records::split_input(std::int64_t input, double value) {
  enter();
  ++depth_;
  line(fmt::format("x {} {}", input, exact_text(value)));
}

void Records::substitute() {
  ++counts_.facts;
  line("b");
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
  std::size_t left_out = 0;
  const auto name = [&](bool named, std::int64_t value) {
    if (!named) {
      ++left_out;
      return;
    }
    if (left_out > 0) fmt::format_to(out, " .{}", left_out);
    fmt::format_to(out, " {}", value);
    left_out = 0;
  };
  fmt::format_to(out, "{}", multipliers.exponent);
  const bool as_neuron = row_neuron_ >= 0;
  if (!as_neuron) {
    for (const std::int64_t row : multipliers.rows) name(row != 0, row);
  }
  text_ += multipliers.chords ? " ~" : " /";
  left_out = 0;
  for (std::size_t i = 0; i < multipliers.neurons.size(); ++i) {
    name(multipliers.named[i] != 0, multipliers.neurons[i]);
  }
  if (!as_neuron || multipliers.rows.empty() || multipliers.rows.front() == 0) return;
  left_out += static_cast<std::size_t>(row_neuron_) - multipliers.neurons.size();
  name(true, row_sign_ * multipliers.rows.front());
}

}  // namespace brink::certificate
