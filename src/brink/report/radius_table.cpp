#include "brink/report/radius_table.h"

#include <fmt/ranges.h>

#include <numeric>

#include "field_text.h"

namespace brink {

TextTable radius_table(const std::vector<RadiusRow>& rows, Norm norm, double radius,
                       const std::string& question) {
  TextTable table;
  table.columns = {"image", "label", "norm", "radius"};
  for_each_field(kRadiusFields, [&](const auto& field) { table.columns.emplace_back(field.name); });
  table.columns.emplace_back("question");
  for (const RadiusRow& row : rows) {
    std::vector<std::string> texts = {field_text(row.image, Printed::as_is),
                                      field_text(row.label, Printed::number_or_none),
                                      std::string(name(norm)), fmt::format("{}", radius)};
    for_each_field(kRadiusFields, [&](const auto& field) {
      texts.push_back(field_text(row.answer.*field.member, field.printed));
    });
    texts.push_back(question);
    table.rows.push_back(std::move(texts));
  }
  return table;
}

std::string radius_header() {
  return fmt::format("{}", fmt::join(radius_table({}, Norm::l1, 0, "").columns, ","));
}

RobustnessCounts count_robustness(const std::vector<RadiusRow>& rows) {
  RobustnessCounts counts{};
  for (const RadiusRow& row : rows) ++counts[static_cast<std::size_t>(row.answer.robustness)];
  return counts;
}

std::string radius_summary(const RobustnessCounts& counts, Norm norm, double radius) {
  const auto [robust, broken, unknown, wrong, errors] = counts;
  const int all = std::accumulate(counts.begin(), counts.end(), 0);
  if (all == 0) return "no image falls to this shard";
  return fmt::format(
      "{:.1f} % provably right within {} {}: {} of {} images; {} are not, {} unknown, {} wrong to "
      "begin with{}",
      100.0 * robust / all, name(norm), radius, robust, all, broken, unknown, wrong,
      errors > 0 ? fmt::format("; {} errors", errors) : "");
}

}  // namespace brink
