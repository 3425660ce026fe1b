// The table of `brink compare` around images.
#pragma once

#include <string>
#include <vector>

#include "brink/ask/compare_batch.h"
#include "brink/report/text_table.h"

namespace brink {

/// image,label,radius, the answer's fields, question (its hash). `largest`: the question asked by
/// how much they differ at most.
TextTable compare_table(const std::vector<CompareRow>& rows, bool largest, double radius,
                        const std::string& question);

}  // namespace brink
