// Answers that exist, as what a robustness curve is drawn from: tables of `closest`, stores.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"

namespace brink::cli {

/// What one network is known to withstand.
struct CurveAnswers {
  std::string name;
  std::string question;  ///< hash (question/identity.h)
  std::vector<ClosestRow> rows;
};

struct ReadAnswers {
  Norm norm = Norm::l1;
  std::vector<int> images;           ///< those that all curves have answers for
  std::vector<CurveAnswers> curves;  ///< of these images, at least one curve
  std::vector<std::string> assumed;  ///< what the files cannot say, in a line each
};

/// Of tables, and of stores every network that was asked the robust question; `norm` chooses, where
/// stores know several. Errors: answers to another question, of several norms or data sets.
Expected<ReadAnswers> read_answers(const std::vector<std::filesystem::path>& files,
                                   const std::optional<Norm>& norm);

}  // namespace brink::cli
