// The files that a question about closest images rests on: network, images, box, bounds.
#include <charconv>
#include <cmath>
#include <map>

#include "bounds_memory.h"
#include "brink/base/near_word.h"
#include "brink/bounds/bounds_file.h"
#include "brink/data/npz.h"
#include "brink/io/onnx.h"
#include "brink/network/normalise.h"
#include "closest_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

/// Of every class the first `count` images that the network gets right, class by class.
Expected<std::vector<int>> first_of_each(int count, const ImageSet& set, const Network& network) {
  std::vector<std::vector<int>> classes(static_cast<std::size_t>(network.output_size()));
  for (int i = 0; i < set.count(); ++i) {
    auto& of_class = classes[static_cast<std::size_t>(set.label(i))];
    if (static_cast<int>(of_class.size()) == count) continue;
    if (classify(network, set.image(i)) == set.label(i)) of_class.push_back(i);
  }
  std::vector<int> found;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (static_cast<int>(classes[c].size()) < count) {
      return bad_request("--images each:{}: the network gets only {} images of class {} right",
                         count, classes[c].size(), c);
    }
    found.insert(found.end(), classes[c].begin(), classes[c].end());
  }
  return found;
}

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
Expected<void> normalise(Network& network, const ClosestOptions& options) {
  if (options.mean.empty() && options.std.empty()) return {};
  const std::vector<double> zero = {0}, one = {1};
  const Eigen::Index inputs = network.input_size();
  const auto mean = for_each_input(options.mean.empty() ? zero : options.mean, "--mean", inputs);
  if (!mean) return tl::unexpected(mean.error());
  const auto std = for_each_input(options.std.empty() ? one : options.std, "--std", inputs);
  if (!std) return tl::unexpected(std.error());
  if ((std->array() <= 0).any()) return bad_request("--std has a number that is not above 0");
  normalise_inputs(network, {*mean, *std});
  return {};
}

/// The array `name` with a number for each input, whatever its shape.
Expected<Eigen::VectorXd> box_side(const Npz& arrays, const std::string& name,
                                   const std::filesystem::path& file, Eigen::Index inputs) {
  const auto array = find_array(arrays, name, file);
  if (!array) return tl::unexpected(array.error());
  const std::vector<double> values = (*array)->as_doubles();
  if (static_cast<Eigen::Index>(values.size()) != inputs) {
    return bad_request("--box {}: array '{}' has {} numbers, the network {} inputs", file.string(),
                       name, values.size(), inputs);
  }
  return Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(values.data(), inputs));
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

void add_reading_options(CLI::App& command, ClosestOptions& options) {
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

void add_network_options(CLI::App& command, ClosestOptions& options) {
  command.add_option("NETWORK", options.network, "network, ONNX")->required();
  add_reading_options(command, options);
}

Expected<LoadedNetwork> load_network(const ClosestOptions& options, const Common& common) {
  auto model = read_onnx(options.network, {options.output_name});
  if (!model) return tl::unexpected(model.error());
  for (const std::string& warning : model->warnings) {
    if (!common.quiet) note("brink: {}: {}", options.network.string(), warning);
  }
  LoadedNetwork loaded;
  loaded.network = std::move(model->network);
  loaded.in_file = loaded.network.output;
  loaded.dropped = model->dropped;
  if (options.output == "relu") {
    loaded.network.output = OutputKind::relu;
  } else if (options.output == "linear") {
    loaded.network.output = OutputKind::linear;
  } else if (!options.output.empty()) {
    return unknown_word("--output", options.output, {"relu", "linear"});
  }
  if (auto ok = normalise(loaded.network, options); !ok) return tl::unexpected(ok.error());
  return loaded;
}

Expected<ImageSet> load_images(const ClosestOptions& options, const Common& common,
                               const Network& network) {
  const auto split = parse_split(options.split);
  if (!split) return tl::unexpected(split.error());
  auto set = load_dataset(options.data, *split, common.data_dir, options.understood);
  if (!set) return set;
  if (set->image_size() != network.input_size()) {
    const bool missing = !set->picture && set->image_size() == network.input_size() - 1;
    return bad_request("{} has {}, but the network takes {} inputs{}", options.data,
                       set->shape_text(), network.input_size(),
                       missing ? " (is there no label column? --label none)" : "");
  }
  if (network.output_size() == 1) {
    set->labels.assign(set->labels.size(), -1);
    set->label_problem = "the network has one output and so no classes";
  }
  for (std::size_t i = 0; i < set->labels.size(); ++i) {
    if (set->labels[i] >= network.output_size()) {
      return bad_request("image {} of {} has label {}, but the network has only classes 0 to {}", i,
                         options.data, set->labels[i], network.output_size() - 1);
    }
  }
  return set;
}

Expected<void> check_labelled(const ImageSet& set, const std::string& what_for) {
  if (set.label_problem.empty()) return {};
  return bad_request("{} needs labels: {}", what_for, set.label_problem);
}

void label_by_network(ImageSet& set, const std::vector<int>& images, const Network& network,
                      const Common& common) {
  if (set.label_problem.empty() || network.output_size() == 1) return;
  if (!common.quiet && common.crew->leads()) {
    note("brink: {}; each row counts as what the network takes it for", set.label_problem);
  }
  for (const int image : images) {
    set.labels[static_cast<std::size_t>(image)] = classify(network, set.image(image));
  }
}

void hint_at_normalisation(const ClosestOptions& options, const Common& common,
                           const Network& network, const ImageSet& set) {
  constexpr int kLooked = 200, kLeast = 30;
  const int count = std::min(kLooked, set.count());
  const auto classes = static_cast<double>(network.output_size());
  const bool silent = common.quiet || !common.crew->leads() || !options.mean.empty();
  if (silent || count < kLeast || classes < 2 || !set.label_problem.empty()) return;
  int right = 0;
  for (int i = 0; i < count; ++i) right += classify(network, set.image(i)) == set.label(i) ? 1 : 0;
  const double chance = count / classes;
  if (right > chance + 3 * std::sqrt(chance)) return;
  note(
      "brink: the network gets only {} of the first {} images right, little more than chance; "
      "if it expects normalised inputs, say so: --mean M --std S",
      right, count);
}

Expected<std::vector<int>> chosen_images(const ClosestOptions& options, const ImageSet& set,
                                         const Network& network) {
  const auto list = parse_image_list(options.images);
  if (!list) return tl::unexpected(list.error());
  if (list->correct > 0 || list->each > 0) {
    if (auto ok = check_labelled(set, "--images " + options.images); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  if (list->correct > 0) {
    auto found = first_correct(network, set, list->correct);
    if (!found) return bad_request("--images {}: {}", options.images, found.error().message);
    return found;
  }
  if (list->each > 0) return first_of_each(list->each, set, network);
  for (const int index : list->indices) {
    if (index >= set.count()) {
      return bad_request("image {} does not exist: the {} split of {} has images 0 to {}", index,
                         options.split, options.data, set.count() - 1);
    }
  }
  return list->indices;
}

Expected<std::vector<int>> shard_of(const std::vector<int>& all, const std::string& shard) {
  if (shard.empty()) return all;
  std::size_t which = 0, of = 0;
  const char* end = shard.data() + shard.size();
  const auto first = std::from_chars(shard.data(), end, which);
  bool good = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  if (good) {
    const auto second = std::from_chars(first.ptr + 1, end, of);
    good = second.ec == std::errc() && second.ptr == end && which >= 1 && which <= of;
  }
  if (!good) return bad_request("--shard '{}' is not I/N with 1 <= I <= N, e.g. 2/8", shard);
  std::vector<int> part;
  for (std::size_t i = which - 1; i < all.size(); i += of) part.push_back(all[i]);
  return part;
}

Expected<Box> read_box(const std::filesystem::path& file, Eigen::Index inputs) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return bad_request("--box '{}' is neither LO:HI with numbers LO <= HI nor a file",
                       file.string());
  }
  const auto arrays = read_npz(file);
  if (!arrays) return tl::unexpected(arrays.error());
  auto lower = box_side(*arrays, "lower", file, inputs);
  if (!lower) return tl::unexpected(lower.error());
  auto upper = box_side(*arrays, "upper", file, inputs);
  if (!upper) return tl::unexpected(upper.error());
  for (Eigen::Index j = 0; j < inputs; ++j) {
    const double low = (*lower)(j), high = (*upper)(j);
    if (!std::isfinite(low) || !std::isfinite(high) || low > high) {
      return bad_request("--box {}: input {} has lower {} and upper {}; they must not cross",
                         file.string(), j, low, high);
    }
  }
  return Box{std::move(*lower), std::move(*upper)};
}

/// A weight for each input named in the header; 1 for the others.
static Expected<Eigen::VectorXd> weights_from_csv(const std::string& file, const ImageSet& set) {
  DataOptions all;
  all.label = "none";
  const auto table = read_csv_set(file, all);
  if (!table) return tl::unexpected(table.error());
  if (table->count() != 1) {
    return bad_request("--weights {}: {} rows where one is needed", file, table->count());
  }
  std::map<std::string, int> input;
  for (int j = 0; j < set.image_size(); ++j) input.emplace(set.input_name(j), j);
  const Eigen::VectorXd row = table->image(0);
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(set.image_size());
  for (int c = 0; c < row.size(); ++c) {
    const auto found = input.find(table->features[static_cast<std::size_t>(c)]);
    if (found == input.end()) {
      return bad_request("--weights {}: there is no input '{}'", file,
                         table->features[static_cast<std::size_t>(c)]);
    }
    weights(found->second) = row(c);
  }
  return weights;
}

Expected<Eigen::VectorXd> read_weights(const std::string& text, const ImageSet& set,
                                       const Box& box) {
  if (text == "range") {
    const Eigen::ArrayXd width = (box.upper - box.lower).array();
    return Eigen::VectorXd((width > 0).select(width.inverse(), 1.0));
  }
  if (text.ends_with(".csv")) return weights_from_csv(text, set);
  const auto arrays = read_npz(text);
  if (!arrays) return tl::unexpected(arrays.error());
  const auto array = find_array(*arrays, "weights", text);
  if (!array) return tl::unexpected(array.error());
  const std::vector<double> values = (*array)->as_doubles();
  return Eigen::VectorXd(
      Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
}

Expected<Bounds> make_bounds(const ClosestOptions& options, const Common& common,
                             const LoadedNetwork& loaded, const Box& box,
                             const std::filesystem::path& store) {
  // The basic model takes nothing but its M's from bounds: interval arithmetic.
  const auto request = parse_bound_method(options.bounds == "none" ? "interval" : options.bounds);
  if (!request) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(options.bounds, ignored)) {
      auto bounds = bounds_from_file(options.bounds, loaded, box);
      if (bounds && !carries_checksum(options.bounds) && !common.quiet && common.crew->leads()) {
        note(
            "brink: '{}' carries no checksum, it is taken as it is: brink bounds writes one that "
            "does",
            options.bounds);
      }
      return bounds;
    }
    return bad_request(
        "--bounds '{}' is neither none, interval, symbolic, lp, weak, exact nor a file{}",
        options.bounds,
        did_you_mean(options.bounds, {"none", "interval", "symbolic", "lp", "weak", "exact"}));
  }
  const BoundsAsked asked{loaded.network, box, *request};
  const bool solved = request->method == BoundMethod::lp || request->method == BoundMethod::exact;
  Expected<BoundsMemory> memory;
  if (solved && !store.empty() && common.crew->leads()) {
    memory = stored_bounds(store, asked, options, common, false);
  }
  return prove_bounds(asked, common, std::move(memory));
}

}  // namespace brink::cli
