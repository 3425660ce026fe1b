#include "brink/certificate/parts.h"

#include <unistd.h>

#include "brink/base/destination.h"
#include "brink/base/exact_text.h"

namespace brink::certificate {

Expected<void> append(const TemporaryFile& part, const TemporaryFile& whole,
                      const std::string& name) {
  std::string buffer(1 << 16, '\0');
  off_t at = 0;
  for (;;) {
    const ssize_t got = pread(part.descriptor(), buffer.data(), buffer.size(), at);
    if (got < 0) return failure("cannot read what was written for '{}'", name);
    if (got == 0) return {};
    at += got;
    auto written =
        write_all(whole.descriptor(), buffer.substr(0, static_cast<std::size_t>(got)), name);
    if (!written) return written;
  }
}

std::string numbers_text(const Eigen::VectorXd& values) {
  std::string text;
  for (const double value : values) text += " " + exact_text(value);
  return text;
}

std::string box_lines(const Box& box) {
  const double low = box.lower(0), high = box.upper(0);
  if ((box.lower.array() == low).all() && (box.upper.array() == high).all()) {
    return fmt::format("box {} {}\n", exact_text(low), exact_text(high));
  }
  return "lower" + numbers_text(box.lower) + "\nupper" + numbers_text(box.upper) + "\n";
}

}  // namespace brink::certificate
