// The numbers of a report as the JSON that its page reads (web/*.js), and its pictures as sprites.
#pragma once

#include <string>

#include "brink/report/report_data.h"
#include "brink/report/sprites.h"

namespace brink {

struct ReportJson {
  std::string text;  ///< one JSON object, without '<': it may stand inside a <script> element
  SpriteSheets sprites;
};

/// Tables of many rows are written by column. Numbers that are not finite become null.
ReportJson report_json(const ReportData& data);

}  // namespace brink
