#include "brink/data/class_names.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace brink {

namespace {

using Where = std::function<std::string(std::size_t)>;

std::optional<int> place(std::string_view label) {
  constexpr double kMostClasses = 1e6;
  const auto number = to_number(label);
  if (!number || !(*number >= 0 && *number <= kMostClasses && *number == std::floor(*number))) {
    return std::nullopt;
  }
  return static_cast<int>(*number);
}

bool is_same(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto number = to_number(a);
  return number && number == to_number(b);
}

/// Each label's place among the classes, -1: none.
std::vector<int> places_among(const std::vector<std::string>& labels,
                              const std::vector<std::string>& classes) {
  std::map<std::string_view, int> known;
  std::vector<int> places;
  for (const std::string& label : labels) {
    auto found = known.find(label);
    if (found == known.end()) {
      const auto match =
          std::find_if(classes.begin(), classes.end(),
                       [&label](const std::string& name) { return is_same(label, name); });
      const bool none = match == classes.end();
      found = known.emplace(label, none ? -1 : static_cast<int>(match - classes.begin())).first;
    }
    places.push_back(found->second);
  }
  return places;
}

/// Numbers of classes; else the problem with the first that is none.
void number_labels(Dataset& set, const std::vector<std::string>& labels, const Where& where) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto number = place(labels[i]);
    set.labels[i] = number.value_or(-1);
    if (number) continue;
    set.label_problem = fmt::format("{}: {} is no class", where(i), labels[i]);
    std::fill(set.labels.begin(), set.labels.end(), -1);
    return;
  }
}

/// Classes 0, 1, ... need no names.
bool are_numbers(const std::vector<std::string>& classes) {
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (place(classes[c]) != static_cast<int>(c)) return false;
  }
  return true;
}

Expected<void> label_among(Dataset& set, const std::vector<std::string>& labels,
                           const std::vector<std::string>& classes, bool of_network,
                           const Where& where) {
  std::vector<int> places = places_among(labels, classes);
  if (!are_numbers(classes)) set.classes = classes;
  const auto lost = std::find(places.begin(), places.end(), -1);
  if (lost == places.end()) {
    set.labels = std::move(places);
    return {};
  }
  const bool names = std::none_of(classes.begin(), classes.end(), to_number);
  if (names && std::all_of(labels.begin(), labels.end(), place)) {
    number_labels(set, labels, where);
    return {};
  }
  const auto i = static_cast<std::size_t>(lost - places.begin());
  return bad_request(
      "{}: '{}' is none of the classes {}{}", where(i), labels[i], fmt::join(classes, ", "),
      of_network ? ", which are the network's by its file; say what the data call "
                   "them, in this order, by --classes, or that they have no labels: --label none"
                 : "");
}

}  // namespace

std::optional<double> to_number(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Expected<void> set_labels(Dataset& set, const std::vector<std::string>& labels,
                          const DataOptions& options, const Where& where) {
  if (!options.classes.empty()) return label_among(set, labels, options.classes, false, where);
  if (!options.of_network.empty()) return label_among(set, labels, options.of_network, true, where);
  if (std::all_of(labels.begin(), labels.end(), to_number)) {
    number_labels(set, labels, where);
    return {};
  }
  const std::set<std::string> names(labels.begin(), labels.end());
  return label_among(set, labels, {names.begin(), names.end()}, false, where);
}

}  // namespace brink
