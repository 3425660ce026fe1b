#include "neuron_bytes.h"

#include <nlohmann/json.hpp>

namespace brink {

namespace {

using nlohmann::json;

std::string dump(const json& document) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(document);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string to_bytes(const std::vector<NeuronBounds>& neurons) {
  json list = json::array();
  for (const NeuronBounds& b : neurons) {
    list.push_back(
        {b.lower, b.upper, static_cast<int>(b.lower_source), static_cast<int>(b.upper_source)});
  }
  return dump(list);
}

std::string to_bytes(const Error& error) {
  return dump(error.message);
}

Expected<std::vector<NeuronBounds>> neurons_from_bytes(const std::string& bytes) {
  try {
    const json document = json::from_cbor(bytes);
    if (document.is_string()) return failure("{}", document.get<std::string>());
    std::vector<NeuronBounds> neurons;
    for (const json& b : document) {
      neurons.push_back({b.at(0).get<double>(), b.at(1).get<double>(),
                         static_cast<BoundSource>(b.at(2).get<int>()),
                         static_cast<BoundSource>(b.at(3).get<int>())});
    }
    return neurons;
  } catch (const json::exception& problem) {
    return failure("bounds arrived damaged: {}", problem.what());
  }
}

}  // namespace brink
