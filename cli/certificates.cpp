#include "certificates.h"

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/io/layers_file.h"
#include "streams.h"

namespace brink::cli {

namespace fs = std::filesystem;

Expected<Certificates> Certificates::into(const fs::path& path, std::size_t count,
                                          const TypedOptions& options,
                                          const LoadedNetwork& loaded) {
  Certificates made;
  if (path.empty()) return made;
  std::error_code ignored;
  made.path_ = path;
  made.folder_ = count > 1 || path.filename().empty() || fs::is_directory(path, ignored);
  if (auto ok = made.folder_ ? check_folder(path) : check_writable(path); !ok) {
    return tl::unexpected(ok.error());
  }
  if (made.folder_) fs::create_directories(path, ignored);
  const bool as_in_file = options.mean.empty() && options.output_name.empty() &&
                          loaded.in_file == loaded.network.output && loaded.graph != nullptr;
  if (as_in_file && is_plain_chain(*loaded.graph)) {
    const auto bytes = read_file(options.network);
    if (!bytes) return tl::unexpected(bytes.error());
    made.network_ = "onnx " + sha256(*bytes);
    return made;
  }
  const std::string text = layers_text(loaded.network);
  const fs::path file = made.folder_ ? path / "network.layers" : fs::path(path.string() + ".layers");
  if (auto ok = write_file(file, text); !ok) return tl::unexpected(ok.error());
  note("brink: certificates speak of {}: the network's layers as brink has them, since {} is no "
       "plain chain of layers",
       file.string(), options.network.string());
  made.network_ = "layers " + sha256(text);
  return made;
}

CertificateOptions Certificates::of_image(int image) const {
  CertificateOptions options = of(fmt::format("image-{}", image));
  options.index = image;
  return options;
}

CertificateOptions Certificates::of(const std::string& name) const {
  return {folder_ ? path_ / (name + ".cert") : path_, network_, std::nullopt};
}

}  // namespace brink::cli
