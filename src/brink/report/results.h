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
  Eigen::VectorXd found;  ///< n_0; empty if there is none or its file was not written
};

/// Reads `csv`, and from the .npz of the same name beside it (closest --images-out) the images, if
/// it is there. Errors name the file and row.
Expected<std::vector<Result>> read_results(const std::filesystem::path& csv);

}  // namespace brink
