// Text and bytes as they stand in an HTML document.
#pragma once

#include <string>
#include <string_view>

namespace brink {

/// `text` with & < > and double quotes replaced, safe between tags and inside "attributes".
std::string escape_html(std::string_view text);

/// RFC 4648, padded, one line: for data URIs.
std::string base64(std::string_view bytes);

}  // namespace brink
