// Answers about rows of a table on a page: which features changed, from what to what.
#pragma once

#include <string>

#include "brink/report/page.h"

namespace brink {

/// A table a row that was asked about: a line for each feature that some answer changes, a column
/// for each answer, headed by `heads` (one HTML text an answer). `page.inputs` names the features.
std::string row_html(const Page& page, const PageImage& row, const std::vector<std::string>& heads);

/// The class's name, or its number; "" for none.
std::string class_name(const std::vector<std::string>& classes, int number);

}  // namespace brink
