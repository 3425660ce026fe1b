#include "brink/base/running_digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace brink {

struct RunningSha256::Context {
  EVP_MD_CTX* of = EVP_MD_CTX_new();
};

RunningSha256::RunningSha256() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->of, EVP_sha256(), nullptr);
}
RunningSha256::~RunningSha256() {
  EVP_MD_CTX_free(context_->of);
}

void RunningSha256::add(std::string_view bytes) {
  EVP_DigestUpdate(context_->of, bytes.data(), bytes.size());
}

void RunningSha256::add(std::span<const double> numbers) {
  EVP_DigestUpdate(context_->of, numbers.data(), numbers.size_bytes());
}

std::string RunningSha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->of, value.data(), &size);
  std::string result;
  for (unsigned int i = 0; i < size; ++i) result += fmt::format("{:02x}", value[i]);
  return result;
}

}  // namespace brink
