// Max pooling as Fischetti & Jo 2018 write it: y is the largest of a_1 ... a_n by binaries z_i of
// its own,
//
//     y >= a_i,   z_i = 1 -> y <= a_i,   sum_i z_i = 1
//
// The network computes y by a tournament, max(a, b) = b + x with x - s = a - b, and y - a_i is the
// sum of the parts x and s that a_i and the winners after it lack in their matches
// (network/network.h). Parts are not negative, so the first rows hold, and the others are
//
//     wins_m_i:    z = 1 -> parts <= 0;   parts + M z <= M with M the sum of their bounds
//     winner_m:    sum_i z_i = 1                                          (columns win_m_i)
//
// With them the matches need no binaries: y is b + x whatever x and s of a match are whose players
// both lose. A player whom the bounds let lose for certain gets no z; a maximum with one player
// left none at all.
//
// The lowered form, a ReLU a match, has n - 1 binaries instead of n, bounds on every match and so a
// tighter relaxation: docs/formulations.md has both beside each other.
//
// Source: Fischetti & Jo 2018, section 2 (pooling layers).
#include "maximum.h"

#include <algorithm>

namespace brink {

namespace {

NeuronBounds bounds_of(const Bounds& bounds, const Part& part) {
  return bounds.at(part.k, static_cast<Eigen::Index>(part.j));
}

/// The most that it can be.
double most(const Bounds& bounds, const Part& part) {
  const NeuronBounds known = bounds_of(bounds, part);
  return std::max(0.0, part.off ? -known.lower : known.upper);
}

/// Not 0 wherever the other player does not do as well.
bool loses(const Bounds& bounds, const Part& part) {
  const NeuronBounds known = bounds_of(bounds, part);
  return part.off ? known.upper <= 0 && known.lower < 0 : known.lower >= 0 && known.upper > 0;
}

}  // namespace

DirectMaxima::DirectMaxima(const Network& network, int last_layer) {
  std::set<std::pair<int, int>> bound;  // to maxima that are not all there
  for (const Maximum& maximum : network.maxima) {
    int last = 0;
    for (const auto& parts : maximum) {
      for (const Part& part : parts) last = std::max(last, part.k);
    }
    if (last <= last_layer) maxima_.push_back(&maximum);
    for (const auto& parts : maximum) {
      for (const Part& part : parts) {
        (last <= last_layer ? released_ : bound).insert({part.k, part.j});
      }
    }
  }
  for (const auto& unit : bound) released_.erase(unit);
}

void DirectMaxima::add_to(Program& program, const NetworkEncoding& encoding, const Bounds& bounds,
                          const EncodingOptions& options) const {
  for (std::size_t m = 0; m < maxima_.size(); ++m) {
    std::vector<std::pair<std::size_t, const std::vector<Part>*>> players;
    for (std::size_t i = 0; i < maxima_[m]->size(); ++i) {
      const std::vector<Part>& parts = (*maxima_[m])[i];
      const bool out = std::any_of(parts.begin(), parts.end(),
                                   [&bounds](const Part& part) { return loses(bounds, part); });
      if (options.basic || !out) players.emplace_back(i, &parts);
    }
    if (players.size() < 2) continue;
    LinearExpression winner;
    for (const auto& [i, parts] : players) {
      const int z = program.add_binary(fmt::format("win_{}_{}", m, i));
      winner.terms.push_back({z, 1});
      LinearExpression lacks;
      double largest = 0;
      for (const Part& part : *parts) {
        const NeuronColumns& columns =
            encoding
                .neurons[static_cast<std::size_t>(part.k - 1)][static_cast<std::size_t>(part.j)];
        lacks.terms.push_back({part.off ? columns.s : columns.x, 1});
        largest += most(bounds, part);
      }
      const std::string label = fmt::format("wins_{}_{}", m, i);
      if (options.formulation == Formulation::indicator) {
        program.add_indicator(z, true, label, lacks, -kInfinity, 0);
        continue;
      }
      lacks.terms.push_back({z, largest});
      program.add_row(label, lacks, -kInfinity, largest);
    }
    program.add_row(fmt::format("winner_{}", m), winner, 1, 1);
  }
}

}  // namespace brink
