#include "brink/certificate/heard.h"

#include <algorithm>

namespace brink::certificate {

namespace {

/// Of all regions: what comes later is not kept (64 MiB: 200,000 nodes of 60 neurons).
constexpr std::size_t kMostBytes = std::size_t{1} << 26;

signed char phase(double lower, double upper) {
  if (lower >= 0) return lower == 0 ? 2 : 1;
  if (upper <= 0) return upper == 0 ? -2 : -1;
  return 0;
}

bool split(const std::vector<signed char>& phases) {
  return std::any_of(phases.begin(), phases.end(), [](signed char p) { return p == 2 || p == -2; });
}

}  // namespace

SaidEmpty said(const Intervals& bounds, const search::Ball& ball, const search::Proof& proof) {
  SaidEmpty said;
  said.neurons = proof.multipliers.neurons.cast<float>();
  said.rows = proof.multipliers.rows.cast<float>();
  said.radius = ball.radius();
  for (std::size_t i = 0; i < bounds.lower.size(); ++i) {
    said.phases.push_back(phase(bounds.lower[i], bounds.upper[i]));
  }
  return said;
}

void Listener::forget() {
  regions_.clear();
  bytes_ = 0;
}

const AllSaid* Listener::of(const search::Problem& problem) const {
  for (const auto& [address, region] : regions_) {
    const bool alike = region.rows.rows() == problem.rows().rows() &&
                       region.rows.cols() == problem.rows().cols() &&
                       region.rows == problem.rows() && region.rhs == problem.rhs();
    if (alike) return &region.heard;
  }
  return nullptr;
}

void Listener::proven(const search::Problem& problem, const Intervals& bounds,
                      const search::Cost& cost, const search::Ball& ball,
                      const search::Proof& proof) {
  if (problem.is_large()) return;  // bounded by slopes: the recorder does not follow those
  const bool empty = cost.neuron < 0;
  if (empty && !(proof.value > 0)) return;
  const std::size_t size = sizeof(SaidEmpty) + 5 * static_cast<std::size_t>(problem.neurons());
  SaidEmpty said = certificate::said(bounds, ball, proof);
  if (!empty && split(said.phases)) return;  // of a node
  const std::lock_guard lock(mutex_);
  if (bytes_ + size > kMostBytes) return;
  bytes_ += size;
  Region& region = regions_[&problem];
  if (region.rows.size() == 0) {
    region.rows = problem.rows();
    region.rhs = problem.rhs();
  }
  if (empty) {
    region.heard.empty.push_back(std::move(said));
  } else {
    region.heard.bounds.push_back({std::move(said), cost});
  }
}

}  // namespace brink::certificate
