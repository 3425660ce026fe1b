// Near is what few slips of the hand lead from: the distance of optimal string alignment (Damerau
// 1964), the least number of characters inserted, left out, replaced or swapped with the next, so
// that each is touched once. About a third of a word may be wrong. A word that was broken off
// ("vis") counts as one slip.
#include "brink/base/near_word.h"

#include <algorithm>
#include <cctype>

namespace brink {

namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

std::size_t slips(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above.back();
}

}  // namespace

std::string either_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // beyond, it is no slip
  constexpr std::size_t kShown = 3;
  if (typed.empty() || typed.size() > kLongest) return {};
  const std::string word = lower(typed);
  std::size_t least = (word.size() + 2) / 3;
  std::vector<std::string> near;
  for (const std::string& candidate : known) {
    const bool broken_off = word.size() > 2 && candidate.starts_with(word);
    const std::size_t distance = broken_off ? 1 : slips(word, lower(candidate));
    if (distance > least || distance >= word.size()) continue;
    if (distance < least) near.clear();
    least = distance;
    near.push_back(candidate);
  }
  if (near.empty() || near.size() > kShown || (near.size() > 1 && near.size() == known.size())) {
    return {};
  }
  return fmt::format("; did you mean {}?", either_of(near));
}

tl::unexpected<Error> unknown_word(std::string_view what, std::string_view typed,
                                   const std::vector<std::string>& known) {
  return bad_request("unknown {} '{}': use {}{}", what, typed, either_of(known),
                     did_you_mean(typed, known));
}

}  // namespace brink
