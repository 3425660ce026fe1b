// NumPy's .npz: a zip of .npy arrays (libzip).
//
// Written uncompressed, little endian, C order; read also from savez_compressed. Element types:
// float64, float32, int64, int32, uint8; values are held as double (all of these fit for our uses).
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

struct NpzArray {
  enum class Type { float64, float32, int64, int32, uint8 };
  Type type = Type::float64;        ///< in the file
  std::vector<std::size_t> shape;   ///< row-major; empty: a scalar
  std::vector<double> values;       ///< product of shape

  std::size_t count() const;
};

using Npz = std::map<std::string, NpzArray>;  ///< by name, without ".npy"

/// Errors name the file, the array and what is wrong with it.
Expected<Npz> read_npz(const std::filesystem::path& path);

/// Complete or not at all (write_file).
Expected<void> write_npz(const Npz& arrays, const std::filesystem::path& path);

/// The array `name` of that shape rank; an error naming file and array otherwise.
Expected<const NpzArray*> find_array(const Npz& npz, const std::string& name, std::size_t rank,
                                     const std::filesystem::path& path);

}  // namespace brink
