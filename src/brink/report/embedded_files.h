// Files put into the program when it is built (tools/embed.cmake): the web sources of the report,
// and the font of pictures.
#pragma once

#include <string_view>

namespace brink {

/// The bytes of src/brink/report/web/`name`, of the chart library or of the font; empty when there
/// is none.
std::string_view embedded_file(std::string_view name);

}  // namespace brink
