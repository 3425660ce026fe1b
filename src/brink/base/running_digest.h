// SHA-256 of what comes piece by piece: networks' numbers with all zeros can be gigabytes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace brink {

class RunningSha256 {
 public:
  RunningSha256();
  ~RunningSha256();
  RunningSha256(const RunningSha256&) = delete;
  RunningSha256& operator=(const RunningSha256&) = delete;

  void add(std::string_view bytes);
  void add(std::span<const double> numbers);
  /// Lower-case hexadecimal; ends the digest.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace brink
