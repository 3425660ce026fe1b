// From blocks of units to a chain of layers.
//
// A block's level is 1 + the highest level of what it is made of; layer k holds the ReLUs of level
// k, and the output is the last layer. A later unit that needs something of an earlier layer than
// the one before it gets it handed on: when layer k is made, what units of later levels need of
// its inputs x^{k-1} (and of linear blocks of level k, which are functions of these) is a matrix M;
// carry.h factorises it, layer k gets the linear units, and the later units use those from then on.
// Linear blocks are written out in x^{k-1} before that wherever that takes fewer units.
#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>

#include "brink/graph/carry.h"
#include "brink/graph/units.h"

namespace brink::graph {

namespace {

using Index = Eigen::Index;
// Of a layer, counting its zeros: the search has one layer at a time in full. 1 GiB.
constexpr double kMostNumbers = 1 << 27;
constexpr double kMostKept = 1 << 27;  // of the chain, zeros of sparse layers left out
// Larger layers are sparse if a quarter of their entries or less are kept.
constexpr double kLeastSparse = 1 << 14;

struct Consumer {
  int id;
  Affine form;
  bool relu;
  std::vector<char> linear;  // of the units, as of a block's
  int level = 0;
};

/// A consecutive part of a layer's outputs: a block's units, or those handed on.
struct Piece {
  int id;
  Index first, size;
};

class Lowering {
 public:
  Lowering(const std::vector<Block>& blocks, const Affine& output);
  Expected<Network> run(const std::vector<Tournament>& tournaments);

 private:
  void drop_unused(const std::vector<Block>& blocks);
  void set_levels();
  /// What consumers of later levels need: columns are x^{k-1}, then linear blocks of level k.
  SparseRows needed(const std::vector<Consumer*>& later) const;
  /// Linear blocks of this level in x^{k-1}; x^{k-1} themselves above them.
  Affine sources(int level) const;
  Affine over_inputs(const Affine& form) const;
  Affine hand_on(int level);
  Layer layer_of(const std::vector<std::pair<const Affine*, Piece>>& parts, Index rows,
                 Index columns) const;
  Expected<void> add_layer(int level);
  std::optional<Part> place_of(const UnitPart& part) const;
  void note_maxima(const std::vector<Tournament>& tournaments);

  std::vector<Consumer> consumers_;  // in the order of their levels' making; last: the output
  std::vector<Piece> inputs_;        // of the layer that is made next: x^{k-1}
  std::map<int, Selection> partly_;  // blocks of which not all units are used: those that are
  std::map<int, std::pair<int, Index>> places_;  // of blocks of ReLUs: layer and first unit
  int output_block_ = -1;                        // whose ReLUs are the output's
  std::vector<Piece> linear_;  // blocks of its level, as further columns of what is needed
  Network network_;
  double kept_ = 0;  // weights
  int next_id_;
};

Lowering::Lowering(const std::vector<Block>& blocks, const Affine& output)
    : inputs_{{0, 0, blocks.front().input.size()}}, next_id_(static_cast<int>(blocks.size())) {
  const int last = output.bare();
  const Block& ends = blocks[static_cast<std::size_t>(std::max(last, 0))];
  const bool is_relu = last > 0 && ends.relu && ends.linear.empty();
  if (is_relu) output_block_ = last;
  network_.output = is_relu ? OutputKind::relu : OutputKind::linear;
  for (std::size_t b = 1; b < blocks.size(); ++b) {
    consumers_.push_back({static_cast<int>(b), blocks[b].input, blocks[b].relu, blocks[b].linear});
  }
  consumers_.push_back({next_id_++, is_relu ? ends.input : output, false, {}});
  drop_unused(blocks);
  set_levels();
}

/// Backwards from the output: units that nothing is made of are left out.
void Lowering::drop_unused(const std::vector<Block>& blocks) {
  std::map<int, std::vector<char>> used;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    used[static_cast<int>(b)].resize(at(blocks[b].input.size()));
  }
  used[consumers_.back().id].assign(at(consumers_.back().form.size()), 1);
  for (auto consumer = consumers_.rbegin(); consumer != consumers_.rend(); ++consumer) {
    const std::vector<char>& own = used.at(consumer->id);
    Selection rows;
    for (Index i = 0; i < std::ssize(own); ++i) {
      if (own[at(i)] != 0) rows.push_back(i);
    }
    if (rows.empty()) {
      consumer->form = constant(Eigen::VectorXd(0));
      continue;
    }
    if (rows.size() < own.size()) {
      consumer->form = selected(consumer->form, rows);
      if (!consumer->linear.empty()) {
        std::vector<char> kept;
        for (const Index i : rows) kept.push_back(consumer->linear[at(i)]);
        consumer->linear = std::move(kept);
      }
      partly_.emplace(consumer->id, rows);
    }
    for (const auto& [id, map] : consumer->form.terms) map.mark_used(used.at(id));
  }
  std::erase_if(consumers_, [](const Consumer& each) { return each.form.size() == 0; });
  for (Consumer& consumer : consumers_) {
    for (auto& [id, map] : consumer.form.terms) {
      if (partly_.contains(id)) map = map.columns(partly_.at(id));
    }
    std::erase_if(consumer.form.terms, [](const auto& term) { return term.second.entries() == 0; });
  }
}

void Lowering::set_levels() {
  std::map<int, int> levels = {{0, 0}};
  for (Consumer& consumer : consumers_) {
    for (const auto& term : consumer.form.terms) {
      consumer.level = std::max(consumer.level, levels.at(term.first));
    }
    levels[consumer.id] = ++consumer.level;
  }
}

Index end_of(const std::vector<Piece>& pieces) {
  return pieces.empty() ? 0 : pieces.back().first + pieces.back().size;
}

SparseRows Lowering::needed(const std::vector<Consumer*>& later) const {
  std::vector<Eigen::Triplet<double, Index>> entries;
  Index row = 0;
  for (const Consumer* consumer : later) {
    for (const auto* pieces : {&inputs_, &linear_}) {
      for (const Piece& piece : *pieces) {
        const auto term = consumer->form.terms.find(piece.id);
        if (term == consumer->form.terms.end()) continue;
        const SparseRows rows = term->second.sparse();
        for (Index i = 0; i < rows.outerSize(); ++i) {
          for (SparseRows::InnerIterator e(rows, i); e; ++e) {
            if (e.value() != 0) entries.emplace_back(row + i, piece.first + e.col(), e.value());
          }
        }
      }
    }
    row += consumer->form.size();
  }
  SparseRows result(row, std::max(end_of(inputs_), end_of(linear_)));
  result.setFromTriplets(entries.begin(), entries.end());
  return result;
}

/// The form's terms over x^{k-1} as one, of id -1.
Affine Lowering::over_inputs(const Affine& form) const {
  std::vector<Eigen::Triplet<double, Index>> entries;
  for (const Piece& piece : inputs_) {
    const auto term = form.terms.find(piece.id);
    if (term == form.terms.end()) continue;
    const SparseRows rows = term->second.sparse();
    for (Index i = 0; i < rows.outerSize(); ++i) {
      for (SparseRows::InnerIterator e(rows, i); e; ++e) {
        entries.emplace_back(i, piece.first + e.col(), e.value());
      }
    }
  }
  SparseRows result(form.size(), end_of(inputs_));
  result.setFromTriplets(entries.begin(), entries.end());
  return {{{-1, Matrix(result)}}, form.constant, {}, form.doubt};
}

Affine Lowering::sources(int level) const {
  const Index n = end_of(inputs_);
  Affine all{{{-1, Matrix::identity(n)}}, Eigen::VectorXd::Zero(n)};
  for (const Consumer& consumer : consumers_) {
    if (consumer.relu || consumer.level != level) continue;
    Selection above(at(all.size())), below(at(consumer.form.size()));
    std::iota(above.begin(), above.end(), Index{0});
    std::iota(below.begin(), below.end(), all.size());
    all = joined({all, over_inputs(consumer.form)}, {above, below},
                 all.size() + consumer.form.size());
  }
  return all;
}

/// Linear units of this layer (over x^{k-1}, id -1), which the later consumers then use instead.
Affine Lowering::hand_on(int level) {
  linear_.clear();
  for (const Consumer& consumer : consumers_) {
    if (consumer.relu || consumer.level != level) continue;
    linear_.push_back(
        {consumer.id, std::max(end_of(inputs_), end_of(linear_)), consumer.form.size()});
  }
  std::vector<Consumer*> later;
  Selection groups = {0};
  for (Consumer& consumer : consumers_) {
    const auto uses = [&consumer](const Piece& piece) {
      return consumer.form.terms.contains(piece.id);
    };
    if (consumer.level <= level || !(std::any_of(inputs_.begin(), inputs_.end(), uses) ||
                                     std::any_of(linear_.begin(), linear_.end(), uses))) {
      continue;
    }
    later.push_back(&consumer);
    groups.push_back(groups.back() + consumer.form.size());
  }
  if (later.empty()) return constant(Eigen::VectorXd(0));
  const SparseRows need = needed(later);
  const Affine from = sources(level);
  Carry chosen = carry(need, groups);
  Affine units = mapped(from, Matrix(chosen.carried), Eigen::VectorXd::Zero(chosen.carried.rows()));
  Eigen::VectorXd shift = Eigen::VectorXd::Zero(need.rows()), doubt;
  if (!linear_.empty()) {  // written out
    const Affine direct = mapped(from, Matrix(need), shift);
    const SparseRows all = direct.terms.at(-1).sparse().pruned();
    Carry other = carry(all, groups);
    if (other.carried.rows() < chosen.carried.rows()) {
      chosen = other;
      units = {{{-1, Matrix(chosen.carried)}}, Eigen::VectorXd::Zero(chosen.carried.rows())};
      shift = direct.constant;
      doubt = direct.doubt;
    }
  }
  const int id = next_id_++;
  const Matrix use(chosen.use);
  for (std::size_t c = 0; c < later.size(); ++c) {
    Affine& form = later[c]->form;
    for (const auto* pieces : {&inputs_, &linear_}) {
      for (const Piece& piece : *pieces) form.terms.erase(piece.id);
    }
    Selection own(at(form.size()));
    std::iota(own.begin(), own.end(), groups[c]);
    Affine written = constant(shift.segment(groups[c], form.size()));
    if (doubt.size() > 0) written.doubt = doubt.segment(groups[c], form.size());
    if (units.size() > 0) written.terms.emplace(id, use.selected(own));
    form = form + written;
  }
  return units;
}

/// The parts' rows over x^{k-1}, of which what is handed on has one term, of id -1.
Layer Lowering::layer_of(const std::vector<std::pair<const Affine*, Piece>>& parts, Index rows,
                         Index columns) const {
  Eigen::VectorXd bias(rows), rounding = Eigen::VectorXd::Zero(rows);
  double entries = 0;
  std::vector<std::tuple<Index, Index, const Matrix*>> blocks;
  for (const auto& [form, place] : parts) {
    bias.segment(place.first, place.size) = form->constant;
    if (form->doubt.size() > 0) rounding.segment(place.first, place.size) = form->doubt;
    for (const auto& [id, map] : form->terms) {
      const auto piece = std::find_if(inputs_.begin(), inputs_.end(),
                                      [id = id](const Piece& each) { return each.id == id; });
      blocks.emplace_back(place.first, piece == inputs_.end() ? 0 : piece->first, &map);
      entries += map.entries();
    }
  }
  if (rounding.isZero(0)) rounding.resize(0);
  const double all = static_cast<double>(rows) * static_cast<double>(columns);
  if (all < kLeastSparse || 4 * entries > all) {
    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(rows, columns);
    for (const auto& [row, column, map] : blocks) {
      weights.block(row, column, map->rows(), map->cols()) = map->dense();
    }
    return {std::move(weights), std::move(bias), {}, std::move(rounding)};
  }
  std::vector<Eigen::Triplet<double, Index>> triplets;
  for (const auto& [row, column, map] : blocks) {
    const SparseRows sparse = map->sparse();
    for (Index i = 0; i < sparse.outerSize(); ++i) {
      for (SparseRows::InnerIterator e(sparse, i); e; ++e) {
        triplets.emplace_back(row + i, column + e.col(), e.value());
      }
    }
  }
  LinearMap::Sparse weights(rows, columns);
  weights.setFromTriplets(triplets.begin(), triplets.end());
  return {weights, std::move(bias), {}, std::move(rounding)};
}

Expected<void> Lowering::add_layer(int level) {
  const Affine handed = hand_on(level);
  const int handed_id = next_id_ - 1;
  std::vector<const Consumer*> own;
  std::vector<Piece> outputs;
  for (const Consumer& consumer : consumers_) {
    const bool is_output = &consumer == &consumers_.back();
    if (consumer.level != level || !(consumer.relu || is_output)) continue;
    own.push_back(&consumer);
    places_[consumer.id] = {level, end_of(outputs)};
    outputs.push_back({consumer.id, end_of(outputs), consumer.form.size()});
  }
  if (handed.size() > 0) outputs.push_back({handed_id, end_of(outputs), handed.size()});
  const Index rows = end_of(outputs), columns = end_of(inputs_);
  const double numbers = static_cast<double>(rows) * static_cast<double>(columns);
  if (numbers > kMostNumbers) {
    return bad_request("layer {} of {} x {} weights: too large for a network of this kind", level,
                       rows, columns);
  }
  std::vector<std::pair<const Affine*, Piece>> parts;
  std::vector<char> linear;
  for (std::size_t i = 0; i < own.size(); ++i) {
    parts.emplace_back(&own[i]->form, outputs[i]);
    linear.insert(linear.end(), own[i]->linear.begin(), own[i]->linear.end());
    linear.resize(at(end_of({outputs[i]})), 0);
  }
  if (handed.size() > 0) parts.emplace_back(&handed, outputs.back());
  linear.resize(at(rows), 1);
  if (std::count(linear.begin(), linear.end(), 1) == 0) linear.clear();
  network_.layers.push_back(layer_of(parts, rows, columns));
  kept_ += static_cast<double>(network_.layers.back().weights.entries());
  if (kept_ > kMostKept) {
    return bad_request("{:.0f} weights up to layer {}: too large for a network of this kind", kept_,
                       level);
  }
  network_.layers.back().linear = std::move(linear);
  inputs_ = std::move(outputs);
  return {};
}

std::optional<Part> Lowering::place_of(const UnitPart& part) const {
  const auto place = places_.find(part.block);
  if (place == places_.end()) return std::nullopt;
  Index row = part.unit;
  if (const auto kept = partly_.find(part.block); kept != partly_.end()) {
    const auto found = std::lower_bound(kept->second.begin(), kept->second.end(), row);
    if (found == kept->second.end() || *found != row) return std::nullopt;
    row = found - kept->second.begin();
  }
  return Part{place->second.first, static_cast<int>(place->second.second + row), part.off};
}

/// Those that nothing is made of are left out; and all, if one is the output and so has no root.
void Lowering::note_maxima(const std::vector<Tournament>& tournaments) {
  for (const Tournament& tournament : tournaments) {
    Maximum maximum;
    bool whole = true;
    for (const auto& parts : tournament) {
      maximum.emplace_back();
      for (const UnitPart& part : parts) {
        if (part.block == output_block_) {
          network_.maxima.clear();
          return;
        }
        const auto place = place_of(part);
        whole = whole && place;
        if (place) maximum.back().push_back(*place);
      }
    }
    if (whole) network_.maxima.push_back(std::move(maximum));
  }
}

Expected<Network> Lowering::run(const std::vector<Tournament>& tournaments) {
  const int depth = consumers_.back().level;
  for (int level = 1; level <= depth; ++level) {
    if (auto ok = add_layer(level); !ok) return tl::unexpected(ok.error());
  }
  note_maxima(tournaments);
  return std::move(network_);
}

}  // namespace

Expected<Network> lower(const std::vector<Block>& blocks, const Affine& output,
                        const std::vector<Tournament>& tournaments) {
  if (output.bare() == 0) {
    return bad_request("the graph passes its input on unchanged; it has no layer");
  }
  return Lowering(blocks, output).run(tournaments);
}

}  // namespace brink::graph
