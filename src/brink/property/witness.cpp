#include "brink/property/witness.h"

#include <fmt/format.h>

namespace brink {

namespace {

std::string number(double value) {
  return fmt::format("{}", value == 0 ? 0.0 : value);
}

std::string text_v1(const Query& query, std::span<const double> values) {
  const auto inputs = static_cast<std::size_t>(query.networks.front().inputs.front().count);
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += fmt::format("{}({}_{} {})", i == 0 ? "(" : "\n", i < inputs ? "X" : "Y",
                        i < inputs ? i : i - inputs, number(values[i]));
  }
  return text + ")\n";
}

std::string text_v2(const Query& query, std::span<const double> values) {
  std::string text;
  for (const DeclaredNetwork& network : query.networks) {
    for (const auto* variables : {&network.inputs, &network.outputs}) {
      for (const Variable& variable : *variables) {
        std::string shape;
        for (const int extent : variable.shape) {
          shape += fmt::format("{}{}", shape.empty() ? "" : ",", extent);
        }
        text += fmt::format("{} {} [{}]\n", variable.name, variable.type, shape);
        for (int i = 0; i < variable.count; ++i) {
          text +=
              number(
                  values[static_cast<std::size_t>(variable.first) + static_cast<std::size_t>(i)]) +
              "\n";
        }
      }
    }
  }
  return text;
}

}  // namespace

std::string witness_text(const Query& query, std::span<const double> values, int version) {
  return version == 1 ? text_v1(query, values) : text_v2(query, values);
}

}  // namespace brink
