// The files that a question about closest images rests on: network, images, box, bounds.
#include <cmath>

#include "brink/base/files.h"
#include "brink/base/near_word.h"
#include "brink/base/progress.h"
#include "brink/bounds/bounds_file.h"
#include "brink/network/normalise.h"
#include "closest_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

/// One number for each input: given as one, as one a channel (of channels x rows x columns) or so.
Expected<Eigen::VectorXd> for_each_input(const std::vector<double>& given, const char* option,
                                         Eigen::Index inputs) {
  const auto count = static_cast<Eigen::Index>(given.size());
  if (inputs % count != 0) {
    return bad_request("{} has {} numbers, which is no number of channels of {} inputs", option,
                       count, inputs);
  }
  const Eigen::Index each = inputs / count;
  Eigen::VectorXd result(inputs);
  for (Eigen::Index c = 0; c < count; ++c) {
    const double value = given[static_cast<std::size_t>(c)];
    if (!std::isfinite(value)) return bad_request("{}: {} is not a number", option, value);
    result.segment(c * each, each).setConstant(value);
  }
  return result;
}

/// x -> (x - mean) / std in front of the network, within its first layer.
Expected<void> normalise(LoadedNetwork& loaded, const TypedOptions& options) {
  if (options.mean.empty() && options.std.empty()) return {};
  const std::vector<double> zero = {0}, one = {1};
  const Eigen::Index inputs = loaded.network.input_size();
  const auto mean = for_each_input(options.mean.empty() ? zero : options.mean, "--mean", inputs);
  if (!mean) return tl::unexpected(mean.error());
  const auto std = for_each_input(options.std.empty() ? one : options.std, "--std", inputs);
  if (!std) return tl::unexpected(std.error());
  if ((std->array() <= 0).any()) return bad_request("--std has a number that is not above 0");
  loaded.in_front = Normalisation{*mean, *std};
  normalise_inputs(loaded.network, *loaded.in_front);
  if (loaded.box) {
    loaded.box->lower = loaded.box->lower.cwiseProduct(*std) + *mean;
    loaded.box->upper = loaded.box->upper.cwiseProduct(*std) + *mean;
  }
  return {};
}

/// --bounds that are to be proven. The basic model takes nothing but its M's from bounds: interval
/// arithmetic.
Expected<BoundRequest> method_of(const TypedOptions& options) {
  return parse_bound_method(options.bounds == "none" ? "interval" : options.bounds);
}

/// Bounds do not depend on what the output layer ends in, but a network's hash does: the file's own
/// ending counts, not --output.
Expected<Bounds> bounds_from_file(const std::filesystem::path& file, const LoadedNetwork& loaded,
                                  const Box& box) {
  Network as_read = loaded.network;
  as_read.output = loaded.in_file;
  auto bounds = load_bounds_for(as_read, box, file);
  if (bounds) bounds->network = content_hash(loaded.network);
  return bounds;
}

}  // namespace

void add_reading_options(CLI::App& command, TypedOptions& options) {
  command.add_option("--output", options.output,
                     "what the last layer ends in: relu or linear (default: as in the file)");
  command.add_option("--output-name", options.output_name,
                     "which output of an ONNX file with several (default: the only one that is a "
                     "matrix of real numbers)");
  command
      .add_option("--mean", options.mean,
                  "the network expects (x - MEAN) / STD: one number, or one a channel or input")
      ->delimiter(',');
  command.add_option("--std", options.std, "see --mean (default: 1)")->delimiter(',');
}

void add_network_options(CLI::App& command, TypedOptions& options) {
  command.add_option("NETWORK", options.network, "network, ONNX or NNet (.nnet)")->required();
  add_reading_options(command, options);
}

Expected<LoadedNetwork> load_network(const TypedOptions& options, const Common& common) {
  if (options.pooling != "lowered" && options.pooling != "direct") {
    return unknown_word("--pooling", options.pooling, {"lowered", "direct"});
  }
  auto model = read_network(options.network, {options.output_name, options.pooling == "direct"});
  if (!model) return tl::unexpected(model.error());
  for (const std::string& warning : model->warnings) {
    if (!common.quiet) note("brink: {}: {}", options.network.string(), warning);
  }
  auto loaded = loaded_from(std::move(*model), options);
  if (loaded && !is_dense(loaded->network) && loaded->facts.whole) {
    auto file = read_file(options.network);
    if (!file) return tl::unexpected(file.error());
    loaded->file = std::move(*file);
  }
  return loaded;
}

Expected<LoadedNetwork> loaded_from(NetworkFile model, const TypedOptions& options) {
  LoadedNetwork loaded;
  loaded.network = std::move(model.network);
  loaded.name = options.network.stem().string();
  loaded.in_file = loaded.network.output;
  loaded.dropped = model.dropped;
  loaded.box = std::move(model.box);
  loaded.facts = std::move(model.facts);
  loaded.warnings = std::move(model.warnings);
  loaded.graph = std::dynamic_pointer_cast<const graph::NodeGraph>(loaded.network.as_in_file);
  if (options.output == "relu") {
    end_in(loaded.network, OutputKind::relu);
  } else if (options.output == "linear") {
    end_in(loaded.network, OutputKind::linear);
  } else if (!options.output.empty()) {
    return unknown_word("--output", options.output, {"relu", "linear"});
  }
  if (auto ok = normalise(loaded, options); !ok) return tl::unexpected(ok.error());
  return loaded;
}

Expected<std::optional<Bounds>> given_bounds(const TypedOptions& options, const Common& common,
                                             const LoadedNetwork& loaded, const Box& box) {
  if (method_of(options)) return std::nullopt;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(options.bounds, ignored)) {
    return bad_request(
        "--bounds '{}' is neither none, interval, symbolic, lp, weak, exact nor a file{}",
        options.bounds,
        did_you_mean(options.bounds, {"none", "interval", "symbolic", "lp", "weak", "exact"}));
  }
  auto bounds = bounds_from_file(options.bounds, loaded, box);
  if (!bounds) return tl::unexpected(bounds.error());
  if (!carries_checksum(options.bounds) && !common.quiet) {
    note("brink: '{}' carries no checksum, it is taken as it is: brink bounds writes one that does",
         options.bounds);
  }
  return std::move(*bounds);
}

Expected<Bounds> make_bounds(const TypedOptions& options, const Common& common,
                             const LoadedNetwork& loaded, const Box& box,
                             std::optional<Bounds> given, const Session& session) {
  if (given) return std::move(*given);
  const BoundRequest request = *method_of(options);
  const bool solved = request.method == BoundMethod::lp || request.method == BoundMethod::exact;
  const Session without_store(session.crew(), session.threads(), session.interrupt());
  BoundsAsked asked{loaded, box, options.box, request};
  if (!solved) asked.time_limit = options.time_limit;  // no more than what they are for
  return prove_bounds(solved ? session : without_store, asked, common);
}

Expected<Bounds> prove_bounds(const Session& session, const BoundsAsked& asked,
                              const Common& common, BoundsMemory memory) {
  const Network& network = asked.network.network;
  int neurons = 0;
  for (int k = asked.request.outputs_only ? std::max(2, network.depth()) : 2; k <= network.depth();
       ++k) {
    neurons += static_cast<int>(network.width(k));
  }
  Progress progress("bounds of neurons", neurons, common.quiet);
  return session.bounds(asked, std::move(memory), [&progress] { progress.step(); });
}

}  // namespace brink::cli
