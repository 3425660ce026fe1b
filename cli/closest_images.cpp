// The images that a question about closest images is asked of: the data set, its labels, --images.
#include <charconv>
#include <cmath>

#include "brink/data/layout.h"
#include "closest_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

/// Of every class the first `count` images that the network gets right, class by class.
Expected<std::vector<int>> first_of_each(int count, const Dataset& set, const Network& network) {
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

}  // namespace

Expected<Dataset> load_images(const TypedOptions& options, const Common& common,
                              const LoadedNetwork& loaded) {
  const Network& network = loaded.network;
  const auto split = parse_split(options.split);
  if (!split) return tl::unexpected(split.error());
  DataOptions understood = options.understood;
  if (std::ssize(loaded.facts.classes) == network.output_size()) {
    understood.of_network = loaded.facts.classes;
  }
  auto set = load_dataset(options.data, *split, common.data_dir, understood);
  if (!set) return set;
  set = laid_out(std::move(*set), loaded.facts.input_shape);
  if (!set) return bad_request("{} has {}", options.data, set.error().message);
  if (network.output_size() == 1) {
    set->labels.assign(set->labels.size(), -1);
    set->label_problem = "the network has one output and so no classes";
  }
  for (std::size_t i = 0; i < set->labels.size(); ++i) {
    if (set->labels[i] >= network.output_size()) {
      return bad_request(
          "image {} of {} has label {}, but the network has only classes 0 to {}; if the data call "
          "them otherwise, say how: --classes",
          i, options.data, set->labels[i], network.output_size() - 1);
    }
  }
  return set;
}

Expected<void> check_labelled(const Dataset& set, const std::string& what_for) {
  if (set.label_problem.empty()) return {};
  return bad_request("{} needs labels: {}", what_for, set.label_problem);
}

void label_by_network(Dataset& set, const std::vector<int>& images, const Network& network,
                      const Common& common) {
  if (set.label_problem.empty() || network.output_size() == 1) return;
  if (!common.quiet) {
    note("brink: {}; each row counts as what the network takes it for", set.label_problem);
  }
  for (const int image : images) {
    set.labels[static_cast<std::size_t>(image)] = classify(network, set.image(image));
  }
}

void hint_at_normalisation(const TypedOptions& options, const Common& common,
                           const Network& network, const Dataset& set) {
  constexpr int kLooked = 200, kLeast = 30;
  const int count = std::min(kLooked, set.count());
  const auto classes = static_cast<double>(network.output_size());
  const bool silent = common.quiet || !options.mean.empty();
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

Expected<std::vector<int>> chosen_images(const TypedOptions& options, const Dataset& set,
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

}  // namespace brink::cli
