// The page of `brink report`: one HTML document that needs no other file and no network.
#pragma once

#include <string>

#include "brink/report/report_data.h"

namespace brink {

/// The whole document. Text is escaped.
Expected<std::string> report_html(const ReportData& data);

}  // namespace brink
