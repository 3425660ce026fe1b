// The largest of several values by a balanced tournament whose matches are shared.
//     max(a, b) = b + x,   x - s = a - b,   x = relu(a - b):   s is what a lacks of max(a, b), x
//     what b lacks
// So what a value lacks of the largest of all is the sum of what it and the winners after it lack
// in their matches. Who played whom is noted, for programs that write the largest with binaries of
// its own (formulate/maximum.cpp).
#include <algorithm>
#include <map>
#include <numeric>

#include "brink/graph/units.h"

namespace brink::graph {

namespace {

using Index = Eigen::Index;

Selection range(Index first, Index count) {
  Selection result(at(count));
  std::iota(result.begin(), result.end(), first);
  return result;
}

/// The elements of a, then those of b.
Affine stacked(const Affine& a, const Affine& b) {
  return joined({a, b}, {range(0, a.size()), range(a.size(), b.size())}, a.size() + b.size());
}

void append(Tournament& to, const Tournament& from, const Tournament::value_type& parts) {
  for (const auto& player : from) {
    to.push_back(player);
    to.back().insert(to.back().end(), parts.begin(), parts.end());
  }
}

/// The matches of one round, each pair once, and those who wait.
struct Round {
  Selection first, second, alone;

  explicit Round(std::vector<Selection>& lists) {
    std::map<std::pair<Index, Index>, Index> matches;
    for (Selection& list : lists) {
      Selection winners;
      for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        const auto [match, is_new] = matches.try_emplace({list[i], list[i + 1]}, std::ssize(first));
        if (is_new) first.push_back(list[i]);
        if (is_new) second.push_back(list[i + 1]);
        winners.push_back(match->second);
      }
      if (list.size() % 2 != 0) {
        alone.push_back(list.back());
        winners.push_back(-std::ssize(alone));  // known once all matches are
      }
      list = std::move(winners);
    }
    for (Selection& list : lists) {
      if (list.back() < 0) list.back() = std::ssize(first) - 1 - list.back();
    }
  }

  /// The tournaments so far of those who are left, where match i is unit i of the block.
  std::vector<Tournament> noted(const std::vector<Tournament>& before, int block) const {
    std::vector<Tournament> after;
    for (std::size_t i = 0; i < first.size(); ++i) {
      after.emplace_back();
      append(after.back(), before[at(first[i])], {{block, static_cast<Index>(i), true}});
      append(after.back(), before[at(second[i])], {{block, static_cast<Index>(i), false}});
    }
    for (const Index i : alone) after.push_back(before[at(i)]);
    return after;
  }
};

bool longer_than_one(const std::vector<Selection>& lists) {
  return std::any_of(lists.begin(), lists.end(), [](const auto& list) { return list.size() > 1; });
}

}  // namespace

int Units::relu_block(const Affine& x, const Affine& y) const {
  const int id = x.bare();
  if (id < 1) return -1;
  const Block& made = blocks_[at(id)];
  return made.relu && made.linear.empty() && made.input == y ? id : -1;
}

Affine Units::largest(const Affine& v, std::vector<Selection> lists) {
  const auto inside = before_relu(v);
  Affine round = inside ? *inside : v;
  std::vector<Tournament> played(v.terms.empty() ? 0 : at(v.size()), Tournament{{}});
  std::vector<int> blocks;
  while (longer_than_one(lists)) {
    const Round next(lists);
    const Match match = play(selected(round, next.first), selected(round, next.second));
    if (match.block < 0) played.clear();
    if (!played.empty()) played = next.noted(played, match.block);
    blocks.push_back(match.block);
    round = next.alone.empty() ? match.won : stacked(match.won, selected(round, next.alone));
  }
  Selection only;
  for (const Selection& list : lists) only.push_back(list.front());
  Affine top = selected(round, only);
  const Affine result = inside ? relu(top) : top;
  const int root = inside ? relu_block(result, top) : 0;
  if (played.empty() || root < 0) return result;
  for (std::size_t i = 0; i < only.size(); ++i) {
    const Tournament& all = played[at(only[i])];
    if (all.size() < 2) continue;
    tournaments_.push_back(inside ? Tournament{} : all);
    if (!inside) continue;
    append(tournaments_.back(), all, {{root, static_cast<Index>(i), true}});
    tournaments_.back().push_back({{root, static_cast<Index>(i), false}});
  }
  for (const int block : blocks) ++matches_[block];
  return result;
}

std::vector<Tournament> Units::tournaments() const {
  for (const Tournament& tournament : tournaments_) {
    for (const auto& parts : tournament) {  // the last is the root's, who may be wanted elsewhere
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const int block = parts[i].block;
        const auto matches = matches_.find(block);
        if (matches == matches_.end() || matches->second != wanted_.at(block)) return {};
      }
    }
  }
  return tournaments_;
}

}  // namespace brink::graph
