// Which pieces of work are to be done, and who has which.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace brink {

class PieceQueue {
 public:
  explicit PieceQueue(int count) : done_(static_cast<std::size_t>(count), false), left_(count) {
    for (int i = 0; i < count; ++i) waiting_.insert(waiting_.end(), i);
  }

  /// The first piece that nobody has; from now on `rank` has it.
  std::optional<int> next(int rank);
  /// A result of piece i has come. False: one had come before (the piece was handed out twice).
  bool finish(int i);
  /// What `rank` has is to be done by others. False: it had nothing.
  bool lose(int rank);

  bool holds(int rank) const { return held_.contains(rank); }
  bool finished() const { return left_ == 0; }

 private:
  std::set<int> waiting_;
  std::map<int, std::set<int>> held_;  ///< by rank; no empty sets
  std::vector<bool> done_;
  int left_;
};

}  // namespace brink
