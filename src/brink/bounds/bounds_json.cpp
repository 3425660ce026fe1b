// Bounds on disk: JSON with all digits, read back with suspicion.
//
//     {"brink_bounds": 1, "checksum": SHA-256, "network": content hash, "method": "exact",
//      "solver": "cbc" (only where a MIP solver's programs proved bounds), "t_pre": seconds,
//      "box": {"size": n_0, "low": number or list, "high": number or list},
//      "layers": [[{"lower": L, "upper": U, "lower_source": "exact", "upper_source": "lp"}, ...]]}
//
// Numbers are written with the fewest digits that read back as the same double. The checksum is of
// the text that the values would be written as, without itself: spaces and the order of keys may
// change, no value may. Files of earlier versions have none.
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/bounds/bounds.h"
#include "brink/bounds/bounds_file.h"

namespace brink {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr Eigen::Index kMostInputs = 4'000'000;  // beyond: a damaged file, not a network

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

double number(const json& object, const char* key) {
  const json& value = object.at(key);
  if (!value.is_number()) throw std::runtime_error(fmt::format("'{}' is not a number", key));
  return value.get<double>();
}

NeuronBounds neuron_from_json(const json& entry) {
  const NeuronBounds bounds{number(entry, "lower"), number(entry, "upper"),
                            source_from_name(entry.at("lower_source").get<std::string>()),
                            source_from_name(entry.at("upper_source").get<std::string>())};
  if (!std::isfinite(bounds.lower) || !std::isfinite(bounds.upper) || bounds.lower > bounds.upper) {
    throw std::runtime_error("a neuron's bounds are crossed or not finite");
  }
  return bounds;
}

Box box_from_json(const json& box) {
  const json& size = box.at("size");
  if (!size.is_number_integer() || size.get<Eigen::Index>() < 1 ||
      size.get<Eigen::Index>() > kMostInputs) {
    throw std::runtime_error("the box's size is not a number of inputs");
  }
  Box result{side_from_json(box.at("low"), size.get<Eigen::Index>()),
             side_from_json(box.at("high"), size.get<Eigen::Index>())};
  if (!result.lower.allFinite() || !result.upper.allFinite() ||
      (result.lower.array() > result.upper.array()).any()) {
    throw std::runtime_error("the box has crossed or infinite sides");
  }
  return result;
}

Bounds from_json(const json& document) {
  if (document.at("brink_bounds") != kVersion) {
    throw std::runtime_error("another version of the format");
  }
  Bounds bounds;
  bounds.network = document.at("network").get<std::string>();
  bounds.method = document.at("method").get<std::string>();
  bounds.solver = document.value("solver", "");
  bounds.t_pre = number(document, "t_pre");
  if (!(bounds.t_pre >= 0)) throw std::runtime_error("t_pre is negative");
  bounds.box = box_from_json(document.at("box"));
  const json& layers = document.at("layers");
  if (!layers.is_array() || layers.empty()) throw std::runtime_error("there are no layers");
  for (const json& layer : layers) {
    if (!layer.is_array() || layer.empty()) throw std::runtime_error("a layer has no neurons");
    std::vector<NeuronBounds> neurons;
    for (const json& entry : layer) neurons.push_back(neuron_from_json(entry));
    bounds.add_layer(neurons);
  }
  return bounds;
}

/// One neuron a line.
std::string layers_text(const Bounds& bounds) {
  std::string text = "[";
  for (int k = 1; k <= bounds.depth(); ++k) {
    text += k == 1 ? "\n" : ",\n";
    for (int j = 0; j < bounds.width(k); ++j) {
      const NeuronBounds b = bounds.at(k, j);
      const nlohmann::ordered_json entry = {{"lower", b.lower},
                                            {"upper", b.upper},
                                            {"lower_source", std::string(name(b.lower_source))},
                                            {"upper_source", std::string(name(b.upper_source))}};
      text += (j == 0 ? " [" : ",\n  ") + entry.dump();
    }
    text += "]";
  }
  return text + "\n]";
}

std::string field(const char* key, const json& value) {
  return fmt::format("\"{}\": {},\n", key, value.dump());
}

/// All but version and checksum.
std::string values_text(const Bounds& bounds) {
  return field("network", bounds.network) + field("method", bounds.method) +
         (bounds.solver.empty() ? "" : field("solver", bounds.solver)) +
         field("t_pre", bounds.t_pre) + field("box", box_to_json(bounds.box)) +
         "\"layers\": " + layers_text(bounds);
}

void check_unchanged(const json& document, const Bounds& bounds) {
  const auto checksum = document.find("checksum");
  if (checksum == document.end() || *checksum == sha256(values_text(bounds))) return;
  throw std::runtime_error("it was changed since: its checksum is another");
}

/// Seen before a number is believed: a box of so many inputs would be made.
bool is_of_other_size(const std::string& text, const Network& network) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("box")) return false;
  const json& box = document.at("box");
  return box.is_object() && box.contains("size") && box.at("size") != network.input_size();
}

bool sizes_fit(const Bounds& bounds, const Network& network) {
  return bounds.neurons() == Neurons(network) && bounds.box.size() == network.input_size();
}

}  // namespace

std::string bounds_text(const Bounds& bounds) {
  const std::string values = values_text(bounds);
  return "{" + field("brink_bounds", kVersion) + field("checksum", sha256(values)) + values + "}\n";
}

bool carries_checksum(const std::filesystem::path& bounds_file) {
  const auto text = read_file(bounds_file);
  if (!text) return false;
  const json document = json::parse(*text, nullptr, false);
  return document.is_object() && document.contains("checksum");
}

Expected<void> save_bounds(const Bounds& bounds, const std::filesystem::path& path) {
  return write_file(path, bounds_text(bounds));
}

Expected<Bounds> parse_bounds(const std::string& text, const std::filesystem::path& path) {
  try {
    const json document = json::parse(text);
    Bounds bounds = from_json(document);
    check_unchanged(document, bounds);
    return bounds;
  } catch (const std::exception& problem) {
    return bad_request("'{}' is not a bounds file of brink ({}); write one with brink bounds",
                       path.string(), problem.what());
  }
}

Expected<Bounds> load_bounds(const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  return parse_bounds(*text, path);
}

Expected<Bounds> load_bounds_for(const Network& network, const Box& box,
                                 const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  if (is_of_other_size(*text, network)) {
    return bad_request(
        "'{}' is for networks of another number of inputs; write one with brink bounds",
        path.string());
  }
  auto bounds = parse_bounds(*text, path);
  if (!bounds) return bounds;
  if (bounds->network != content_hash(network)) {
    return bad_request(
        "'{}' holds the bounds of another network; make them again with brink bounds",
        path.string());
  }
  if (!sizes_fit(*bounds, network)) {
    return bad_request(
        "'{}' has layers or a box of other sizes than its network; make it again "
        "with brink bounds",
        path.string());
  }
  bounds->set_linear(network);
  if (box.size() != network.input_size()) {
    return bad_request("a box of {} inputs was asked for, but the network takes {}", box.size(),
                       network.input_size());
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
