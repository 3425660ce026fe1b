#include "certificates.h"

#include <algorithm>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/io/layers_file.h"
#include "streams.h"

namespace brink::cli {

namespace fs = std::filesystem;

namespace {

/// A folder where there are several; it is made.
Expected<bool> takes_several(const fs::path& path, std::size_t count,
                             const std::vector<fs::path>& others) {
  std::error_code ignored;
  const bool folder = count > 1 || path.filename().empty() || fs::is_directory(path, ignored);
  if (!folder) {
    const auto ok = check_outputs({path, path.string() + ".layers"}, others);
    return ok ? Expected<bool>(false) : tl::unexpected(ok.error());
  }
  if (auto ok = check_folder(path); !ok) return tl::unexpected(ok.error());
  fs::create_directories(path, ignored);
  return true;
}

}  // namespace

Expected<Certificates> Certificates::into(const fs::path& path, std::size_t count,
                                          const TypedOptions& options, const LoadedNetwork& loaded,
                                          const std::vector<fs::path>& others) {
  const bool as_in_file = options.mean.empty() && options.output_name.empty() &&
                          loaded.in_file == loaded.network.output;
  return into(path, count, options.network, loaded.network, others, as_in_file);
}

Expected<Certificates> Certificates::into(const fs::path& path, std::size_t count,
                                          const fs::path& file, const Network& network,
                                          const std::vector<fs::path>& others, bool as_in_file) {
  Certificates made;
  if (path.empty()) return made;
  const auto folder = takes_several(path, count, others);
  if (!folder) return tl::unexpected(folder.error());
  made.path_ = path;
  made.folder_ = *folder;
  if (auto named = made.name_network(file, network, as_in_file); !named) {
    return tl::unexpected(named.error());
  }
  return made;
}

Expected<void> Certificates::name_network(const fs::path& file, const Network& network,
                                          bool as_in_file) {
  const auto graph = std::dynamic_pointer_cast<const graph::NodeGraph>(network.as_in_file);
  if (as_in_file && graph && is_plain_chain(*graph)) {
    const auto bytes = read_file(file);
    if (!bytes) return tl::unexpected(bytes.error());
    network_ = "onnx " + sha256(*bytes);
    return {};
  }
  const std::string text = layers_text(network);
  const fs::path layers = folder_ ? path_ / "network.layers" : fs::path(path_.string() + ".layers");
  if (auto ok = write_file(layers, text); !ok) return ok;
  note(
      "brink: certificates speak of {}, the layers as brink has them: {} as it is asked about is "
      "no plain chain of layers",
      layers.string(), file.string());
  network_ = "layers " + sha256(text);
  return {};
}

CertificateOptions Certificates::of_image(int image) const {
  CertificateOptions options = of(fmt::format("image-{}", image));
  options.index = image;
  return options;
}

void Certificates::count(const ClosestAnswer& answer) {
  const std::lock_guard lock(tally_->mutex);
  ++(answer.certificate ? tally_->files : tally_->without);
  if (!answer.certificate) return;
  tally_->counts.add(*answer.certificate);
  tally_->seconds += answer.certificate_seconds;
  tally_->search_seconds += answer.seconds;
}

void Certificates::tell(bool quiet) const {
  if (!wanted() || quiet) return;
  const Tally& tally = *tally_;
  const auto nodes = static_cast<double>(std::max<std::int64_t>(1, tally.counts.nodes));
  note(
      "brink: {} certificate{} in {}: {:.2f} s besides {:.2f} s of search, {} nodes, {:.0f} bytes "
      "a node{}",
      tally.files, tally.files == 1 ? "" : "s", path_.string(), tally.seconds, tally.search_seconds,
      tally.counts.nodes, static_cast<double>(tally.counts.bytes) / nodes,
      tally.without == 0 ? "" : fmt::format("; {} images have none", tally.without));
}

CertificateOptions Certificates::of(const std::string& name) const {
  return {folder_ ? path_ / (name + ".cert") : path_, network_, std::nullopt, std::nullopt};
}

}  // namespace brink::cli
