// --search and --help-search: the search's constants (search/parameters.def).
#include <nlohmann/json.hpp>

#include "brink/report/text_table.h"
#include "brink/search/parameters.h"
#include "commands.h"

namespace brink::cli {

namespace {

std::string number(double value) {
  return fmt::format("{}", value);
}

std::string as_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const search::ParameterEntry& p : search::parameter_table()) {
    list.push_back({{"name", p.name},
                    {"default", p.value},
                    {"least", p.least},
                    {"most", p.most},
                    {"whole", p.whole},
                    {"meaning", p.meaning},
                    {"tried", p.tried}});
  }
  return list.dump(1) + "\n";
}

std::string as_table() {
  TextTable table;
  table.columns = {"name", "default", "range", "meaning"};
  for (const search::ParameterEntry& p : search::parameter_table()) {
    std::string meaning = p.meaning;
    if (*p.tried != '\0') meaning += fmt::format(" (tried and dropped: {})", p.tried);
    table.rows.push_back(
        {p.name, number(p.value), number(p.least) + ".." + number(p.most), meaning});
  }
  return table.aligned();
}

}  // namespace

void add_search_constants(CLI::App& command, const Common& common) {
  command
      .add_option_function<std::string>(
          "--search",
          [](const std::string& text) {
            const auto set = search::set_parameters(text);
            if (!set) throw CLI::ValidationError(set.error().message);
          },
          "constants of the search, NAME=VALUE,... : what it does first, and for how long")
      ->type_name("TEXT");
  command.add_flag_callback(
      "--help-search",
      [&common] {
        if (common.crew->leads()) fmt::print("{}", common.json ? as_json() : as_table());
        throw CLI::Success();
      },
      "lists those constants (with --json: as JSON)");
}

}  // namespace brink::cli
