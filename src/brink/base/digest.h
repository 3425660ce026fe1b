// Content hashes: MD5 and SHA-256 in lower-case hexadecimal (OpenSSL).
#pragma once

#include <span>
#include <string>

#include "brink/base/box.h"

namespace brink {

std::string sha256(std::span<const unsigned char> bytes);
std::string md5(std::span<const unsigned char> bytes);
inline std::string sha256(const std::string& text) {
  return sha256({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

/// 16 digits that tell numbers, or boxes, apart bit by bit.
std::string short_digest(const Eigen::VectorXd& numbers);
std::string short_digest(const Box& box);

}  // namespace brink
