#include "certificates.h"

#include <algorithm>

#include "brink/base/files.h"
#include "streams.h"

namespace brink::cli {

namespace fs = std::filesystem;

bool as_in_file(const TypedOptions& options, const LoadedNetwork& loaded) {
  return loaded.facts.whole && options.mean.empty() && options.output_name.empty() &&
         loaded.in_file == loaded.network.output;
}

Expected<Certificates> certificates_into(const fs::path& path, std::size_t count,
                                         const TypedOptions& options, const LoadedNetwork& loaded,
                                         const std::vector<fs::path>& others) {
  return certificates_into(path, count, options.network, loaded.network, others,
                           as_in_file(options, loaded));
}

Expected<Certificates> certificates_into(const fs::path& path, std::size_t count,
                                         const fs::path& file, const Network& network,
                                         const std::vector<fs::path>& others, bool as_in_file) {
  if (path.empty()) return Certificates();
  std::string onnx;
  if (as_in_file) {
    auto bytes = read_file(file);
    if (!bytes) return tl::unexpected(bytes.error());
    onnx = std::move(*bytes);
  }
  auto made = Certificates::into(path, count, certified_network(network, onnx, true), others);
  if (made && !made->network_file().empty()) {
    note(
        "brink: certificates speak of {}, the layers as brink has them: {} as it is asked about is "
        "no plain chain of layers",
        made->network_file().string(), file.string());
  }
  return made;
}

void tell(const Certificates& certificates, bool quiet) {
  if (!certificates.wanted() || quiet) return;
  const Certificates::Tally tally = certificates.tally();
  const auto nodes = static_cast<double>(std::max<std::int64_t>(1, tally.counts.nodes));
  note(
      "brink: {} certificate{} in {}: {:.2f} s besides {:.2f} s of search, {} nodes, {:.0f} bytes "
      "a node{}",
      tally.files, tally.files == 1 ? "" : "s", certificates.path().string(), tally.seconds,
      tally.search_seconds, tally.counts.nodes, static_cast<double>(tally.counts.bytes) / nodes,
      tally.without == 0 ? "" : fmt::format("; {} images have none", tally.without));
}

}  // namespace brink::cli
