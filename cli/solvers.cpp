// brink solvers: the MIP solvers there are for --engine mip, which are found, and what they solve.
#include <nlohmann/json.hpp>

#include "brink/solve/vendor.h"
#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

Expected<void> list_solvers(const Common& common) {
  TextTable table;
  table.columns = {"solver", "version", "solves", "library"};
  nlohmann::json documents = nlohmann::json::array();
  for (const SolverFacts& facts : solver_facts()) {
    const std::string says = facts.trouble.empty() ? facts.licence : facts.trouble;
    table.rows.push_back({facts.name, facts.version, says, facts.library.string()});
    documents.push_back({{"solver", facts.name},
                         {"title", facts.title},
                         {"found", facts.trouble.empty()},
                         {"version", facts.version},
                         {"solves", facts.trouble.empty() ? facts.licence : ""},
                         {"trouble", facts.trouble},
                         {"library", facts.library.string()}});
  }
  if (common.json) {
    print_json(documents, 1);
  } else {
    fmt::print("{}", table.as(common.format));
  }
  return {};
}

}  // namespace

void add_solvers(CLI::App& app, Common& common, Action& chosen) {
  CLI::App* command =
      add_command(app, common, chosen, "solvers",
                  "the MIP solvers for --engine mip: which are found, version and licence's limits",
                  "brink solvers", [&common] { return list_solvers(common); });
  add_format_option(*command, common);
}

}  // namespace brink::cli
