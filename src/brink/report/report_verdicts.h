// Of a report: how many images are right within a radius, around how many two networks differ.
#pragma once

#include <map>

#include "brink/report/report_data.h"
#include "brink/store/store.h"

namespace brink {

/// Counts by question. `questions`: their places in `data`, by id.
Expected<void> load_verdicts(const Store& store, const std::map<QuestionId, int>& questions,
                             ReportData& data);

}  // namespace brink
