// What `closest` and `export` are asked with: options as typed, and what they come to.
//
// Every function's error is a bad request in one line that names the option.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/bounds/bounds.h"
#include "brink/data/dataset.h"
#include "brink/experiment/asking.h"
#include "brink/network/network.h"
#include "commands.h"

namespace brink::cli {

/// As typed; the defaults are the contract's.
struct ClosestOptions {
  std::filesystem::path network;
  std::string data;
  std::string split = "test";
  std::string output;  ///< relu, linear; empty: as in the file

  std::string norm = "l1";  ///< the seeds' first
  std::string target = "shift:5";
  double margin = 1.2;
  std::string target_min = "0.001";
  std::string lead = "auto";
  std::optional<int> levels;
  std::optional<double> cap;
  std::string box = "0:1";
  std::optional<int> breakpoints;

  std::string bounds = "symbolic";
  std::string formulation = "bigm";
  std::string distance_form = "tight";

  std::string images;  ///< closest only, as is what follows
  std::string shard;   ///< "I/N"; empty: all
  double time_limit = 300;
  double gap = 0;
  std::string engine = "search";
  double memory_limit = 0;  ///< MB; 0: none
  std::string solver = "cbc";
};

/// Flags of both commands: NETWORK, --data ... --breakpoints, --bounds, --formulation,
/// --distance-form, --output.
void add_question_options(CLI::App& command, ClosestOptions& options);
/// --shard.
void add_shard_option(CLI::App& command, ClosestOptions& options);
/// --memory-limit.
void add_memory_limit(CLI::App& command, ClosestOptions& options);

/// Flags of `closest` alone: --images, --time-limit, --gap, --engine, --solver.
void add_engine_options(CLI::App& command, ClosestOptions& options);

/// The network with --output applied, and what its file says it ends in.
struct LoadedNetwork {
  Network network;
  OutputKind in_file = OutputKind::linear;
};
/// Warnings about the file go to stderr unless `common.quiet`.
Expected<LoadedNetwork> load_network(const ClosestOptions& options, const Common& common);

/// Images of the split, of the network's size.
Expected<ImageSet> load_images(const ClosestOptions& options, const Common& common,
                               const Network& network);
/// --images: indices into `set`, in the order asked; correct:N resolved.
Expected<std::vector<int>> chosen_images(const ClosestOptions& options, const ImageSet& set,
                                         const Network& network);

/// --box: "LO:HI" for every input, or an npz file with arrays lower and upper of `inputs` numbers.
Expected<Box> parse_box(const std::string& text, Eigen::Index inputs);
Expected<Box> read_box(const std::filesystem::path& file, Eigen::Index inputs);

/// The part of a list that --shard I/N leaves: its I-th, (I+N)-th, ... items.
Expected<std::vector<int>> shard_of(const std::vector<int>& all, const std::string& shard);

/// Checked against the network.
Expected<ClosestQuestion> make_question(const ClosestOptions& options, const Network& network);
/// --engine, --solver, --formulation, --distance-form, --time-limit, --gap, and basic for --bounds
/// none.
Expected<MipOptions> make_mip_options(const ClosestOptions& options,
                                      const ClosestQuestion& question);
/// --bounds as a store knows it: a method, or a file by its content.
std::string bounds_name(const std::string& bounds);
/// What --engine and its options come to.
Engine engine_of(const ClosestOptions& options, const Common& common, const MipOptions& mip);
/// Options of the MIP engine that were given are errors with the other one, never ignored.
Expected<void> check_mip_options(const CLI::App& command, const ClosestOptions& options,
                                 std::initializer_list<const char*> names);
/// --memory-limit: how many searches of `bytes` each may run at once, at most `threads`.
Expected<int> searches_at_once(const ClosestOptions& options, std::size_t bytes, int threads);

/// --bounds: computed over the box by the crew, or read from a file and checked against network and
/// box. `store` may be empty; else bounds that need a solver are taken from there and kept there.
Expected<Bounds> make_bounds(const ClosestOptions& options, const Common& common,
                             const LoadedNetwork& loaded, const Box& box,
                             const std::filesystem::path& store = {});

}  // namespace brink::cli
