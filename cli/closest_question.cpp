// From the options about closest images to the question that they ask of a network and a data set.
#include "closest_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "brink/base/near_word.h"
#include "brink/network/float32.h"
#include "streams.h"

namespace brink::cli {

namespace {

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A number of 0 or more; nothing for `word`, which leaves it to the question.
Expected<std::optional<double>> number_or(const std::string& word, const char* option,
                                          const std::string& text) {
  if (text == word) return std::nullopt;
  const auto value = parse_number(text);
  if (!value || !std::isfinite(*value) || *value < 0) {
    return bad_request("{} '{}' is not a number of 0 or more, nor '{}'", option, text, word);
  }
  return value;
}

Expected<Box> uniform_box(const std::string& text, std::size_t colon, Eigen::Index inputs) {
  const auto low = parse_number(std::string_view(text).substr(0, colon));
  const auto high = parse_number(std::string_view(text).substr(colon + 1));
  if (!low || !high || !std::isfinite(*low) || !std::isfinite(*high) || *low > *high) {
    return bad_request("--box '{}' is neither LO:HI with numbers LO <= HI nor a file", text);
  }
  return Box::uniform(inputs, *low, *high);
}

Expected<void> check_numbers(const TypedOptions& options) {
  if (options.margin && !std::isfinite(*options.margin)) {
    return bad_request("--margin {} is not a number of 1 or more", *options.margin);
  }
  if (options.cap && !std::isfinite(*options.cap)) {
    return bad_request("--cap {} is not a number of 0 or more", *options.cap);
  }
  return {};
}

/// --above or --below as a rule; nothing if neither is given.
Expected<std::optional<TargetRule>> threshold_rule(const TypedOptions& options) {
  if (!options.above && !options.below) return std::nullopt;
  const bool is_above = options.above.has_value();
  const double threshold = is_above ? *options.above : *options.below;
  if (!std::isfinite(threshold)) {
    return bad_request("{} {} is not a number", is_above ? "--above" : "--below", threshold);
  }
  if (options.target) {
    return bad_request("--target is for classes: leave it out with --above and --below");
  }
  return TargetRule{is_above ? TargetRule::Kind::above : TargetRule::Kind::below, 0, threshold};
}

/// The question that --question names, with the single options given.
Expected<ClosestQuestion> asked_of_outputs(const TypedOptions& options, const Network& network,
                                           const Dataset& set) {
  if (options.question != "robust" && options.question != "fj") {
    return unknown_word("--question", options.question, {"robust", "fj"});
  }
  ClosestQuestion question;
  if (options.question == "fj") {
    question = papers_question();
    question.lead = 0;
  } else if (network.output == OutputKind::relu) {
    question.target_min = 0;  // all outputs 0 is no class: wrong too
  }
  const auto threshold = threshold_rule(options);
  if (!threshold) return tl::unexpected(threshold.error());
  if (*threshold) question.target = **threshold;
  if (options.target) {
    const auto named = std::find(set.classes.begin(), set.classes.end(), *options.target);
    if (named != set.classes.end()) {
      question.target = {TargetRule::Kind::fixed, static_cast<int>(named - set.classes.begin())};
    } else {
      const auto target = TargetRule::parse(*options.target);
      if (!target) return tl::unexpected(target.error());
      question.target = *target;
    }
  }
  if (options.margin) question.margin = *options.margin;
  if (options.target_min) {
    const auto target_min = number_or("none", "--target-min", *options.target_min);
    if (!target_min) return tl::unexpected(target_min.error());
    question.target_min = *target_min;
  }
  if (options.lead) {
    const auto lead = number_or("auto", "--lead", *options.lead);
    if (!lead) return tl::unexpected(lead.error());
    question.lead = *lead;
  }
  return question;
}

/// "0,4-6,age": ascending, each once.
Expected<std::vector<int>> frozen_inputs(const std::string& text, const Dataset& set) {
  std::set<int> inputs;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string item = text.substr(at, comma - at);
    at = comma + 1;
    const auto named = std::find(set.features.begin(), set.features.end(), item);
    if (named != set.features.end()) {
      inputs.insert(static_cast<int>(named - set.features.begin()));
      continue;
    }
    const auto range = parse_image_list(item);
    if (!range || range->indices.empty() || range->indices.back() >= set.image_size()) {
      return bad_request(
          "--freeze '{}' is no input: use numbers below {}, ranges of them{}", item,
          set.image_size(),
          set.features.empty() ? "" : fmt::format(", or {}", fmt::join(set.features, ", ")));
    }
    inputs.insert(range->indices.begin(), range->indices.end());
  }
  return std::vector<int>(inputs.begin(), inputs.end());
}

}  // namespace

Expected<Box> asked_box(const TypedOptions& options, const LoadedNetwork& loaded,
                        const Dataset* set) {
  const std::string& text = options.box;
  const Eigen::Index inputs = loaded.network.input_size();
  const Box otherwise = loaded.box          ? *loaded.box
                        : set && set->range ? *set->range
                                            : Box::uniform(inputs, 0, 1);
  if (text.empty()) return otherwise;
  std::error_code ignored;
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos && !std::filesystem::exists(text, ignored)) {
    return uniform_box(text, colon, inputs);
  }
  return read_box(text, otherwise, set);
}

Expected<Box> box_without_question(const TypedOptions& options, const Common& common,
                                   const LoadedNetwork& loaded, std::optional<Dataset>* used) {
  std::optional<Dataset> set;
  if (!options.data.empty()) {
    auto images = load_images(options, common, loaded);
    if (!images) return tl::unexpected(images.error());
    set = std::move(*images);
  }
  auto box = asked_box(options, loaded, set ? &*set : nullptr);
  if (box) note_box(options, common, loaded.box, set ? &*set : nullptr);
  if (used != nullptr) *used = std::move(set);
  return box;
}

void note_logits(const ClosestQuestion& question, const Common& common,
                 const LoadedNetwork& loaded) {
  const bool floor = question.target_min && *question.target_min > 0;
  const bool speaks = question.margin > 1 || floor;
  if (loaded.dropped == DroppedEnding::none || !speaks || common.quiet) return;
  note(
      "brink: {}{}{} speak{} of logits here, before the {}, not of probabilities; all logits may "
      "be "
      "shifted without changing any of those, and the answer changes with them",
      question.margin > 1 ? fmt::format("margin {}", question.margin) : "",
      question.margin > 1 && floor ? " and " : "",
      floor ? fmt::format("floor {}", *question.target_min) : "",
      question.margin > 1 && floor ? "" : "s",
      loaded.dropped == DroppedEnding::softmax ? "Softmax" : "Sigmoid");
}

void note_box(const TypedOptions& options, const Common& common, const std::optional<Box>& of_file,
              const Dataset* set) {
  if (!options.box.empty() || common.quiet) return;
  if (of_file) {
    note("brink: box: {} in {}; --box LO:HI or FILE says otherwise",
         box_text(*of_file, "each input between its minimum and maximum"),
         options.network.string());
  } else if (set != nullptr && set->range) {
    const std::string range =
        box_text(*set->range, "each input between its least and greatest value");
    if (range != "0:1") {
      note("brink: box: {} in {}; --box LO:HI or FILE says otherwise", range, options.data);
    }
  }
}

std::string box_text(const Box& box, const std::string& otherwise) {
  const double low = box.lower.minCoeff(), high = box.upper.maxCoeff();
  const bool same = (box.lower.array() == low).all() && (box.upper.array() == high).all();
  return same ? fmt::format("{}:{}", low, high) : otherwise;
}

Expected<ClosestQuestion> make_question(const TypedOptions& options, const LoadedNetwork& loaded,
                                        const Dataset& set) {
  const Network& network = loaded.network;
  if (auto ok = check_numbers(options); !ok) return tl::unexpected(ok.error());
  const auto norm = parse_norm(options.norm);
  if (!norm) return tl::unexpected(norm.error());
  auto question = asked_of_outputs(options, network, set);
  if (!question) return question;
  auto box = asked_box(options, loaded, &set);
  if (!box) return tl::unexpected(box.error());
  const auto frozen = frozen_inputs(options.freeze, set);
  if (!frozen) return tl::unexpected(frozen.error());
  question->norm = *norm;
  question->levels = options.levels;
  question->cap = options.cap;
  question->box = std::move(*box);
  question->breakpoints = options.breakpoints;
  question->frozen = *frozen;
  if (loaded.dropped != DroppedEnding::none) question->ending_doubt = kEndingDoubt;
  if (!options.weights.empty()) {
    auto weights = read_weights(options.weights, set, question->box);
    if (!weights) return tl::unexpected(weights.error());
    question->weights = std::move(*weights);
  }
  if (auto ok = question->check(network); !ok) return tl::unexpected(ok.error());
  return question;
}

Expected<void> check_inside(const ClosestQuestion& question, const Dataset& set,
                            const std::vector<int>& images) {
  for (const int image : images) {
    const Eigen::VectorXd x = set.image(image);
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      const double low = question.box.lower(j), high = question.box.upper(j);
      if (x(j) >= low && x(j) <= high) continue;
      return bad_request(
          "image {} lies outside the box: {} is {}, the box has {} to {}; widen --box", image,
          set.input_name(static_cast<int>(j)), x(j), low, high);
    }
  }
  return {};
}

}  // namespace brink::cli
