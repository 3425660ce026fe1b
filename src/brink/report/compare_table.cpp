#include "brink/report/compare_table.h"

#include "field_text.h"

namespace brink {

TextTable compare_table(const std::vector<CompareRow>& rows, bool largest, double radius,
                        const std::string& question) {
  TextTable table;
  table.columns = {"image", "label", "radius"};
  for_each_field(kCompareFields,
                 [&](const auto& field) { table.columns.emplace_back(field.name); });
  table.columns.emplace_back("question");
  for (const CompareRow& row : rows) {
    std::vector<std::string> texts = {field_text(row.image, Printed::as_is),
                                      field_text(row.label, Printed::number_or_none),
                                      fmt::format("{}", radius)};
    for_each_field(kCompareFields, [&](const auto& field) {
      const std::string_view name = field.name;
      std::string text = field_text(row.answer.*field.member, field.printed);
      if (name == "status") text = compared(row.answer.verdict, largest);
      if (name == "difference" && row.answer.output < 0) text.clear();
      texts.push_back(std::move(text));
    });
    texts.push_back(question);
    table.rows.push_back(std::move(texts));
  }
  return table;
}

}  // namespace brink
