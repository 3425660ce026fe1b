// Labels as files have them, numbers or names, become numbers of classes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brink/data/dataset.h"

namespace brink {

std::optional<double> to_number(std::string_view text);

/// Labels and classes of the set from the text of each row's label; `where(i)` names row i. Against
/// --classes, or else the network's own: a label's place there (the same text or the same number);
/// where they are names and all labels numbers, the numbers are places. Without either numbers are
/// places, and names become classes in the order of the alphabet. Errors name the first label that
/// has no place. What is no place where nothing was listed is the set's label_problem.
Expected<void> set_labels(Dataset& set, const std::vector<std::string>& labels,
                          const DataOptions& options,
                          const std::function<std::string(std::size_t)>& where);

}  // namespace brink
