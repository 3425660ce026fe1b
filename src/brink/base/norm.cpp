#include "brink/base/norm.h"

#include <cctype>
#include <string>

#include "brink/base/near_word.h"

namespace brink {

std::string_view name(Norm norm) {
  switch (norm) {
    case Norm::l0:
      return "l0";
    case Norm::l1:
      return "l1";
    case Norm::l2:
      return "l2";
    case Norm::linf:
      return "linf";
  }
  return "?";
}

Expected<Norm> parse_norm(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Norm norm : kAllNorms) {
    if (name(norm) == small) return norm;
  }
  if (small == "l_inf" || small == "linfinity" || small == "inf") return Norm::linf;
  return unknown_word("norm", text, {"l0", "l1", "l2", "linf"});
}

double distance(Norm norm, const Eigen::VectorXd& x, const Eigen::VectorXd& origin) {
  const Eigen::VectorXd change = x - origin;
  switch (norm) {
    case Norm::l0:
      return static_cast<double>((x.array() != origin.array()).count());
    case Norm::l1:
      return change.lpNorm<1>();
    case Norm::l2:
      return change.norm();
    case Norm::linf:
      return change.lpNorm<Eigen::Infinity>();
  }
  return 0;
}

}  // namespace brink
