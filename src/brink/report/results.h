// What `brink closest` left in files, read back for pictures and pages.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "brink/base/error.h"
#include "brink/base/norm.h"

namespace brink {

/// A row of the table of `brink closest`, with its image.
struct Result {
  int image = 0;
  int label = 0;
  std::optional<int> target;
  Norm norm = Norm::l1;
  std::string status;              ///< as in the table
  std::optional<double> distance;  ///< empty: no image
  std::optional<double> bound;
  std::optional<double> gap;
  double seconds = 0;
  bool verified = false;
  std::string question;   ///< hash (question/identity.h); empty: an older brink wrote the table
  Eigen::VectorXd found;  ///< n_0; empty if there is none or its file was not written
};

/// Reads `csv`, and from the .npz of the same name beside it (closest --images-out) the images, if
/// it is there and of the same question: if it is not, that is an error. Errors name the file and
/// row.
Expected<std::vector<Result>> read_results(const std::filesystem::path& csv);

/// Does the image found lie as far from the original as its row says? One that does not is of
/// another run.
bool as_far_as_said(const Result& result, const Eigen::VectorXd& original);

/// That results are of this network (empty: any) and of these images (a split's digest). `from`:
/// the file they are from. Those of an older brink do not say and are taken.
Expected<void> check_about(const std::string& question, const std::filesystem::path& from,
                           const std::string& network, const std::string& images);

/// What to tell the user of results that do not say which question they answer.
std::string undeclared(const std::filesystem::path& from);

}  // namespace brink
