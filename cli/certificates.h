// --certificate: files that prove an answer without brink.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "brink/ask/closest.h"
#include "closest_options.h"

namespace brink::cli {

/// Where certificates of a run go, and how they name the network.
class Certificates {
 public:
  Certificates() = default;
  /// `count`: of questions; of several `path` is a folder. A network whose file is no plain chain
  /// is written beside them, layer by layer, and they speak of that. `others`: files that the
  /// command reads or writes, none of which it may be.
  static Expected<Certificates> into(const std::filesystem::path& path, std::size_t count,
                                     const TypedOptions& options, const LoadedNetwork& loaded,
                                     const std::vector<std::filesystem::path>& others);
  /// The same of a network from `file`; `as_in_file`: just as that has it.
  static Expected<Certificates> into(const std::filesystem::path& path, std::size_t count,
                                     const std::filesystem::path& file, const Network& network,
                                     const std::vector<std::filesystem::path>& others,
                                     bool as_in_file = true);

  bool wanted() const { return !path_.empty(); }
  const std::filesystem::path& path() const { return path_; }
  CertificateOptions of_image(int image) const;
  /// Of something else than an image.
  CertificateOptions of(const std::string& name) const;

  /// What they took, in one line on stderr; from any thread.
  void count(const ClosestAnswer& answer);
  void tell(bool quiet) const;

 private:
  Expected<void> name_network(const std::filesystem::path& file, const Network& network,
                              bool as_in_file);

  struct Tally {
    std::mutex mutex;
    int files = 0, without = 0;
    certificate::Counts counts;
    double seconds = 0, search_seconds = 0;
  };
  std::shared_ptr<Tally> tally_ = std::make_shared<Tally>();
  std::filesystem::path path_;
  bool folder_ = false;
  std::string network_;
};

}  // namespace brink::cli
