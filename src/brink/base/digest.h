// Content hashes: MD5 and SHA-256 in lower-case hexadecimal (OpenSSL).
#pragma once

#include <span>
#include <string>

namespace brink {

std::string sha256(std::span<const unsigned char> bytes);
std::string md5(std::span<const unsigned char> bytes);
inline std::string sha256(const std::string& text) {
  return sha256({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

}  // namespace brink
