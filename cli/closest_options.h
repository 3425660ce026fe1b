// What commands are asked with: options as typed, those of `closest` first, and what they come to.
//
// Every function's error is a bad request in one line that names the option.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/bounds/bounds.h"
#include "brink/data/dataset.h"
#include "brink/graph/evaluate.h"
#include "brink/io/network_file.h"
#include "brink/network/network.h"
#include "brink/network/normalise.h"
#include "brink/session/session.h"
#include "commands.h"

namespace brink::cli {

/// Each command has some of them; the defaults are the contract's.
struct TypedOptions {
  std::filesystem::path network;
  std::string output;        ///< relu, linear; empty: as in the file
  std::string output_name;   ///< of a file with several; empty: the one that is clear
  std::vector<double> mean;  ///< one, one a channel or one an input; empty: none
  std::vector<double> std;   ///< likewise

  std::string data;
  std::string split = "test";
  DataOptions understood;  ///< --label, --classes

  std::string norm = "l1";
  std::string question = "robust";    ///< or fj; the next five change it
  std::optional<std::string> target;  ///< empty, as the others: as the question has it
  std::optional<double> margin;
  std::optional<std::string> target_min;
  std::optional<std::string> lead;
  std::optional<double> above, below;  ///< in place of a target
  std::optional<int> levels;
  std::optional<double> cap;
  std::string box;      ///< empty: the data's own range, 0:1 for bytes or without data
  std::string weights;  ///< a file, or range; empty: none
  std::string freeze;   ///< numbers and names of inputs
  std::optional<int> breakpoints;

  std::string bounds = "symbolic";
  std::string formulation = "bigm";
  std::string pooling = "lowered";
  std::string distance_form = "tight";

  std::string images;  ///< closest only, as is what follows
  std::string shard;   ///< "I/N"; empty: all
  double time_limit = 300;
  double gap = 0;
  std::string engine = "search";
  double memory_limit = 0;  ///< MB; 0: none
  std::string solver = "cbc";
  std::filesystem::path solver_library;  ///< empty: looked for
};

/// How a file is to be read: --output, --output-name, --mean, --std.
void add_reading_options(CLI::App& command, TypedOptions& options);
/// NETWORK (called so in the help), --output, --output-name, --mean, --std.
void add_network_options(CLI::App& command, TypedOptions& options);
/// --data, --split (but for commands that use both), --label, --classes.
void add_data_options(CLI::App& command, TypedOptions& options, bool required, bool split = true);
/// --question, --target, --margin, --target-min, --lead, --above, --below.
void add_class_options(CLI::App& command, TypedOptions& options);
/// Flags of both commands: all these, --norm ... --breakpoints, --bounds, --formulation,
/// --distance-form, --pooling.
void add_question_options(CLI::App& command, TypedOptions& options);
/// --pooling, of the mip engine.
void add_pooling_option(CLI::App& command, TypedOptions& options);
/// --shard.
void add_shard_option(CLI::App& command, TypedOptions& options);
/// --memory-limit.
void add_memory_limit(CLI::App& command, TypedOptions& options);

/// --solver, with `what` and the names for a help text, and --solver-library.
void add_solver_options(CLI::App& command, TypedOptions& options, const std::string& what);
/// Of a solver chosen by --solver: where its library is. An error: it has none.
Expected<void> choose_library(const TypedOptions& options);

/// Flags of `closest` alone: --images, --time-limit, --gap, --engine, --solver.
void add_engine_options(CLI::App& command, TypedOptions& options);

/// The network with --output applied, and what its file says it ends in.
struct LoadedNetwork : NamedNetwork {
  OutputKind in_file = OutputKind::linear;
  DroppedEnding dropped = DroppedEnding::none;
  std::optional<Box> box;  ///< the inputs that the file says the network is made for
  FileFacts facts;
  std::vector<std::string> warnings;              ///< about the file
  std::shared_ptr<const graph::NodeGraph> graph;  ///< as in the file; null: an NNet file
  std::optional<Normalisation> in_front;          ///< --mean, --std: what the file's inputs are
};
/// Warnings about the file go to stderr unless `common.quiet`.
Expected<LoadedNetwork> load_network(const TypedOptions& options, const Common& common);

/// The same of what was read already, wherever from; `file` is the caller's to set.
Expected<LoadedNetwork> loaded_from(NetworkFile model, const TypedOptions& options);

/// Images of the split, in the shape of the network's input, with its classes as labels. For a
/// network of one output labels are of no use: all are -1.
Expected<Dataset> load_images(const TypedOptions& options, const Common& common,
                              const LoadedNetwork& loaded);
/// An error if labels are not known.
Expected<void> check_labelled(const Dataset& set, const std::string& what_for);
/// Labels that are not known become what the network takes the images for, with a note.
void label_by_network(Dataset& set, const std::vector<int>& images, const Network& network,
                      const Common& common);
/// A note where the network does little better than chance on the first images.
void hint_at_normalisation(const TypedOptions& options, const Common& common,
                           const Network& network, const Dataset& set);
/// --images: indices into `set`, in the order asked; correct:N resolved.
Expected<std::vector<int>> chosen_images(const TypedOptions& options, const Dataset& set,
                                         const Network& network);

/// --box: "LO:HI" for every input, or a file: npz with arrays lower and upper of `inputs` numbers,
/// or CSV with a row of lower and one of upper ends, where inputs not named keep what they have
/// otherwise. Empty: what the file says the network is made for; what the set ranges over; 0:1 for
/// bytes or without a set (null).
Expected<Box> asked_box(const TypedOptions& options, const LoadedNetwork& loaded,
                        const Dataset* set);
/// What the box is where none was asked for, on stderr, unless it is 0:1: that of the network's
/// file, else the range of the set (null: without one).
void note_box(const TypedOptions& options, const Common& common, const std::optional<Box>& of_file,
              const Dataset* set);
Expected<Box> read_box(const std::filesystem::path& file, Box otherwise, const Dataset* set);

/// The part of a list that --shard I/N leaves: its I-th, (I+N)-th, ... items.
Expected<std::vector<int>> shard_of(const std::vector<int>& all, const std::string& shard);

/// The same for commands that ask of no image: --data is there for its range, and for what is then
/// `used` of it, its shape and names.
Expected<Box> box_without_question(const TypedOptions& options, const Common& common,
                                   const LoadedNetwork& loaded,
                                   std::optional<Dataset>* used = nullptr);

/// Checked against the network; box and names of inputs from `set`.
Expected<ClosestQuestion> make_question(const TypedOptions& options, const LoadedNetwork& loaded,
                                        const Dataset& set);
/// Where a Softmax or Sigmoid was dropped, what a margin or floor speaks of now, on stderr.
void note_logits(const ClosestQuestion& question, const Common& common,
                 const LoadedNetwork& loaded);
/// --weights: above 0 for each input.
Expected<Eigen::VectorXd> read_weights(const std::string& text, const Dataset& set, const Box& box);
/// Every one of the images lies in the box.
Expected<void> check_inside(const ClosestQuestion& question, const Dataset& set,
                            const std::vector<int>& images);
/// A box in a few words: "0:1", or `otherwise` if it is not the same for every input.
std::string box_text(const Box& box, const std::string& otherwise);
/// --engine, --solver, --formulation, --distance-form, --time-limit, --gap, and basic for --bounds
/// none.
Expected<MipOptions> make_mip_options(const TypedOptions& options, const ClosestQuestion& question);
/// --bounds as a store knows it: a method, or a file by its content.
std::string bounds_name(const std::string& bounds);
/// What --engine and its options come to.
Engine engine_of(const TypedOptions& options, const Common& common, const MipOptions& mip,
                 const Box& box);
/// Options of the MIP engine that were given are errors with the other one, never ignored.
Expected<void> check_mip_options(const CLI::App& command, const TypedOptions& options,
                                 std::initializer_list<const char*> names);
/// --bounds: a file's, checked against network and box; nothing: they are to be proven.
Expected<std::optional<Bounds>> given_bounds(const TypedOptions& options, const Common& common,
                                             const LoadedNetwork& loaded, const Box& box);
/// Those given, or proven over the box. Where that needs a solver they are taken from the session's
/// store and kept there.
Expected<Bounds> make_bounds(const TypedOptions& options, const Common& common,
                             const LoadedNetwork& loaded, const Box& box,
                             std::optional<Bounds> given, const Session& session);
/// The session's bounds, with a line of progress.
Expected<Bounds> prove_bounds(const Session& session, const BoundsAsked& asked,
                              const Common& common, BoundsMemory memory = {});

}  // namespace brink::cli
