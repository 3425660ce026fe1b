#include "store_options.h"

#include "brink/base/destination.h"

namespace brink::cli {

void add_force_option(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "replace finished results of another question");
}

void add_store_option(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store,
                     "a results store: answers are kept there, and taken from there if they are "
                     "there already");
}

Session session_of(const TypedOptions& options, const Common& common) {
  Session session(*common.crew, common.threads, &interrupt_flag());
  constexpr double kMega = 1e6;
  session.limit_memory(kMega * options.memory_limit);
  return session;
}

Expected<void> keep_in_store(Session& session, const std::filesystem::path& store,
                             const Common& common) {
  if (store.empty()) return {};
  return session.keep_in([&] { return Store::open(store); }, common.command);
}

std::filesystem::path store_beside(const std::filesystem::path& out) {
  return followed(out).string() + ".partial.db";
}

Expected<void> keep_beside(Session& session, const std::filesystem::path& store,
                           const std::filesystem::path& out, const Common& common) {
  if (!store.empty()) return keep_in_store(session, store, common);
  return session.keep_in(
      [&] { return is_stream(out) ? Store::temporary() : Store::open(store_beside(out)); },
      common.command);
}

Expected<void> keep_anywhere(Session& session, const std::filesystem::path& store,
                             const std::filesystem::path& out, const Common& common) {
  const bool beside = store.empty() && !out.empty();
  return beside ? keep_beside(session, store, out, common) : keep_in_store(session, store, common);
}

Expected<void> lock_output(const std::filesystem::path& out, const Common& common,
                           std::optional<FileLock>& lock) {
  return common.crew->lead([&]() -> Expected<void> {
    if (out.empty()) return {};
    auto taken = FileLock::take(out);
    if (!taken) return tl::unexpected(taken.error());
    lock.emplace(std::move(*taken));
    return {};
  });
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

}  // namespace brink::cli
