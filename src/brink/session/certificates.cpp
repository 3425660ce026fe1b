#include "brink/session/certificates.h"

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/io/layers_file.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

/// A folder where there are several; it is made.
Expected<bool> takes_several(const fs::path& path, std::size_t count, const std::string& ending,
                             const std::vector<fs::path>& others) {
  std::error_code ignored;
  const bool folder = count > 1 || path.filename().empty() || fs::is_directory(path, ignored);
  if (!folder) {
    std::vector<fs::path> outputs{path};
    if (!ending.empty()) outputs.emplace_back(path.string() + ending);
    const auto ok = check_outputs(outputs, others);
    return ok ? Expected<bool>(false) : tl::unexpected(ok.error());
  }
  if (auto ok = check_folder(path); !ok) return tl::unexpected(ok.error());
  fs::create_directories(path, ignored);
  return true;
}

}  // namespace

CertifiedNetwork certified_network(const Network& network, const std::string& onnx, bool there) {
  const auto graph = std::dynamic_pointer_cast<const graph::NodeGraph>(network.as_in_file);
  if (!onnx.empty() && graph && is_plain_chain(*graph)) {
    const std::string name = "onnx " + sha256(onnx);
    return there ? CertifiedNetwork{name, "", ""} : CertifiedNetwork{name, onnx, ".onnx"};
  }
  std::string text = layers_text(network);
  const std::string name = "layers " + sha256(text);
  return {name, std::move(text), ".layers"};
}

Expected<Certificates> Certificates::into(const fs::path& path, std::size_t count,
                                          const CertifiedNetwork& network,
                                          const std::vector<fs::path>& others) {
  Certificates made;
  if (path.empty()) return made;
  const auto folder = takes_several(path, count, network.ending, others);
  if (!folder) return tl::unexpected(folder.error());
  made.path_ = path;
  made.folder_ = *folder;
  made.network_ = network.name;
  if (network.text.empty()) return made;
  made.network_file_ =
      *folder ? path / ("network" + network.ending) : fs::path(path.string() + network.ending);
  if (auto ok = write_file(made.network_file_, network.text); !ok) {
    return tl::unexpected(ok.error());
  }
  return made;
}

CertificateOptions Certificates::of_image(int image) const {
  CertificateOptions options = of(fmt::format("image-{}", image));
  options.index = image;
  return options;
}

CertificateOptions Certificates::of_unit(int layer, int unit) const {
  return of(fmt::format("unit-{}-{}", layer, unit));
}

CertificateOptions Certificates::of(const std::string& name) const {
  return {folder_ ? path_ / (name + ".cert") : path_, network_, std::nullopt, std::nullopt};
}

void Certificates::count(const ClosestAnswer& answer) {
  const std::lock_guard lock(counted_->mutex);
  Tally& tally = counted_->tally;
  ++(answer.certificate ? tally.files : tally.without);
  if (!answer.certificate) return;
  tally.counts.add(*answer.certificate);
  tally.seconds += answer.certificate_seconds;
  tally.search_seconds += answer.seconds;
}

Certificates::Tally Certificates::tally() const {
  const std::lock_guard lock(counted_->mutex);
  return counted_->tally;
}

}  // namespace brink
