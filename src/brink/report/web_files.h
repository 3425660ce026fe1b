// The web sources of the report, put into the program when it is built (tools/embed.cmake).
#pragma once

#include <string_view>

namespace brink {

/// The text of src/brink/report/web/`name`, or of the chart library; empty when there is none.
std::string_view web_file(std::string_view name);

}  // namespace brink
