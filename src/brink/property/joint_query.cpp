#include "brink/property/joint_query.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace brink {

namespace {

int total_of(const std::vector<Variable>& variables) {
  return std::accumulate(variables.begin(), variables.end(), 0,
                         [](int sum, const Variable& each) { return sum + each.count; });
}

/// Inputs that are one, each named by the least of them; never two of one network, whose weights
/// on both would have to be added, and rounded.
class Unions {
 public:
  explicit Unions(const Query& query) : members_(static_cast<std::size_t>(query.numbers())) {
    for (std::size_t n = 0; n < query.networks.size(); ++n) {
      for (const Variable& each : query.networks[n].inputs) {
        for (int i = each.first; i < each.first + each.count; ++i) {
          members_[static_cast<std::size_t>(i)] = {{static_cast<int>(n), i}};
        }
      }
    }
    parent_.resize(members_.size());
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  bool is_input(int number) const {
    return !members_[static_cast<std::size_t>(number)].empty() || of(number) != number;
  }
  int of(int number) const { return parent_[static_cast<std::size_t>(number)]; }
  void join(int a, int b) {
    const int low = std::min(of(a), of(b)), high = std::max(of(a), of(b));
    auto& into = members_[static_cast<std::size_t>(low)];
    auto& from = members_[static_cast<std::size_t>(high)];
    if (low == high || std::any_of(from.begin(), from.end(), [&](const auto& member) {
          return into.count(member.first) > 0;
        })) {
      return;
    }
    for (const auto& [network, number] : from) parent_[static_cast<std::size_t>(number)] = low;
    into.merge(from);
    from.clear();
  }

 private:
  std::vector<std::map<int, int>>
      members_;  ///< by network; of those that are named by another: none
  std::vector<int> parent_;
};

/// (a, b) of a row a <= b that compares two inputs as they are.
std::optional<std::pair<int, int>> ordered(const LinearRow& row, const Unions& unions) {
  if (row.strict || !row.rhs.is_zero() || row.terms.size() != 2) return std::nullopt;
  const auto& [a, of_a] = row.terms[0];
  const auto& [b, of_b] = row.terms[1];
  const bool inputs = unions.is_input(a) && unions.is_input(b);
  if (!inputs || !(of_a == -of_b)) return std::nullopt;
  return of_a.is_negative() ? std::pair{b, a} : std::pair{a, b};
}

Unions equal_inputs(const Query& query) {
  Unions unions(query);
  std::set<std::pair<int, int>> known;
  for (const int id : query.common) {
    const auto pair = ordered(query.rows[static_cast<std::size_t>(id)], unions);
    if (!pair) continue;
    known.insert(*pair);
    if (known.count({pair->second, pair->first}) > 0) unions.join(pair->first, pair->second);
  }
  return unions;
}

LinearRow renumbered(const LinearRow& row, const std::vector<int>& numbers) {
  std::map<int, Decimal> terms;
  for (const auto& [number, coefficient] : row.terms) {
    Decimal& sum = terms[numbers[static_cast<std::size_t>(number)]];
    sum = sum + coefficient;
  }
  LinearRow result{{}, row.rhs, row.strict};
  for (const auto& [number, coefficient] : terms) {
    if (!coefficient.is_zero()) result.terms.emplace_back(number, coefficient);
  }
  return result;
}

bool always_holds(const LinearRow& row) {
  return row.terms.empty() && !row.rhs.is_negative() && !(row.strict && row.rhs.is_zero());
}

}  // namespace

JointQuery joined(const Query& query) {
  JointQuery result;
  result.numbers.resize(static_cast<std::size_t>(query.numbers()));
  result.query.version = 2;
  DeclaredNetwork& all = result.query.networks.emplace_back();
  const Unions unions = equal_inputs(query);
  const auto add = [&](std::vector<Variable>& to, int number) {
    const int place = static_cast<int>(all.inputs.size() + all.outputs.size());
    to.push_back({query.name_of(number), "real", {}, place, 1});
    return place;
  };
  for (const bool inputs : {true, false}) {
    for (int i = 0; i < query.numbers(); ++i) {
      if (unions.is_input(i) != inputs) continue;
      int& place = result.numbers[static_cast<std::size_t>(i)];
      place = unions.of(i) < i ? result.numbers[static_cast<std::size_t>(unions.of(i))]
                               : add(inputs ? all.inputs : all.outputs, i);
    }
  }
  result.inputs = static_cast<int>(all.inputs.size());
  for (const DeclaredNetwork& network : query.networks) {
    const auto begin = result.numbers.begin() + network.inputs.front().first;
    result.reads.emplace_back(begin, begin + total_of(network.inputs));
  }
  for (const LinearRow& row : query.rows) {
    result.query.rows.push_back(renumbered(row, result.numbers));
  }
  const auto kept = [&](Conjunction conjunction) {
    std::erase_if(conjunction, [&](int id) {
      return always_holds(result.query.rows[static_cast<std::size_t>(id)]);
    });
    return conjunction;
  };
  result.query.common = kept(query.common);
  for (const Conjunction& disjunct : query.disjuncts) {
    result.query.disjuncts.push_back(kept(disjunct));
  }
  return result;
}

}  // namespace brink
