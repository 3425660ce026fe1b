// NumPy's .npz: a zip archive of .npy arrays, by name.
//
// Reads what numpy.savez and numpy.savez_compressed write; numpy.load reads what is written here.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "brink/base/error.h"
#include "brink/data/npy.h"

namespace brink {

/// Arrays by name, without the ".npy".
using Npz = std::map<std::string, NpyArray>;

/// Errors name the file and array, and what is wrong: no archive, a damaged one, an array that
/// decode_npy refuses.
Expected<Npz> read_npz(const std::filesystem::path& path);

/// Deflated; equal arrays give equal bytes. The file appears only when it is complete.
Expected<void> write_npz(const std::filesystem::path& path, const Npz& arrays);

/// The array `name`, or an error that names `path` and the arrays that are there.
Expected<const NpyArray*> find_array(const Npz& arrays, const std::string& name,
                                     const std::filesystem::path& path);

}  // namespace brink
