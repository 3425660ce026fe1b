#include "brink/session/questions.h"

#include <cmath>

#include "brink/base/digest.h"
#include "brink/question/identity.h"

namespace brink {

namespace {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

Question bounds_question(const Network& network, const Box& box, const std::string& box_text,
                         const BoundRequest& request, const std::string& solver,
                         double time_limit) {
  Question result;
  result.kind = "bounds";
  const bool by_solver = request.method == BoundMethod::exact;
  result.text =
      fmt::format("bounds network={} box={} method={} solver={} limit={}", content_hash(network),
                  short_digest(box), method_text(request), by_solver ? solver : "none", time_limit);
  const bool limited = request.limit_per_bound.has_value();
  const std::string weak = request.outputs_only ? "weak:outputs" : "weak";
  result.options = {{"method", limited ? weak : method_text(request)},
                    {"box", box_text},
                    {"limit_per_bound", or_null(request.limit_per_bound)}};
  if (by_solver) result.options["solver"] = solver;
  if (std::isfinite(time_limit)) result.options["time_limit"] = time_limit;
  return result;
}

namespace {

/// Of the mip engine, of a network whose max pooling it writes directly.
std::string pooling_text(const Network& network) {
  return network.maxima.empty() ? "" : " pooling=direct";
}

/// What a page has to know of the images.
void describe_images(const NamedImages& named, nlohmann::json& options) {
  const Dataset& set = *named.set;
  if (!set.picture) {
    for (int j = 0; j < set.image_size(); ++j) options["features"].push_back(set.input_name(j));
  }
  if (set.picture && set.channels > 1) {
    options["channels"] = set.channels;
    options["channels_last"] = set.channels_last;
  }
  if (!set.classes.empty()) options["classes"] = set.classes;
}

}  // namespace

Question closest_question(const Network& network, const ClosestQuestion& question,
                          const Engine& engine, const NamedImages& named) {
  const std::string formulation(name(engine.mip.formulation));
  const std::string form(name(engine.mip.distance_form));
  std::string text = "search";
  if (!engine.search) {
    text = fmt::format("mip solver={} formulation={}{} form={} bounds={}", engine.mip.solver,
                       formulation, pooling_text(network), form, engine.bounds);
  }
  Question result;
  result.kind = "closest";
  result.text = fmt::format(
      "closest network={} output={} data={} split={} images={} {} engine={} limit={} gap={} "
      "seed={}",
      content_hash(network), name(network.output), named.data, named.split, named.digest,
      question.text(), text, engine.time_limit, engine.gap, engine.seed);
  result.options = {{"data", named.data},
                    {"split", named.split},
                    {"images", named.digest},
                    {"norm", name(question.norm)},
                    {"target", question.target.text()},
                    {"margin", question.margin},
                    {"target_min", or_null(question.target_min)},
                    {"cap", or_null(question.cap)},
                    {"box", engine.box_text},
                    {"breakpoints", or_null(question.breakpoints)},
                    {"engine", engine.search ? "search" : "mip"},
                    {"time_limit", engine.time_limit},
                    {"gap", engine.gap},
                    {"seed", engine.seed}};
  result.hash = question_hash(content_hash(network), named.digest, question.text());
  describe_images(named, result.options);
  if (!engine.search) {
    result.options["solver"] = engine.mip.solver;
    result.options["formulation"] = formulation;
    if (!network.maxima.empty()) result.options["pooling"] = "direct";
    result.options["distance_form"] = form;
    result.options["bounds"] = engine.bounds;
  }
  return result;
}

Question radius_question(const Network& network, const ClosestQuestion& question, double radius,
                         const Engine& engine, const NamedImages& named) {
  Question result;
  result.kind = "radius";
  result.text = fmt::format(
      "radius {} network={} output={} data={} split={} images={} {} engine=search limit={} "
      "seed={}",
      radius, content_hash(network), name(network.output), named.data, named.split, named.digest,
      question.text(), engine.time_limit, engine.seed);
  result.options = {{"data", named.data},
                    {"split", named.split},
                    {"images", named.digest},
                    {"norm", name(question.norm)},
                    {"radius", radius},
                    {"target", question.target.text()},
                    {"margin", question.margin},
                    {"target_min", or_null(question.target_min)},
                    {"box", engine.box_text},
                    {"engine", "search"},
                    {"time_limit", engine.time_limit},
                    {"seed", engine.seed}};
  describe_images(named, result.options);
  result.hash = question_hash(content_hash(network), named.digest,
                              fmt::format("radius {} {}", radius, question.text()));
  return result;
}

Question compare_question(const NamedNetwork& first, const NamedNetwork& second,
                          const CompareQuestion& question, double radius, const Engine& engine,
                          const NamedImages& named) {
  const std::string other = content_hash(second.network);
  const std::string what = question.classes     ? "choices"
                           : question.tolerance ? fmt::format("tolerance={}", *question.tolerance)
                                                : fmt::format("largest gap={}", question.gap);
  const std::string asked =
      fmt::format("compare second={} output={} {} radius={} box={}", other,
                  name(second.network.output), what, radius, short_digest(question.box));
  Question result;
  result.kind = "compare";
  result.text = fmt::format(
      "{} network={} output={} data={} split={} images={} engine=search limit={} seed={}", asked,
      content_hash(first.network), name(first.network.output), named.data, named.split,
      named.digest, engine.time_limit, engine.seed);
  result.options = {{"data", named.data},
                    {"split", named.split},
                    {"images", named.digest},
                    {"second", other},
                    {"radius", radius},
                    {"tolerance", or_null(question.tolerance)},
                    {"choices", question.classes},
                    {"box", engine.box_text},
                    {"engine", "search"},
                    {"time_limit", engine.time_limit},
                    {"seed", engine.seed}};
  if (asks_largest(question)) result.options["gap"] = question.gap;
  describe_images(named, result.options);
  result.hash = question_hash(content_hash(first.network), named.digest, asked);
  return result;
}

Question units_question(const Network& network, const Box& box, const Engine& engine, bool least) {
  const std::string formulation(name(engine.mip.formulation));
  const std::string by = engine.search
                             ? "search"
                             : fmt::format("mip solver={} formulation={}{}", engine.mip.solver,
                                           formulation, pooling_text(network));
  const std::string least_text = least ? " least" : "";
  Question result;
  result.kind = "visualize";
  result.text =
      fmt::format("visualize network={} output={} box={} engine={} bounds={} limit={} gap={}{}",
                  content_hash(network), name(network.output), short_digest(box), by, engine.bounds,
                  engine.time_limit, engine.gap, least_text);
  result.options = {{"engine", engine.search ? "search" : "mip"},
                    {"bounds", engine.bounds},
                    {"time_limit", engine.time_limit},
                    {"gap", engine.gap},
                    {"box", engine.box_text}};
  if (least) result.options["extreme"] = "min";
  if (network.as_in_file) {
    const auto shape = network.as_in_file->input_shape();
    if (!shape.empty()) result.options["input"] = shape;
  }
  result.hash =
      question_hash(content_hash(network), "", "visualize box=" + short_digest(box) + least_text);
  if (!engine.search) {
    result.options["solver"] = engine.mip.solver;
    result.options["formulation"] = formulation;
    if (!network.maxima.empty()) result.options["pooling"] = "direct";
  }
  return result;
}

}  // namespace brink
