// --certificate: files that prove an answer without brink.
#pragma once

#include <memory>

#include "brink/ask/closest.h"
#include "closest_options.h"

namespace brink::cli {

/// Where certificates of a run go, and how they name the network.
class Certificates {
 public:
  Certificates() = default;
  /// `count`: of questions; of several `path` is a folder. A network whose file is no plain chain
  /// is written beside them, layer by layer, and they speak of that.
  static Expected<Certificates> into(const std::filesystem::path& path, std::size_t count,
                                     const TypedOptions& options, const LoadedNetwork& loaded);

  bool wanted() const { return !path_.empty(); }
  CertificateOptions of_image(int image) const;
  /// Of something else than an image.
  CertificateOptions of(const std::string& name) const;

 private:
  std::filesystem::path path_;
  bool folder_ = false;
  std::string network_;
};

}  // namespace brink::cli
