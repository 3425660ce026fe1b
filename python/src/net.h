// A network as Python holds it, and the functions of this module, a file each.
#pragma once

#include "brink/session/certificates.h"
#include "closest_options.h"
#include "values.h"

namespace brink::python {

struct Net {
  cli::LoadedNetwork loaded;

  const Network& network() const { return loaded.network; }
};

/// What every question has besides its options.
struct Settings {
  int threads = hardware_threads();
  std::uint64_t seed = 0;
  std::string store;               ///< a file; empty: answers are in memory only
  std::string command = "python";  ///< as a store's run knows it
  std::optional<Box> box;          ///< where inputs may lie; empty: the file's, or 0:1

  std::string certificate;   ///< a file or folder; empty: none
  bool several = false;      ///< it is a folder
  std::string onnx;          ///< bytes of the network's ONNX file, if it is just that
  std::string network_file;  ///< where the user has it; empty: nowhere
};

/// Rows of numbers as a set of images, in the shape of the network's input.
Dataset dataset_of(const Net& net, const Matrix& x, const std::vector<int>& labels);
/// Likewise, without a network: of pictures of `rows` x `columns`, or a table.
Dataset dataset_of(const Matrix& x, const std::vector<int>& labels, int rows, int columns,
                   int channels);
/// With `settings` in it.
cli::Common common_of(const Settings& settings, Crew& crew);
/// --box as given here, on the options' own.
Box box_of(const Net& net, const Settings& settings);
/// The store and all limits.
Session session_of(const cli::TypedOptions& options, const Settings& settings, Crew& crew,
                   const std::atomic<bool>* interrupt);

/// Where the certificates go.
Certificates certificates_of(const Net& net, const Settings& settings);
/// Throws if it is no number of seconds above 0.
void check_time_limit(double seconds);

void add_network(nb::module_& module);
void add_questions(nb::module_& module);
void add_bounds(nb::module_& module);
void add_training(nb::module_& module);
void add_store(nb::module_& module);
void add_verify(nb::module_& module);
void add_radius(nb::module_& module);
void add_compare(nb::module_& module);
void add_certificates(nb::module_& module);

}  // namespace brink::python
