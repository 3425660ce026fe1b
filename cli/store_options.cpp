#include "store_options.h"

#include "brink/base/digest.h"

#include "brink/base/destination.h"
#include "brink/question/identity.h"

namespace brink::cli {

void add_force_option(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "replace finished results of another question");
}

void add_store_option(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store,
                     "a results store: answers are kept there, and taken from there if they are "
                     "there already");
}

Question visualize_question(const ClosestOptions& options, const Network& network, const Box& box,
                            bool least) {
  const bool by_search = options.engine == "search";
  const std::string engine =
      by_search ? "search"
                : fmt::format("mip solver={} formulation={}", options.solver, options.formulation);
  Question result;
  result.kind = "visualize";
  result.text =
      fmt::format("visualize network={} output={} box={} engine={} bounds={} limit={} gap={}",
                  content_hash(network), name(network.output), short_digest(box), engine,
                  bounds_name(options.bounds), options.time_limit, options.gap);
  result.options = {{"engine", options.engine},
                    {"bounds", bounds_name(options.bounds)},
                    {"time_limit", options.time_limit},
                    {"gap", options.gap},
                    {"box", options.box}};
  const std::string least_text = least ? " least" : "";
  result.text += least_text;
  if (least) result.options["extreme"] = "min";
  result.hash =
      question_hash(content_hash(network), "", "visualize box=" + short_digest(box) + least_text);
  if (!by_search) {
    result.options["solver"] = options.solver;
    result.options["formulation"] = options.formulation;
  }
  return result;
}

std::filesystem::path store_beside(const std::filesystem::path& out) {
  return followed(out).string() + ".partial.db";
}

Expected<Store> open_keeping_store(const std::filesystem::path& store,
                                   const std::filesystem::path& out, const Common& common) {
  auto opened = !store.empty()   ? Store::open(store)
                : is_stream(out) ? Store::temporary()
                                 : Store::open(store_beside(out));
  if (!opened) return opened;
  if (auto begun = opened->begin_run(common.command, common.threads); !begun) {
    return tl::unexpected(begun.error());
  }
  return opened;
}

void remove_store(const std::filesystem::path& store) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::filesystem::remove(store.string() + ending, ignored);
  }
}

void remove_keeping_store(const std::filesystem::path& store, const std::filesystem::path& out) {
  if (store.empty() && !is_stream(out)) remove_store(store_beside(out));
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
