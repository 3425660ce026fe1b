#include "brink/ask/wire.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace brink {

namespace {

using nlohmann::json;

json pixels_to_json(const Eigen::VectorXd& pixels) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(pixels.size()) * sizeof(double));
  if (!bytes.empty()) std::memcpy(bytes.data(), pixels.data(), bytes.size());
  return json::binary(std::move(bytes));
}

Eigen::VectorXd pixels_from_json(const json& value) {
  const auto& bytes = value.get_binary();
  Eigen::VectorXd pixels(static_cast<Eigen::Index>(bytes.size() / sizeof(double)));
  if (!bytes.empty()) std::memcpy(pixels.data(), bytes.data(), bytes.size());
  return pixels;
}

json optional_to_json(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

std::optional<double> optional_from_json(const json& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

json to_json(const search::Statistics& s) {
  return {s.nodes,        s.iterations,        s.effort,
          s.points,       s.pruned_by_bound,   s.pruned_by_interval,
          s.leaves,       s.doubtful,          s.unstable_neurons,
          s.patterns,     s.heuristic_seconds, s.tightening_seconds,
          s.tree_seconds, s.pattern_seconds};
}

search::Statistics statistics_from_json(const json& list) {
  search::Statistics s;
  std::size_t i = 0;
  for (std::int64_t* count :
       {&s.nodes, &s.iterations, &s.effort, &s.points, &s.pruned_by_bound, &s.pruned_by_interval,
        &s.leaves, &s.doubtful, &s.unstable_neurons, &s.patterns}) {
    *count = list.at(i++).get<std::int64_t>();
  }
  for (double* seconds :
       {&s.heuristic_seconds, &s.tightening_seconds, &s.tree_seconds, &s.pattern_seconds}) {
    *seconds = list.at(i++).get<double>();
  }
  return s;
}

std::string dump(const json& document) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(document);
  return {bytes.begin(), bytes.end()};
}

/// What `read` makes of the document; whatever it throws means foreign bytes.
template <class Read>
auto load(const std::string& bytes, const Read& read)
    -> Expected<decltype(read(std::declval<json>()))> {
  try {
    return read(json::from_cbor(bytes));
  } catch (const json::exception& problem) {
    return failure("an answer arrived damaged: {}", problem.what());
  }
}

}  // namespace

std::string to_bytes(const ClosestAnswer& a) {
  return dump({{"status", static_cast<int>(a.status)},
               {"target", a.target},
               {"distance", optional_to_json(a.distance)},
               {"bound", a.bound},
               {"lead", a.lead},
               {"lead_bound", a.lead_bound},
               {"float32", a.float32},
               {"nodes", a.nodes},
               {"seconds", a.seconds},
               {"bound_seconds", a.bound_seconds},
               {"verified", a.verified},
               {"all_zero", a.all_zero},
               {"image", pixels_to_json(a.image)},
               {"proof", a.proof},
               {"linearised", optional_to_json(a.linearised)},
               {"linearised_bound", optional_to_json(a.linearised_bound)},
               {"note", a.note},
               {"statistics", to_json(a.statistics)}});
}

std::string to_bytes(const Excitation& e) {
  return dump({{"status", static_cast<int>(e.status)},
               {"activation", e.activation},
               {"bound", e.bound},
               {"nodes", e.nodes},
               {"seconds", e.seconds},
               {"image", pixels_to_json(e.image)},
               {"proof", e.proof},
               {"note", e.note}});
}

Expected<ClosestAnswer> closest_from_bytes(const std::string& bytes) {
  return load(bytes, [](const json& d) {
    ClosestAnswer a;
    a.status = static_cast<AnswerStatus>(d.at("status").get<int>());
    a.target = d.at("target").get<int>();
    a.distance = optional_from_json(d.at("distance"));
    a.bound = d.at("bound").get<double>();
    a.lead = d.at("lead").get<double>();
    a.lead_bound = d.at("lead_bound").get<double>();
    a.float32 = d.at("float32").get<bool>();
    a.nodes = d.at("nodes").get<std::int64_t>();
    a.seconds = d.at("seconds").get<double>();
    a.bound_seconds = d.at("bound_seconds").get<double>();
    a.verified = d.at("verified").get<bool>();
    a.all_zero = d.at("all_zero").get<bool>();
    a.image = pixels_from_json(d.at("image"));
    a.proof = d.at("proof").get<std::string>();
    a.linearised = optional_from_json(d.at("linearised"));
    a.linearised_bound = optional_from_json(d.at("linearised_bound"));
    a.note = d.at("note").get<std::string>();
    a.statistics = statistics_from_json(d.at("statistics"));
    return a;
  });
}

Expected<Excitation> excitation_from_bytes(const std::string& bytes) {
  return load(bytes, [](const json& d) {
    Excitation e;
    e.status = static_cast<AnswerStatus>(d.at("status").get<int>());
    e.activation = d.at("activation").get<double>();
    e.bound = d.at("bound").get<double>();
    e.nodes = d.at("nodes").get<std::int64_t>();
    e.seconds = d.at("seconds").get<double>();
    e.image = pixels_from_json(d.at("image"));
    e.proof = d.at("proof").get<std::string>();
    e.note = d.at("note").get<std::string>();
    return e;
  });
}

}  // namespace brink
