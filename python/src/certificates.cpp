// brink.certificate: what a certificate says, unchecked; and brink.solvers.
#include "aside.h"
#include "brink/certificate/summary.h"
#include "brink/io/layers_file.h"
#include "brink/solve/vendor.h"
#include "net.h"

namespace brink::python {

namespace {

nb::dict summary_of(const std::string& path) {
  std::optional<Expected<certificate::Summary>> read;
  Call call;
  call.run(nb::none(), [&] { read = certificate::summarise(path); });
  const certificate::Summary summary = value_or_raise(std::move(*read));
  const certificate::Counts& counts = summary.counts;
  nb::dict result, header;
  result["claim"] = certificate::claim_of(summary);
  result["bytes"] = summary.bytes;
  result["proof_bytes"] = counts.bytes;
  result["regions"] = summary.regions;
  result["nodes"] = counts.nodes;
  result["leaves"] = counts.leaves;
  result["facts"] = counts.facts;
  result["depth"] = counts.depth;
  for (const auto& [key, value] : summary.words) header[key.c_str()] = value;
  result["header"] = header;
  return result;
}

nb::list solvers() {
  std::vector<SolverFacts> found;
  Call call;
  call.run(nb::none(), [&] { found = solver_facts(); });
  nb::list result;
  for (const SolverFacts& facts : found) {
    const bool works = facts.trouble.empty();
    result.append(nb::make_tuple(facts.name, facts.title, works, facts.version,
                                 works ? facts.licence : "", facts.trouble,
                                 facts.library.string()));
  }
  return result;
}

}  // namespace

void add_certificates(nb::module_& m) {
  m.def("certificate_summary", &summary_of, nb::arg("path"));
  m.def("layers_text", [](const Net& net) { return layers_text(net.network()); });
  m.def("solvers", &solvers);
}

}  // namespace brink::python
