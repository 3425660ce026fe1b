#include "store_options.h"

#include <cmath>

#include "brink/base/digest.h"

namespace brink::cli {

namespace {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

std::string box_digest(const Box& box) {
  std::string bytes;
  for (const Eigen::VectorXd* side : {&box.lower, &box.upper}) {
    bytes.append(reinterpret_cast<const char*>(side->data()),
                 static_cast<std::size_t>(side->size()) * sizeof(double));
  }
  return sha256(bytes).substr(0, 16);
}

}  // namespace

void add_store_option(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store,
                     "a results store: answers are kept there, and taken from there if they are "
                     "there already");
}

Question bounds_question(const ClosestOptions& options, const Network& network, const Box& box,
                         const BoundRequest& request, const std::string& solver,
                         double time_limit) {
  Question result;
  result.kind = "bounds";
  const bool by_solver = request.method == BoundMethod::exact;
  result.text =
      fmt::format("bounds network={} box={} method={} solver={} limit={}", content_hash(network),
                  box_digest(box), method_text(request), by_solver ? solver : "none", time_limit);
  const bool limited = request.limit_per_bound.has_value();
  result.options = {{"method", limited ? "weak" : method_text(request)},
                    {"box", options.box},
                    {"limit_per_bound", or_null(request.limit_per_bound)}};
  if (by_solver) result.options["solver"] = solver;
  if (std::isfinite(time_limit)) result.options["time_limit"] = time_limit;
  return result;
}

Question visualize_question(const ClosestOptions& options, const Network& network, const Box& box) {
  const bool by_search = options.engine == "search";
  const std::string engine =
      by_search ? "search"
                : fmt::format("mip solver={} formulation={}", options.solver, options.formulation);
  Question result;
  result.kind = "visualize";
  result.text =
      fmt::format("visualize network={} output={} box={} engine={} bounds={} limit={} gap={}",
                  content_hash(network), name(network.output), box_digest(box), engine,
                  options.bounds, options.time_limit, options.gap);
  result.options = {{"engine", options.engine},
                    {"bounds", options.bounds},
                    {"time_limit", options.time_limit},
                    {"gap", options.gap},
                    {"box", options.box}};
  if (!by_search) {
    result.options["solver"] = options.solver;
    result.options["formulation"] = options.formulation;
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
