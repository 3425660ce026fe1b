// brink supports: which networks and properties `verify` reads, as the VNN-LIB standard asks it.
#include "brink/graph/node.h"
#include "brink/io/onnx.h"
#include "commands.h"

namespace brink::cli {

namespace {

struct Capability {
  const char* name;
  const char* meaning;
  std::vector<std::string> lines;
};

const std::vector<Capability>& capabilities() {
  static const std::vector<Capability> kAll = {
      {"--onnx-operators", "operators of networks", graph::operator_names()},
      {"--onnx-opset-versions", "least and largest operator set", {"1", "28"}},
      {"--onnx-element-types", "types that answers are sound for", {"real"}},
      {"--vnnlib-versions", "least and largest version of properties", {"1.0", "2.0"}},
      {"--hidden-node-theories", "hidden nodes", {"NH"}},
      {"--multiple-input-output-theories", "several inputs and outputs", {"SIO"}},
      {"--multiple-network-theories", "several networks", {"MNET"}},
      {"--multiple-node-comparison-theories", "conditions over several nodes", {"MNC"}},
      {"--arithmetic-complexity-theories", "conditions", {"LIN"}},
      {"--optimised-disjunctive-reasoning", "are disjunctions more than normal form?", {"true"}},
      {"--serialise-assignments", "has verify that option?", {"true"}}};
  return kAll;
}

}  // namespace

void add_supports(CLI::App& app, Common& common, Action& chosen) {
  const auto asked = std::make_shared<std::vector<const Capability*>>();
  CLI::App* sub = add_command(app, common, chosen, "supports",
                              "what verify supports, by the names of the VNN-LIB standard",
                              "brink supports --vnnlib-versions", [asked]() -> Expected<void> {
                                if (asked->empty()) {
                                  return bad_request("name a capability: brink supports --help");
                                }
                                for (const Capability* each : *asked) {
                                  for (const std::string& line : each->lines)
                                    fmt::print("{}\n", line);
                                }
                                return {};
                              });
  for (const Capability& each : capabilities()) {
    sub->add_flag_callback(
        each.name, [asked, &each] { asked->push_back(&each); }, each.meaning);
  }
}

}  // namespace brink::cli
