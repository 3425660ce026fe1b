// Fixed layout: all processes run the same program on machines of one kind.
#include "cluster_messages.h"

#include <algorithm>
#include <cstring>

namespace brink::cluster {

namespace {

struct Head {
  int epoch;
  int number;
  int good;
};

}  // namespace

std::string pack(const Note& note) {
  const Head head{note.epoch, note.number, note.good ? 1 : 0};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  return bytes += note.bytes;
}

Note unpack_note(const std::string& bytes) {
  Head head{};
  std::memcpy(&head, bytes.data(), std::min(bytes.size(), sizeof head));
  return {head.epoch, head.number, head.good != 0,
          bytes.size() > sizeof head ? bytes.substr(sizeof head) : std::string()};
}

std::string pack(const Expected<std::string>& outcome) {
  if (outcome) return "+" + *outcome;
  return static_cast<char>('0' + static_cast<int>(outcome.error().kind)) + outcome.error().message;
}

Expected<std::string> unpack_outcome(const std::string& bytes) {
  if (bytes.empty()) return failure("an empty message arrived from rank 0");
  if (bytes[0] == '+') return bytes.substr(1);
  return tl::unexpected(Error{static_cast<Error::Kind>(bytes[0] - '0'), bytes.substr(1)});
}

}  // namespace brink::cluster
