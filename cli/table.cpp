// brink table: a table that a command wrote, as text, Markdown or LaTeX.
#include <nlohmann/json.hpp>

#include "brink/report/csv.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct TableCommand {
  std::filesystem::path csv;
  std::vector<std::string> columns;
};

Expected<TextTable> chosen_columns(const TableCommand& command) {
  const auto csv = CsvTable::read(command.csv, command.columns);
  if (!csv) return tl::unexpected(csv.error());
  TextTable table;
  table.columns = command.columns.empty() ? csv->columns() : command.columns;
  for (int row = 0; row < csv->rows(); ++row) {
    std::vector<std::string>& fields = table.rows.emplace_back();
    for (const std::string& column : table.columns) fields.push_back(csv->text(row, column));
  }
  return table;
}

Expected<void> print_csv(const TableCommand& command, const Common& common) {
  const auto table = chosen_columns(command);
  if (!table) return tl::unexpected(table.error());
  if (!common.json) {
    fmt::print("{}", table->as(common.format));
    return {};
  }
  std::set<std::string> texts;
  for (std::size_t c = 0; c < table->columns.size(); ++c) {
    if (!table->numbers(c)) texts.insert(table->columns[c]);
  }
  print_json(rows_json(*table, texts), 1);
  return {};
}

}  // namespace

void add_table(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<TableCommand>();
  CLI::App* sub = add_command(
      app, common, chosen, "table", "a table that a command wrote, as text, Markdown or LaTeX",
      "brink table linf.csv --columns image,label,target,distance --format markdown",
      [command, &common] { return print_csv(*command, common); });
  sub->add_option("TABLE.csv", command->csv, "of closest, curve, visualize, runs, ...")->required();
  sub->add_option("--columns", command->columns, "only these, in this order (default: all)")
      ->delimiter(',');
  add_format_option(*sub, common);
}

}  // namespace brink::cli
