// A property in VNN-LIB 1.0, and whether the cells of a certificate are all that it asks for.
#pragma once

#include <string>
#include <string_view>

#include "question.h"

namespace check {

/// Throws Refused where some case of the property lies in no cell; Unreadable: not such a file.
/// Read are inputs X_i and outputs Y_i, <=, >=, <, >, = of linear terms, and, or.
void check_cells(std::string_view property, const Question& question, const Network& network);

}  // namespace check
