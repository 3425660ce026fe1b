// brink report: everything that a results store holds, as one HTML page.
#include <memory>
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/report/report_html.h"
#include "brink/report/report_load.h"
#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct StoreReport {
  std::filesystem::path store;
  std::filesystem::path out;
  std::string title;
};

std::string contents(const ReportData& data) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view what, std::string_view of = "") {
    if (count == 0) return;
    text += fmt::format("{}{} {}{}{}", text.empty() ? "" : ", ", count, what, count == 1 ? "" : "s",
                        of);
  };
  add(data.answers.size(), "answer");
  add(data.radii.size(), "question", " about a radius");
  add(data.comparisons.size(), "comparison");
  add(data.units.size(), "unit");
  add(data.bounds.size(), "set", " of bounds");
  return text;
}

Expected<void> write_report(const StoreReport& options, const Common& common) {
  if (auto ok = claim_outputs(common, {options.out}, {options.store}); !ok) return ok;
  const auto store = Store::open_existing(options.store);
  if (!store) return tl::unexpected(store.error());
  auto data = load_report(*store);
  if (!data) return tl::unexpected(data.error());
  if (nothing_to_show(*data)) {
    return bad_request("'{}' holds no answers yet: ask something with brink closest --store {}",
                       options.store.string(), options.store.string());
  }
  data->title = options.title.empty() ? options.store.stem().string() : options.title;
  const auto html = report_html(*data);
  if (!html) return tl::unexpected(html.error());
  if (auto ok = write_file(options.out, *html); !ok) return ok;
  if (common.json) {
    print_json(nlohmann::json{{"file", options.out.string()},
                              {"bytes", html->size()},
                              {"answers", data->answers.size()},
                              {"images", data->images.size()},
                              {"radii", data->radii.size()},
                              {"comparisons", data->comparisons.size()},
                              {"units", data->units.size()},
                              {"bounds", data->bounds.size()}},
               2);
  } else {
    fmt::print("{}: {}, {:.1f} MB\n", options.out.string(), contents(*data),
               1e-6 * static_cast<double>(html->size()));
  }
  return {};
}

}  // namespace

void add_report(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<StoreReport>();
  CLI::App* command =
      add_command(app, common, chosen, "report", "a results store as one self-contained HTML page",
                  "brink report run.db -o report.html",
                  [options, &common] { return write_report(*options, common); });
  command->add_option("STORE", options->store, "results store, RUN.db")->required();
  command->add_option("--title", options->title, "title (default: the store's name)");
  command->add_option("-o,--out", options->out, "OUT.html")->required();
}

}  // namespace brink::cli
