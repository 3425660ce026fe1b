#include "store_options.h"

namespace brink::cli {

void add_store_option(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store,
                     "a results store: answers are kept there, and taken from there if they are "
                     "there already");
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
