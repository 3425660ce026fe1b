// brink info: what is in a network's file, and the chain of layers that is made of it.
#include "info.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "brink/base/memory.h"
#include "brink/search/footprint.h"
#include "streams.h"

namespace brink::cli {

namespace {

constexpr double kMega = 1e6;

struct LayerFacts {
  Eigen::Index units = 0, relu = 0;
  bool sparse = false;
  double stored = 0, all = 0;  ///< weights
};

LayerFacts facts_of(const Network& network, int k) {
  const Layer& layer = network.layer(k);
  LayerFacts facts;
  facts.units = layer.bias.size();
  const bool ends_in_relu = k < network.depth() || network.output == OutputKind::relu;
  for (Eigen::Index j = 0; j < facts.units; ++j) {
    facts.relu += ends_in_relu && !layer.is_linear(j) ? 1 : 0;
  }
  facts.sparse = layer.weights.is_sparse();
  facts.stored = static_cast<double>(layer.weights.entries());
  facts.all = static_cast<double>(layer.weights.rows()) * static_cast<double>(layer.weights.cols());
  return facts;
}

struct NetworkFacts {
  std::vector<LayerFacts> layers;
  Eigen::Index relus = 0, linear = 0;  ///< hidden
  std::size_t bytes = 0;               ///< of one search by one thread
};

NetworkFacts facts_of(const Network& network) {
  NetworkFacts facts;
  for (int k = 1; k <= network.depth(); ++k) {
    facts.layers.push_back(facts_of(network, k));
    if (k == network.depth()) break;
    facts.relus += facts.layers.back().relu;
    facts.linear += facts.layers.back().units - facts.layers.back().relu;
  }
  const int others = std::max(1, static_cast<int>(network.output_size()) - 1);
  facts.bytes = search::search_bytes(network, 1, others);
  return facts;
}

/// 12,345
std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = std::ssize(digits) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string value_text(const std::string& name, const std::vector<std::int64_t>& shape) {
  return fmt::format("{}{}[{}]", name, name.empty() ? "" : " ", fmt::join(shape, ", "));
}

std::string operators_text(const FileFacts& file) {
  std::vector<std::string> items;
  for (const auto& [type, count] : file.operators)
    items.push_back(fmt::format("{} {}", count, type));
  std::string result = fmt::format("{}", fmt::join(items, ", "));
  if (file.folded > 0) {
    result += fmt::format(" (and {} on constants alone, folded)", grouped(double(file.folded)));
  }
  return result;
}

std::string classes_text(const FileFacts& file, Eigen::Index outputs) {
  if (file.classes.empty() || std::ssize(file.classes) != outputs) {
    return outputs == 1 ? "one number, no classes" : fmt::format("classes 0 to {}", outputs - 1);
  }
  return fmt::format("classes {}", fmt::join(file.classes, ", "));
}

void print_line(std::string_view head, const std::string& text) {
  fmt::print("{:<11} {}\n", head, printable(text));
}

void print_file(const LoadedNetwork& loaded) {
  const FileFacts& file = loaded.facts;
  const Eigen::Index outputs = loaded.network.output_size();
  print_line("format", file.format);
  print_line("input", fmt::format("{}, {} numbers", value_text(file.input, file.input_shape),
                                  grouped(double(loaded.network.input_size()))));
  print_line("output", fmt::format("{}, {}", value_text(file.output, file.output_shape),
                                   classes_text(file, outputs)));
  if (!file.other_outputs.empty()) {
    print_line("not read", fmt::format("outputs {}", fmt::join(file.other_outputs, ", ")));
  }
  if (!file.operators.empty()) print_line("operators", operators_text(file));
  print_line("parameters", grouped(file.parameters));
  if (loaded.box) {
    print_line("inputs in",
               box_text(*loaded.box, "a minimum and maximum each (--json lists them)"));
  }
  for (const std::string& warning : loaded.warnings) print_line("note", warning);
}

std::string weights_text(const LayerFacts& layer) {
  return layer.sparse ? fmt::format("sparse, {} of {}", grouped(layer.stored), grouped(layer.all))
                      : fmt::format("dense, {}", grouped(layer.all));
}

void print_layers(const Network& network, const NetworkFacts& facts) {
  TextTable table;
  table.columns = {"layer", "units", "relu", "linear", "weights"};
  for (std::size_t k = 0; k < facts.layers.size(); ++k) {
    const LayerFacts& layer = facts.layers[k];
    const bool last = k + 1 == facts.layers.size();
    table.rows.push_back({last ? "output" : fmt::format("{}", k + 1), grouped(double(layer.units)),
                          grouped(double(layer.relu)), grouped(double(layer.units - layer.relu)),
                          weights_text(layer)});
  }
  fmt::print("\nread as a chain of {} layer{}:\n{}", network.depth(),
             network.depth() == 1 ? "" : "s", table.aligned());
  fmt::print("{} hidden ReLUs{}; a search on one thread takes at most {:.0f} MB\n",
             grouped(double(facts.relus)),
             facts.linear == 0
                 ? ""
                 : fmt::format(" and {} linear units, which hand values on to later layers",
                               grouped(double(facts.linear))),
             static_cast<double>(facts.bytes + resident_bytes()) / kMega);
}

}  // namespace

nlohmann::ordered_json network_info(const LoadedNetwork& loaded) {
  using nlohmann::ordered_json;
  const NetworkFacts facts = facts_of(loaded.network);
  const FileFacts& file = loaded.facts;
  const auto name_or_null = [](const std::string& name) {
    return name.empty() ? ordered_json() : ordered_json(name);
  };
  ordered_json operators = ordered_json::object(), layers = ordered_json::array();
  for (const auto& [type, count] : file.operators) operators[type] = count;
  for (const LayerFacts& layer : facts.layers) {
    layers.push_back({{"units", layer.units},
                      {"relu", layer.relu},
                      {"linear", layer.units - layer.relu},
                      {"sparse", layer.sparse},
                      {"weights", static_cast<std::int64_t>(layer.stored)}});
  }
  constexpr const char* kDropped[] = {"", "Softmax", "Sigmoid"};
  ordered_json document = {
      {"format", file.format},
      {"input", {{"name", name_or_null(file.input)}, {"shape", file.input_shape}}},
      {"output", {{"name", name_or_null(file.output)}, {"shape", file.output_shape}}},
      {"other_outputs", file.other_outputs},
      {"operators", operators},
      {"folded_nodes", file.folded},
      {"parameters", static_cast<std::int64_t>(file.parameters)},
      {"classes", file.classes},
      {"dropped", name_or_null(kDropped[static_cast<int>(loaded.dropped)])},
      {"notes", loaded.warnings},
      {"inputs", loaded.network.input_size()},
      {"outputs", loaded.network.output_size()},
      {"ends_in", name(loaded.network.output)},
      {"layers", layers},
      {"hidden_relus", facts.relus},
      {"hidden_linear_units", facts.linear},
      {"search_bytes", facts.bytes + resident_bytes()},
      {"hash", content_hash(loaded.network)}};
  if (loaded.box) {
    const auto list = [](const Eigen::VectorXd& v) {
      return std::vector<double>(v.begin(), v.end());
    };
    document["box"] = {{"lower", list(loaded.box->lower)}, {"upper", list(loaded.box->upper)}};
  }
  return document;
}

namespace {

Expected<void> run_info(const TypedOptions& options, Common common) {
  common.quiet = true;  // notes are part of the answer
  const auto loaded = load_network(options, common);
  if (!loaded) return tl::unexpected(loaded.error());
  if (common.json) {
    print_json(network_info(*loaded), 1);
    return {};
  }
  const NetworkFacts facts = facts_of(loaded->network);
  print_file(*loaded);
  print_layers(loaded->network, facts);
  return {};
}

}  // namespace

void add_info(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<TypedOptions>();
  CLI::App* sub = add_command(
      app, common, chosen, "info", "what is in a network's file, and what is made of it",
      "brink info net.onnx", [options, &common] { return run_info(*options, common); });
  add_network_options(*sub, *options);
}

}  // namespace brink::cli
