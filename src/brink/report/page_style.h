// The style sheet of the HTML page.
#pragma once

#include <string_view>

namespace brink {

std::string_view page_style();

}  // namespace brink
