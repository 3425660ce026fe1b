// The table of `brink closest`, row by row while it runs: OUT.csv at the end, OUT.csv.partial and
// the images beside it (OUT.csv.partial.images) until then, which let the same command continue
// after it was stopped.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/base/error.h"
#include "brink/base/norm.h"

namespace brink {

/// A row as it is held (taken over from a stopped run: as printed, without statistics) and as it
/// stands in the table, line end included.
struct FinishedRow {
  ClosestRow row;
  std::string line;
};

class ClosestTable {
 public:
  /// `question`: canonical text of all that decides the answers (network hash, data, options).
  /// Takes over what a stopped run of the same question left; another question's partial table is
  /// an error. A `csv` that is a stream has none. `images_out`: the .npz of the images found;
  /// empty: none. `order`: the images asked for, in that order; one that is asked for twice is
  /// written twice.
  static Expected<ClosestTable> open(const std::filesystem::path& csv,
                                     const std::filesystem::path& images_out,
                                     const std::string& question, std::vector<int> order);

  /// A table without partial files, for answers that are kept elsewhere while the run lasts. `csv`
  /// may be empty: finish() writes no table then.
  static Expected<ClosestTable> of_answers(const std::filesystem::path& csv,
                                           const std::filesystem::path& images_out,
                                           std::vector<int> order);

  /// Answered already, in this run or an earlier one.
  bool done(int image) const;
  /// On disk when it returns (but see of_answers); thread-safe. An interrupted answer is no row: it
  /// is left out.
  Expected<void> append(const ClosestRow& row);
  /// Writes the .npz and the table, each complete or not at all, and removes the partial files.
  /// All images asked for must be done.
  Expected<void> finish();
  /// Those finished, in the order asked, with their images.
  std::vector<ClosestRow> rows() const;

 private:
  std::filesystem::path csv_;
  std::filesystem::path images_out_;
  std::vector<int> order_;
  bool partial_files_ = true;
  std::map<int, FinishedRow> done_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

/// The names of the columns, comma separated, without a line end.
std::string closest_header();

}  // namespace brink
