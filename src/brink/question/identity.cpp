#include "brink/question/identity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "brink/base/digest.h"

namespace brink {

namespace {

constexpr std::size_t kPart = 16;

std::string part(std::string_view of) {
  return sha256(std::string(of)).substr(0, kPart);
}

}  // namespace

std::string question_hash(std::string_view network, std::string_view images,
                          const std::string& asked) {
  return part(network) + part(images) + sha256(asked).substr(0, 2 * kPart);
}

std::string of_list(const std::string& question, const std::vector<int>& images) {
  return question.substr(0, 2 * kPart) +
         sha256(fmt::format("{} of {}", question, fmt::join(images, ","))).substr(0, 2 * kPart);
}

bool about_network(std::string_view question, std::string_view network) {
  return question.substr(0, kPart) == part(network);
}

bool about_images(std::string_view question, std::string_view images) {
  return question.size() > kPart && question.substr(kPart, kPart) == part(images);
}

}  // namespace brink
