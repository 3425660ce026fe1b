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

/// Where the answers to one question go.
struct TableFiles {
  std::filesystem::path csv;             ///< empty: no table
  std::filesystem::path images;          ///< of the images found, .npz or .csv; empty: none
  std::string question;                  ///< its hash (question/identity.h), which both carry
  bool force = false;                    ///< replaces what answers another question
  std::vector<std::string> inputs = {};  ///< their names, the columns of a .csv of images
};

/// That no finished file of another question would be lost; open() and of_answers() check it too.
Expected<void> check_earlier(const TableFiles& files);

class ClosestTable {
 public:
  /// `request`: canonical text of all that decides the answers (question, engine, limits). Takes
  /// over what a stopped run of the same request left; another one's partial table is an error, and
  /// so are the finished files of another question (see earlier.h). A table that is a stream has
  /// neither. `order`: the images asked for, in that order; one that is asked for twice is written
  /// twice.
  static Expected<ClosestTable> open(TableFiles files, const std::string& request,
                                     std::vector<int> order);

  /// A table without partial files, for answers that are kept elsewhere while the run lasts.
  static Expected<ClosestTable> of_answers(TableFiles files, std::vector<int> order);

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
  /// The table as text, of those finished.
  std::string text() const;

 private:
  TableFiles files_;
  std::vector<int> order_;
  bool partial_files_ = true;
  std::map<int, FinishedRow> done_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

/// The names of the columns, comma separated, without a line end.
std::string closest_header();

}  // namespace brink
