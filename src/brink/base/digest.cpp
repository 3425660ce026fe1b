#include "brink/base/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace brink {

namespace {

std::string digest(const EVP_MD* method, std::span<const unsigned char> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), value.data(), &size, method, nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", value[i]);
  return hex;
}

}  // namespace

std::string sha256(std::span<const unsigned char> bytes) {
  return digest(EVP_sha256(), bytes);
}
std::string md5(std::span<const unsigned char> bytes) {
  return digest(EVP_md5(), bytes);
}

std::string short_digest(const Eigen::VectorXd& numbers) {
  const std::span<const double> all(numbers.data(), static_cast<std::size_t>(numbers.size()));
  const auto bytes = std::as_bytes(all);
  return sha256({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}).substr(0, 16);
}
std::string short_digest(const Box& box) {
  Eigen::VectorXd both(2 * box.size());
  both << box.lower, box.upper;
  return short_digest(both);
}

}  // namespace brink
