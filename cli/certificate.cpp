// brink certificate show: what a certificate claims, and what its proof is made of.
#include <nlohmann/json.hpp>

#include "brink/certificate/summary.h"
#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

namespace fs = std::filesystem;

double share(std::int64_t part, std::int64_t of) {
  return of > 0 ? static_cast<double>(part) / static_cast<double>(of) : 0;
}

Expected<void> show(const Common& common, const std::vector<fs::path>& files) {
  nlohmann::ordered_json document = nlohmann::ordered_json::array();
  for (const fs::path& file : files) {
    const auto summary = certificate::summarise(file);
    if (!summary) return tl::unexpected(summary.error());
    const certificate::Counts& counts = summary->counts;
    nlohmann::ordered_json entry{{"file", file.string()},
                                 {"claim", certificate::claim_of(*summary)},
                                 {"bytes", summary->bytes},
                                 {"regions", summary->regions},
                                 {"nodes", counts.nodes},
                                 {"leaves", counts.leaves},
                                 {"facts", counts.facts},
                                 {"depth", counts.depth},
                                 {"bytes_a_node", share(counts.bytes, counts.nodes)}};
    for (const auto& [key, value] : summary->words) entry["header"][key] = value;
    document.push_back(std::move(entry));
    if (common.json) continue;
    fmt::print(
        "{}: claims, not checked here (brink-check does):\n  {}\n  {} bytes, {} of them proof: {} "
        "regions, {} nodes, {} leaves, depth {}, {} facts, {:.0f} bytes a node\n",
        file.string(), certificate::claim_of(*summary), summary->bytes, counts.bytes,
        summary->regions, counts.nodes, counts.leaves, counts.depth, counts.facts,
        share(counts.bytes, counts.nodes));
    for (const auto& [key, value] : summary->words) fmt::print("  {:<9}{}\n", key, value);
  }
  if (common.json) print_json(document, 1);
  return {};
}

}  // namespace

void add_certificate(CLI::App& app, Common& common, Action& chosen) {
  CLI::App* certificates =
      app.add_subcommand("certificate", "files that prove an answer without brink");
  certificates->require_subcommand(1);
  add_example(*certificates, "brink certificate show proof.cert");
  const auto files = std::make_shared<std::vector<fs::path>>();
  CLI::App* command = add_command(
      *certificates, common, chosen, "show", "says what is claimed, and what the proof is made of",
      "brink certificate show proof.cert", [&common, files] { return show(common, *files); });
  command->add_option("FILE", *files, "certificates")->required();
}

}  // namespace brink::cli
