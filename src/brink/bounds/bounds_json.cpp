// Bounds on disk: JSON with all digits, read back with suspicion.
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "brink/base/files.h"
#include "brink/bounds/bounds.h"

namespace brink {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;

std::vector<double> to_list(const Eigen::VectorXd& values) {
  return {values.data(), values.data() + values.size()};
}

/// A box of equal sides is written as two numbers.
json box_to_json(const Box& box) {
  const bool uniform = box.size() > 0 && (box.lower.array() == box.lower(0)).all() &&
                       (box.upper.array() == box.upper(0)).all();
  if (uniform) return {{"size", box.size()}, {"low", box.lower(0)}, {"high", box.upper(0)}};
  return {{"size", box.size()}, {"low", to_list(box.lower)}, {"high", to_list(box.upper)}};
}

Eigen::VectorXd side_from_json(const json& side, Eigen::Index size) {
  if (side.is_number()) return Eigen::VectorXd::Constant(size, side.get<double>());
  const auto values = side.get<std::vector<double>>();
  if (static_cast<Eigen::Index>(values.size()) != size) throw std::runtime_error("box size");
  return Eigen::Map<const Eigen::VectorXd>(values.data(), size);
}

BoundSource source_from_name(const std::string& text) {
  for (const BoundSource source : {BoundSource::interval, BoundSource::symbolic, BoundSource::lp,
                                   BoundSource::stopped, BoundSource::exact}) {
    if (name(source) == text) return source;
  }
  throw std::runtime_error(fmt::format("unknown source '{}'", text));
}

NeuronBounds neuron_from_json(const json& entry) {
  NeuronBounds bounds{entry.at("lower").get<double>(), entry.at("upper").get<double>(),
                      source_from_name(entry.at("lower_source").get<std::string>()),
                      source_from_name(entry.at("upper_source").get<std::string>())};
  if (!std::isfinite(bounds.lower) || !std::isfinite(bounds.upper) || bounds.lower > bounds.upper) {
    throw std::runtime_error("a neuron's bounds are crossed or not finite");
  }
  return bounds;
}

Bounds from_json(const json& document) {
  if (document.at("brink_bounds").get<int>() != kVersion) {
    throw std::runtime_error("another version of the format");
  }
  Bounds bounds;
  bounds.network = document.at("network").get<std::string>();
  bounds.method = document.at("method").get<std::string>();
  bounds.t_pre = document.at("t_pre").get<double>();
  const json& box = document.at("box");
  const auto size = box.at("size").get<Eigen::Index>();
  if (size < 1) throw std::runtime_error("the box has no inputs");
  bounds.box = {side_from_json(box.at("low"), size), side_from_json(box.at("high"), size)};
  if ((bounds.box.lower.array() > bounds.box.upper.array()).any()) {
    throw std::runtime_error("the box has crossed sides");
  }
  for (const json& layer : document.at("layers")) {
    bounds.layers.emplace_back();
    for (const json& entry : layer) bounds.layers.back().push_back(neuron_from_json(entry));
  }
  return bounds;
}

}  // namespace

Expected<void> save_bounds(const Bounds& bounds, const std::filesystem::path& path) {
  json layers = json::array();
  for (const auto& layer : bounds.layers) {
    json entries = json::array();
    for (const NeuronBounds& b : layer) {
      entries.push_back({{"lower", b.lower},
                         {"upper", b.upper},
                         {"lower_source", std::string(name(b.lower_source))},
                         {"upper_source", std::string(name(b.upper_source))}});
    }
    layers.push_back(std::move(entries));
  }
  const json document = {{"brink_bounds", kVersion},       {"network", bounds.network},
                         {"method", bounds.method},        {"t_pre", bounds.t_pre},
                         {"box", box_to_json(bounds.box)}, {"layers", layers}};
  return write_file(path, document.dump(1) + "\n");
}

Expected<Bounds> load_bounds(const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  try {
    return from_json(json::parse(*text));
  } catch (const std::exception& problem) {
    return bad_request("'{}' is not a bounds file of brink ({}); write one with brink bounds",
                       path.string(), problem.what());
  }
}

Expected<Bounds> load_bounds_for(const Network& network, const Box& box,
                                 const std::filesystem::path& path) {
  auto bounds = load_bounds(path);
  if (!bounds) return bounds;
  bool fits = static_cast<int>(bounds->layers.size()) == network.depth() &&
              bounds->box.size() == network.input_size() &&
              bounds->network == content_hash(network);
  for (int k = 1; fits && k <= network.depth(); ++k) {
    fits = static_cast<Eigen::Index>(bounds->layers[static_cast<std::size_t>(k - 1)].size()) ==
           network.width(k);
  }
  if (!fits) {
    return bad_request(
        "'{}' holds the bounds of another network; make them again with brink bounds",
        path.string());
  }
  if (!bounds->box.contains(box.lower) || !bounds->box.contains(box.upper)) {
    return bad_request(
        "'{}' holds for a smaller box than the one asked for; make them again with "
        "brink bounds --box",
        path.string());
  }
  return bounds;
}

}  // namespace brink
