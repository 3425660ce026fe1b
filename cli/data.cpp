// brink data: which image sets are here, and getting those that are not.
#include <memory>
#include <nlohmann/json.hpp>

#include "brink/data/dataset.h"
#include "brink/data/fetch.h"
#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

namespace fs = std::filesystem;

struct FetchArguments {
  std::string name;
  std::string from;
  fs::path to;
};

Expected<void> list(const Common& common) {
  nlohmann::ordered_json document = nlohmann::ordered_json::array();
  for (const RemoteSet& set : remote_sets()) {
    const auto folder = find_dataset(set.name, common.data_dir);
    document.push_back({{"name", set.name}, {"built_in", false}, {"folder", nullptr}});
    if (folder) document.back()["folder"] = folder->string();
    if (common.json) continue;
    fmt::print("{:<15}{}\n", set.name,
               folder ? folder->string() : fmt::format("not here: brink data fetch {}", set.name));
  }
  document.push_back({{"name", "strokes"}, {"built_in", true}, {"folder", nullptr}});
  if (common.json) {
    print_json(document, 2);
  } else {
    fmt::print("{:<15}built in\n", "strokes");
  }
  return {};
}

Expected<void> fetch_set(const Common& common, const FetchArguments& arguments) {
  if (arguments.name == "strokes") return bad_request("strokes is built in: nothing to fetch");
  auto set = find_remote_set(arguments.name);
  if (!set) return tl::unexpected(set.error());
  if (!arguments.from.empty()) set->base_url = arguments.from;
  const fs::path root = arguments.to.empty() ? cache_folder() : arguments.to;
  if (root.empty()) {
    return bad_request("neither XDG_CACHE_HOME nor HOME is set: say where to by --to DIR");
  }
  FetchOptions options;
  options.interrupt = &interrupt_flag();
  if (!common.quiet) {
    options.note = [](const std::string& line) { note("{}", line); };
  }
  const fs::path folder = root / set->name;
  if (auto ok = fetch(*set, folder, options); !ok) return ok;
  if (common.json) {
    const nlohmann::ordered_json document = {{"name", set->name}, {"folder", folder.string()}};
    print_json(document, 2);
  } else {
    fmt::print("{} is in {}\n", set->name, folder.string());
  }
  return {};
}

}  // namespace

void add_data(CLI::App& app, Common& common, Action& chosen) {
  CLI::App* data = app.add_subcommand("data", "image sets: which are here, download others");
  data->require_subcommand(1);
  add_example(*data, "brink data list");
  add_command(*data, common, chosen, "list", "says which sets are here, and where",
              "brink data list", [&common] { return list(common); });
  const auto arguments = std::make_shared<FetchArguments>();
  CLI::App* fetching = add_command(*data, common, chosen, "fetch",
                                   "downloads a set and checks its sums", "brink data fetch mnist",
                                   [&common, arguments] { return fetch_set(common, *arguments); });
  fetching->add_option("name", arguments->name, "mnist or fashion-mnist")->required();
  fetching->add_option("--from", arguments->from,
                       "address of a folder with the four files (default: the public one)");
  fetching->add_option("--to", arguments->to,
                       "the set goes into DIR/NAME, where --data-dir DIR finds it (default: the "
                       "user's cache folder)");
}

}  // namespace brink::cli
