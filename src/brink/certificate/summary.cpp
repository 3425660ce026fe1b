#include "brink/certificate/summary.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace brink::certificate {

namespace {

constexpr std::size_t kLong = 100;  ///< a header's line that is not shown

std::string word_of(const Summary& summary, std::string_view key) {
  for (const auto& [name, value] : summary.words) {
    if (name == key) return value;
  }
  return {};
}

/// As people write it; numbers may be hexadecimal.
std::string decimal(const std::string& number) {
  if (number.find("0x") == std::string::npos) return number;
  return fmt::format("{}", std::strtod(number.c_str(), nullptr));
}

/// Nodes that are still to come, one subtree after another.
class Tree {
 public:
  explicit Tree(Counts& counts) : counts_(counts) {}
  void node(bool divided) {
    ++counts_.nodes;
    counts_.depth = std::max(counts_.depth, static_cast<int>(open_.size()));
    if (divided) {
      open_.push_back(2);
      return;
    }
    ++counts_.leaves;
    while (!open_.empty() && --open_.back() == 0) open_.pop_back();
  }

 private:
  Counts& counts_;
  std::vector<int> open_;
};

/// Of a proof's line; false: no such record.
bool take(const std::string& line, Summary& summary, Tree& tree) {
  if (line.starts_with("region ")) {
    ++summary.regions;
    return true;
  }
  if (line.size() > 1 && line[1] != ' ') return false;
  switch (line.front()) {
    case 'f':
    case 't':
    case 'b':
      ++summary.counts.facts;
      break;
    case 's':
    case 'p':
    case 'x':
      tree.node(true);
      break;
    case 'c':
    case 'i':
      tree.node(false);
      break;
    default:
      return false;
  }
  if (line.front() == 'c' || line.front() == 'f') {
    ++summary.multipliers;
  }
  return true;
}

}  // namespace

Expected<Summary> summarise(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return bad_request("cannot read {}", path.string());
  Summary summary;
  Tree tree(summary.counts);
  std::string line;
  std::int64_t number = 0;
  bool proof = false, ended = false;
  while (std::getline(file, line)) {
    ++number;
    summary.bytes += static_cast<std::int64_t>(line.size()) + 1;
    if (number == 1 && line != "brink-certificate 1") {
      return bad_request("{} is no certificate: its first line is not 'brink-certificate 1'",
                         path.string());
    }
    if (ended || line.empty())
      return bad_request("{}:{}: nothing belongs here", path.string(), number);
    if (!proof) {
      const std::size_t space = line.find(' ');
      proof = line == "facts";
      if (!proof && number > 1 && line.size() <= kLong && space != std::string::npos) {
        summary.words.emplace_back(line.substr(0, space), line.substr(space + 1));
      }
      continue;
    }
    summary.counts.bytes += static_cast<std::int64_t>(line.size()) + 1;
    ended = line == "end";
    if (!ended && !take(line, summary, tree)) {
      return bad_request("{}:{}: '{}' is no record of a proof", path.string(), number,
                         line.substr(0, 40));
    }
  }
  if (!ended) {
    return bad_request("{}:{}: it ends early: the last line is not 'end'", path.string(), number);
  }
  return summary;
}

std::string claim_of(const Summary& summary) {
  const auto word = [&](std::string_view key) { return word_of(summary, key); };
  const std::string question = word("question");
  if (question == "closest") {
    const std::string radius = word("radius");
    const std::string index = word("index");
    const std::string what = fmt::format(
        "that the network takes for {} ({}margin {}, floor {})",
        word("target") == "any" ? "another class than " + word("label") : word("target"),
        word("label").empty() ? "" : "label " + word("label") + ", ", decimal(word("margin")),
        decimal(word("floor")));
    if (radius == "none") {
      return fmt::format("there is no input at all {}", what);
    }
    return fmt::format("no input within {} ({}) of {} {}", decimal(radius), word("norm"),
                       index == "none" ? "the image" : "image " + index, what);
  }
  if (question == "verify") return "no input of the property's cells meets its conditions";
  if (question == "bounds") return fmt::format("{} bounds of neurons", word("claims"));
  return "a question that is not known: " + question;
}

}  // namespace brink::certificate
