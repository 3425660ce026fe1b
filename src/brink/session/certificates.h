// Where the certificates of a run go, and how they name the network (docs/certificates.md).
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "brink/ask/closest.h"
#include "brink/network/network.h"

namespace brink {

/// A network as certificates name it.
struct CertifiedNetwork {
  std::string name;  ///< "onnx HASH", "layers HASH"
  std::string text;  ///< of a file beside the certificates, which they speak of; empty: none
  std::string ending;
};
/// By its own ONNX file where that is a plain chain, else by the layers that brink makes of it.
/// `onnx`: the bytes of that file; empty: there is none that has the network just as it is asked
/// about, weights and all. `there`: users have the file; else it is written too.
CertifiedNetwork certified_network(const Network& network, const std::string& onnx, bool there);

class Certificates {
 public:
  Certificates() = default;
  /// `count`: of questions; of several `path` is a folder, which is made. `others`: files that are
  /// read or written, none of which it may be.
  static Expected<Certificates> into(const std::filesystem::path& path, std::size_t count,
                                     const CertifiedNetwork& network,
                                     const std::vector<std::filesystem::path>& others);

  bool wanted() const { return !path_.empty(); }
  const std::filesystem::path& path() const { return path_; }
  /// The file of the network that was written; empty: none.
  const std::filesystem::path& network_file() const { return network_file_; }
  CertificateOptions of_image(int image) const;
  CertificateOptions of_unit(int layer, int unit) const;
  /// Of something else.
  CertificateOptions of(const std::string& name) const;

  /// What they took; from any thread.
  struct Tally {
    int files = 0, without = 0;
    certificate::Counts counts;
    double seconds = 0, search_seconds = 0;
  };
  void count(const ClosestAnswer& answer);
  Tally tally() const;

 private:
  struct Counted {
    std::mutex mutex;
    Tally tally;
  };
  std::shared_ptr<Counted> counted_ = std::make_shared<Counted>();
  std::filesystem::path path_, network_file_;
  bool folder_ = false;
  std::string network_;
};

}  // namespace brink
