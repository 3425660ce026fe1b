// The columns of the table of `brink closest`: rows as text and back.
#pragma once

#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/report/csv.h"

namespace brink {

/// The columns' names, in order; the last one is `question`.
const std::vector<std::string>& closest_columns();

/// The row with its line end. `question`: the hash of what is asked (question/identity.h).
std::string closest_line(const ClosestRow& row, const std::string& question);

/// The row without its image; `table` has all the columns.
Expected<ClosestRow> read_closest_row(const CsvTable& table, int row, const std::string& where);

}  // namespace brink
