// Small IDX files for the tests, raw or gzip.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "brink/base/files.h"
#include "temporary_folder.h"

namespace brink::testing {

/// The header numbers, big endian, then `size` bytes 0, 1, 2, ...
inline std::string idx_bytes(const std::vector<std::uint32_t>& header, std::size_t size) {
  std::string bytes;
  for (const std::uint32_t number : header) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 255U);
  }
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i & 255U);
  return bytes;
}

/// Two images of 2 x 3 and their two labels.
inline std::string two_images() {
  return idx_bytes({2051, 2, 2, 3}, 12);
}
inline std::string two_labels() {
  return idx_bytes({2049, 2}, 2);
}

inline void write_raw(const std::filesystem::path& path, const std::string& bytes) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  ASSERT_TRUE(write_file(path, bytes));
}

inline void write_gzip(const std::filesystem::path& path, const std::string& bytes) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
            static_cast<int>(bytes.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
}

/// One line that holds all of `parts`.
inline void expect_line(const std::string& message, const std::vector<std::string>& parts) {
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  for (const std::string& part : parts) {
    EXPECT_NE(message.find(part), std::string::npos) << "no '" << part << "' in: " << message;
  }
}

}  // namespace brink::testing
