#include "brink/property/property.h"

#include <fmt/format.h>

namespace brink {

bool LinearRow::holds(std::span<const double> values) const {
  Decimal sum;
  for (const auto& [number, coefficient] : terms) {
    sum = sum + coefficient * Decimal::of(values[static_cast<std::size_t>(number)]);
  }
  return strict ? sum < rhs : sum <= rhs;
}

int Query::numbers() const {
  int count = 0;
  for (const DeclaredNetwork& network : networks) {
    for (const Variable& variable : network.inputs) count += variable.count;
    for (const Variable& variable : network.outputs) count += variable.count;
  }
  return count;
}

std::string Query::name_of(int number) const {
  for (const DeclaredNetwork& network : networks) {
    for (const auto* variables : {&network.inputs, &network.outputs}) {
      for (const Variable& variable : *variables) {
        int at = number - variable.first;
        if (at < 0 || at >= variable.count) continue;
        if (version == 1) return fmt::format("{}_{}", variable.name, at);
        std::string indices;
        for (std::size_t d = variable.shape.size(); d-- > 0; at /= variable.shape[d]) {
          indices =
              fmt::format("{}{}{}", at % variable.shape[d], indices.empty() ? "" : ",", indices);
        }
        return indices.empty() ? variable.name : fmt::format("{}[{}]", variable.name, indices);
      }
    }
  }
  return fmt::format("number {}", number);
}

}  // namespace brink
