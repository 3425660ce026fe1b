// --store RUN.db, --threads, --memory-limit: the session that a command asks its questions in.
#pragma once

#include "brink/base/file_lock.h"
#include "brink/session/session.h"
#include "closest_options.h"

namespace brink::cli {

/// --force.
void add_force_option(CLI::App& command, bool& force);
/// --store.
void add_store_option(CLI::App& command, std::filesystem::path& store);

Session session_of(const TypedOptions& options, const Common& common);
/// Answers are kept in the store that was asked for; empty: in none.
Expected<void> keep_in_store(Session& session, const std::filesystem::path& store,
                             const Common& common);
/// ... or in one beside `out` (OUT.partial.db), which lets the same command continue after it was
/// stopped.
Expected<void> keep_beside(Session& session, const std::filesystem::path& store,
                           const std::filesystem::path& out, const Common& common);
/// In the store that was asked for, or beside `out`; without either in none.
Expected<void> keep_anywhere(Session& session, const std::filesystem::path& store,
                             const std::filesystem::path& out, const Common& common);
/// In the leader: one run at a time per output.
Expected<void> lock_output(const std::filesystem::path& out, const Common& common,
                           std::optional<FileLock>& lock);
/// The store beside an output.
std::filesystem::path store_beside(const std::filesystem::path& out);
/// The file and what SQLite keeps beside it.
void remove_store(const std::filesystem::path& store);
/// At the end, when `out` is written: the store beside it goes.
void remove_keeping_store(const std::filesystem::path& store, const std::filesystem::path& out);

}  // namespace brink::cli
