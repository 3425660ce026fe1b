// --images-out of `visualize`: the inputs found, in full precision.
#pragma once

#include <filesystem>
#include <vector>

#include "brink/store/store.h"

namespace brink::cli {

/// That `file` is a place for them and holds none of another question (or `force`).
Expected<void> check_unit_images(const std::filesystem::path& file, const std::string& question,
                                 bool force);

/// Arrays images (n x n_0), layer, unit, activation, bound and question, in order of layer and
/// unit; or, where the file ends in .csv, a table of them with a column for each of `inputs`. Units
/// without an image are left out.
Expected<void> write_unit_images(const std::filesystem::path& file,
                                 const std::vector<StoredUnit>& units,
                                 const std::vector<std::string>& inputs,
                                 const std::string& question);

}  // namespace brink::cli
