// --store RUN.db: how a command's question becomes one of a results store.
#pragma once

#include "brink/experiment/asking.h"
#include "brink/tighten/tighten.h"
#include "closest_options.h"

namespace brink::cli {

/// --force.
void add_force_option(CLI::App& command, bool& force);
/// --store.
void add_store_option(CLI::App& command, std::filesystem::path& store);

/// All that was asked of units, but which of them. `least`: --min.
Question visualize_question(const ClosestOptions& options, const Network& network, const Box& box,
                            bool least);

/// The store beside an output that lets the same command continue.
std::filesystem::path store_beside(const std::filesystem::path& out);
/// The store that was asked for, or one beside `out` (OUT.partial.db) that lets the same command
/// continue after it was stopped; with a new run in it.
Expected<Store> open_keeping_store(const std::filesystem::path& store,
                                   const std::filesystem::path& out, const Common& common);
/// The file and what SQLite keeps beside it.
void remove_store(const std::filesystem::path& store);
/// At the end, when `out` is written: the store beside it goes.
void remove_keeping_store(const std::filesystem::path& store, const std::filesystem::path& out);

/// An open store, and the question in it.
struct Asked {
  Store store;
  QuestionId question = 0;
};
/// Makes store, network and question if need be, and begins a run. `file` names the network.
Expected<Asked> open_store_for(const std::filesystem::path& path, const Common& common,
                               const Network& network, const std::filesystem::path& file,
                               const Question& question);

}  // namespace brink::cli
