// A results store as the values of a report.
#pragma once

#include "brink/report/report_data.h"
#include "brink/store/store.h"

namespace brink {

/// Everything that the store holds; the title is left empty. A picture whose size fits no shape is
/// an error: the store is damaged.
Expected<ReportData> load_report(const Store& store);

/// True when there is nothing to show: no answers, no units, no bounds, no descents.
bool nothing_to_show(const ReportData& data);

}  // namespace brink
