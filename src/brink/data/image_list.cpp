// Reads image lists: "0-99", "3,7,20-29", "correct:100", "each:2".
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "brink/data/dataset.h"

namespace brink {

namespace {

constexpr int kMaxIndex = 9'999'999;  // keeps "0-2000000000" from filling the memory

/// Digits only: no sign, no space, at most kMaxIndex.
std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc{} || stop != end || value > kMaxIndex) return std::nullopt;
  return value;
}

Expected<void> append_item(std::string_view item, std::string_view text, std::vector<int>& out) {
  const std::size_t dash = item.find('-');
  const auto first = parse_number(item.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(item.substr(dash + 1));
  if (!first || !last) {
    return bad_request(
        "image list '{}': '{}' is not an image number (0 to {}) or a range; write e.g. "
        "3,7,20-29, correct:100 or each:2",
        text, item, kMaxIndex);
  }
  if (*last < *first) {
    return bad_request("image list '{}': the range {} runs backwards; write {}-{}", text, item,
                       *last, *first);
  }
  for (int i = *first; i <= *last; ++i) out.push_back(i);
  return {};
}

}  // namespace

Expected<ImageList> parse_image_list(std::string_view text) {
  ImageList list;
  for (const auto& [prefix, member] :
       {std::pair{"correct:", &ImageList::correct}, std::pair{"each:", &ImageList::each}}) {
    if (!text.starts_with(prefix)) continue;
    const auto count = parse_number(text.substr(std::string_view(prefix).size()));
    if (!count || *count == 0) {
      return bad_request("image list '{}': a number from 1 to {} must follow '{}'", text, kMaxIndex,
                         prefix);
    }
    list.*member = *count;
    return list;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto added = append_item(text.substr(begin, end - begin), text, list.indices);
    if (!added) return tl::unexpected(added.error());
    begin = end + 1;
  }
  return list;
}

}  // namespace brink
