#include "store_options.h"

#include <cmath>

namespace brink::cli {

namespace {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

void add_store_option(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store,
                     "a results store: answers are kept there, and taken from there if they are "
                     "there already");
}

Question closest_question(const ClosestOptions& options, const Common& common,
                          const Network& network, const ClosestQuestion& question) {
  const bool by_search = options.engine == "search";
  std::string engine = "search";
  if (!by_search) {
    engine = fmt::format("mip solver={} formulation={} form={} bounds={}", options.solver,
                         options.formulation, options.distance_form, options.bounds);
  }
  Question result;
  result.kind = "closest";
  result.text = fmt::format(
      "closest network={} output={} data={} split={} {} engine={} limit={} gap={} seed={}",
      content_hash(network), name(network.output), options.data, options.split, question.text(),
      engine, options.time_limit, options.gap, common.seed);
  result.options = {{"data", options.data},
                    {"split", options.split},
                    {"norm", name(question.norm)},
                    {"target", question.target.text()},
                    {"margin", question.margin},
                    {"target_min", or_null(question.target_min)},
                    {"cap", or_null(question.cap)},
                    {"box", options.box},
                    {"breakpoints", or_null(question.breakpoints)},
                    {"engine", options.engine},
                    {"time_limit", options.time_limit},
                    {"gap", options.gap},
                    {"seed", common.seed}};
  if (!by_search) {
    result.options["solver"] = options.solver;
    result.options["formulation"] = options.formulation;
    result.options["distance_form"] = options.distance_form;
    result.options["bounds"] = options.bounds;
  }
  return result;
}

Expected<Asked> open_store_for(const std::filesystem::path& path, const Common& common,
                               const Network& network, const std::filesystem::path& file,
                               const Question& question) {
  auto store = Store::open(path);
  if (!store) return tl::unexpected(store.error());
  auto begun = store->begin_run(common.command, common.threads);
  if (!begun) return tl::unexpected(begun.error());
  const auto id = store->ask(network, file.stem().string(), question);
  if (!id) return tl::unexpected(id.error());
  return Asked{std::move(*store), *id};
}

}  // namespace brink::cli
