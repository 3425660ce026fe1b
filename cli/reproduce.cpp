// brink reproduce: the tables and figures of the papers, published beside ours.
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/base/near_word.h"
#include "brink/base/progress.h"
#include "brink/reproduce/tables.h"
#include "closest_options.h"
#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct ReproduceCommand {
  std::vector<std::string> what;
  std::string engine = "search";
  std::filesystem::path store;
  TypedOptions shared;  ///< solver
  ReproduceOptions options;
};

Expected<std::vector<Exhibit>> chosen_exhibits(const std::vector<std::string>& what) {
  std::vector<Exhibit> chosen;
  std::vector<std::string> names;
  for (const Exhibit& exhibit : exhibits()) {
    names.push_back(exhibit.name);
    const bool all = std::find(what.begin(), what.end(), "all") != what.end();
    if (all || std::find(what.begin(), what.end(), exhibit.name) != what.end()) {
      chosen.push_back(exhibit);
    }
  }
  for (const std::string& name : what) {
    const auto is = [&name](const Exhibit& exhibit) { return exhibit.name == name; };
    if (name != "all" && std::none_of(chosen.begin(), chosen.end(), is)) {
      names.emplace_back("all");
      return unknown_word("table", name, names);
    }
  }
  return chosen;
}

Expected<void> check_request(ReproduceCommand& command) {
  ReproduceOptions& options = command.options;
  for (const std::string& net : options.nets) {
    if (published_hidden(net).empty()) {
      return bad_request("--nets: there is no network '{}'; DNN1 to DNN5 there are", net);
    }
  }
  if (options.images < 1) return bad_request("--images {} is below 1", options.images);
  if (options.time_limit && !(*options.time_limit > 0)) {
    return bad_request("--time-limit {} is not a number of seconds above 0", *options.time_limit);
  }
  options.search = command.engine == "search" || command.engine == "both";
  options.models = command.engine == "mip" || command.engine == "both";
  if (!options.search && !options.models) {
    return unknown_word("--engine", command.engine, {"search", "mip", "both"});
  }
  if (auto ok = choose_library(command.shared); !ok) return ok;
  if (options.models) {
    const auto solver = make_solver(command.shared.solver);
    if (!solver) return tl::unexpected(solver.error());
    options.solver = command.shared.solver;
  }
  return {};
}

nlohmann::json to_json(const std::string& name, const TextTable& table) {
  return {
      {"table", name}, {"columns", table.columns}, {"rows", table.rows}, {"notes", table.notes}};
}

/// tables.md: every table that the folder holds, of earlier runs too.
Expected<void> write_all_tables(const std::filesystem::path& folder) {
  std::string all;
  std::error_code code;
  for (const Exhibit& exhibit : exhibits()) {
    const auto file = folder / (exhibit.name + ".md");
    if (!std::filesystem::exists(file, code)) continue;
    const auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    all += (all.empty() ? "" : "\n") + *text;
  }
  return write_file(folder / "tables.md", all);
}

/// That images and given networks fit, found before anything is made.
Expected<void> check_inputs(const ReproduceCommand& command, const std::vector<Exhibit>& chosen,
                            const Common& common) {
  Lab lab(command.options, Session(*common.crew, common.threads, &interrupt_flag()));
  for (const char* split : {"train", "test"}) {
    if (auto set = lab.images(split); !set) return tl::unexpected(set.error());
  }
  if (command.options.net_dir.empty()) return {};
  for (const Exhibit& exhibit : chosen) {
    for (const std::string& net : networks_of(exhibit.name, lab)) {
      if (auto network = lab.network(net); !network) return tl::unexpected(network.error());
    }
  }
  return {};
}

Expected<void> make_folder(const std::filesystem::path& folder) {
  if (auto ok = check_folder(folder); !ok) return ok;
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return bad_request("cannot make '{}': {}", folder.string(), code.message());
  return check_writable(folder / "tables.md");
}

/// A store elsewhere first: one that cannot be opened leaves no folder behind.
Expected<Store> open_store_and_folder(const ReproduceCommand& command) {
  const std::filesystem::path& folder = command.options.out;
  if (command.store.empty()) {
    return make_folder(folder).and_then([&] { return Store::open(folder / "reproduce.db"); });
  }
  auto store = Store::open(command.store);
  if (!store) return store;
  if (auto ok = make_folder(folder); !ok) return tl::unexpected(ok.error());
  return store;
}

Expected<void> run_reproduce(ReproduceCommand command, const Common& common) {
  const auto chosen = chosen_exhibits(command.what);
  if (!chosen) return tl::unexpected(chosen.error());
  command.options.data_dir = common.data_dir;
  command.options.seed = common.seed;
  if (auto ok = check_request(command); !ok) return ok;
  if (auto ok = check_inputs(command, *chosen, common); !ok) return ok;
  Session session(*common.crew, common.threads, &interrupt_flag());
  auto kept = session.keep_in([&] { return open_store_and_folder(command); }, common.command);
  if (!kept) return kept;
  Progress progress("tables", static_cast<int>(chosen->size()), common.quiet);
  std::string doing;
  session.on_progress = [&](int done, int total) {
    progress.news(fmt::format("{}, {} of {} images", doing, done, total));
  };
  Lab lab(command.options, session);
  lab.tell = [&](const std::string& what) {
    doing = what;
    progress.news(what);
  };
  nlohmann::json documents = nlohmann::json::array();
  for (const Exhibit& exhibit : *chosen) {
    const auto table = exhibit.make(lab);
    if (!table) return tl::unexpected(table.error());
    progress.step();
    const auto file = command.options.out / exhibit.name;
    for (const auto& [ending, format] : {std::pair("csv", TableFormat::csv),
                                         {"md", TableFormat::markdown},
                                         {"tex", TableFormat::latex}}) {
      auto ok = write_file(fmt::format("{}.{}", file.string(), ending), table->as(format));
      if (!ok) return ok;
    }
    if (common.json) {
      documents.push_back(to_json(exhibit.name, *table));
    } else {
      progress.finish();
      fmt::print("{}\n", table->as(common.format));
      std::fflush(stdout);
    }
  }
  if (auto ok = write_all_tables(command.options.out); !ok) return ok;
  if (common.json) print_json(documents, 1);
  return {};
}

}  // namespace

void add_reproduce(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<ReproduceCommand>();
  CLI::App* sub =
      add_command(app, common, chosen, "reproduce",
                  "the tables and figures of Fischetti & Jo 2018, Zhu 2021 and Koot 2021",
                  "brink reproduce z1 --data strokes --nets DNN1 -o tables",
                  [command, &common] { return run_reproduce(*command, common); });
  std::string help = "tables:";
  for (const Exhibit& exhibit : exhibits())
    help += fmt::format("\n{}: {}", exhibit.name, exhibit.what);
  ReproduceOptions& options = command->options;
  sub->add_option("TABLE", command->what, help + "\nall: all of them")->required();
  sub->add_option("-o,--out", options.out,
                  "folder for tables (CSV, Markdown, LaTeX), figures, trained networks")
      ->required();
  sub->add_option("--nets", options.nets,
                  "networks (z7, z8, k5: a DNN1 of their own; figures: DNN1 and DNN3)")
      ->delimiter(',')
      ->capture_default_str();
  sub->add_option("--net-dir", options.net_dir,
                  "folder with DNN1.onnx ... (default: they are trained into OUT/nets)");
  sub->add_option("--data", options.data, "mnist, fashion-mnist, strokes or a folder")
      ->capture_default_str();
  sub->add_option("--images", options.images, "images a network; examples scale with it")
      ->capture_default_str();
  sub->add_option("--time-limit", options.time_limit,
                  "seconds an image (default: what the table's caption says)");
  sub->add_option(
         "--engine", command->engine,
         "search (brink's own), mip (the documents' models, by --solver) or both; z7, z8, k5 and "
         "figures: search")
      ->capture_default_str();
  add_solver_options(*sub, command->shared, "of mip: ");
  sub->add_option("--figures", options.figures, "format of the figures: png, svg or pdf")
      ->check(one_of({"png", "svg", "pdf"}))
      ->capture_default_str();
  add_format_option(*sub, common);
  sub->add_option("--store", command->store, "results store (default: OUT/reproduce.db)");
}

}  // namespace brink::cli
