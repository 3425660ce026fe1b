// Certificates with something changed: none may be accepted that claims more than is true, none may
// crash or hang the checker.
//
//     check_mutants FOLDER COUNT [FIRST]
//
// FOLDER has pairs NAME.cert and NAME.layers or NAME.onnx. Mutant i is made with seed FIRST + i:
// bytes, fields, numbers, signs and lines changed, left out, doubled, exchanged; files cut; headers
// with bodies of others; networks with changed bytes. What is accepted is held against inputs that
// would refute it: the witness of the file, the image, and random ones of the set.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "../../check/proof.h"

namespace {

using namespace check;

struct Case {
  std::string name, kind, network_text, certificate;
  std::optional<Network> network;
  std::vector<Rational> witness;
};

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count) {
  return count == 0 ? 0 : static_cast<std::size_t>(random() % count);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string other_field(const std::string& field, Random& random) {
  static const std::vector<std::string> kWords = {
      "none",   "l0",         "l1",     "l2",  "linf", "any",
      "class",  "shift",      "above",  "lo",  "hi",   "-",
      "+",      "/",          "c",      "i",   "f",    "t",
      "s",      "x",          "p",      "0",   "b",    "~",
      "1",      "2",          "7",      ".1",  ".3",   "end",
      "region", "facts",      "0x1p+3", "1e9", "-1",   "99999999999999999999999999",
      "1e2000", "-0x1p-2000", "0.001"};
  switch (below(random, 6)) {
    case 0:
      return field.starts_with('-') ? field.substr(1) : "-" + field;
    case 1: {  // another digit
      std::string result = field;
      std::vector<std::size_t> digits;
      for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] >= '0' && field[i] <= '9') digits.push_back(i);
      }
      if (!digits.empty()) {
        result[digits[below(random, digits.size())]] = static_cast<char>('0' + below(random, 10));
      }
      return result;
    }
    case 2:
      return kWords[below(random, kWords.size())];
    case 3:
      return field + static_cast<char>('0' + below(random, 10));
    case 4:
      return field + " " + field;
    default:
      return std::to_string(static_cast<long>(below(random, 64)) - 16);
  }
}

std::string with_field(const std::string& line, Random& random) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (at <= line.size()) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  const std::size_t which = below(random, fields.size());
  switch (below(random, 4)) {
    case 0:
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(which));
      break;
    case 1:
      std::swap(fields[which], fields[below(random, fields.size())]);
      break;
    default:
      fields[which] = other_field(fields[which], random);
  }
  std::string result;
  for (std::size_t i = 0; i < fields.size(); ++i) result += (i > 0 ? " " : "") + fields[i];
  return result;
}

std::string changed_bytes(std::string text, Random& random) {
  const std::size_t at = below(random, text.size() + 1);
  switch (below(random, 5)) {
    case 0:
      text.resize(at);
      break;
    case 1:
      text.insert(at, 1, static_cast<char>(random()));
      break;
    case 2:
      text.erase(at, 1 + below(random, 8));
      break;
    case 3:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 1 << below(random, 8));
      break;
    default:
      text.insert(at, text.substr(below(random, text.size() + 1), below(random, 40)));
  }
  return text;
}

std::string mutant(const Case& original, const Case& other, Random& random) {
  std::string text = original.certificate;
  for (std::size_t times = 1 + below(random, 2); times > 0; --times) {
    std::vector<std::string> lines = lines_of(text);
    const std::size_t a = below(random, lines.size()), b = below(random, lines.size());
    if (lines.empty()) return text;
    switch (below(random, 9)) {
      case 0:
        text = changed_bytes(std::move(text), random);
        break;
      case 1:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(a));
        text = joined(lines);
        break;
      case 2:
        std::swap(lines[a], lines[b]);
        text = joined(lines);
        break;
      case 3:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(a), lines[b]);
        text = joined(lines);
        break;
      case 4: {  // the header of another, or its body
        const std::vector<std::string> more = lines_of(other.certificate);
        lines.erase(std::find(lines.begin(), lines.end(), "facts"), lines.end());
        lines.insert(lines.end(), std::find(more.begin(), more.end(), "facts"), more.end());
        text = joined(lines);
        break;
      }
      case 5: {  // a header's line more often than its share
        std::string& line = lines[std::min(a % 18, lines.size() - 1)];
        line = with_field(line, random);
        text = joined(lines);
        break;
      }
      default:
        lines[a] = with_field(lines[a], random);
        text = joined(lines);
    }
  }
  return text;
}

std::vector<Rational> pre_activations(const Network& network, std::vector<Rational> x) {
  std::vector<Rational> all;
  for (const Layer& layer : network.layers) {
    std::vector<Rational> next;
    for (int j = 0; j < layer.rows(); ++j) {
      Rational sum(layer.bias(j));
      layer.each(j, [&](int i, const Integer& w) { sum += w * x[static_cast<std::size_t>(i)]; });
      sum /= layer.denominator();
      all.push_back(sum);
      next.push_back(layer.relu(j) ? std::max(sum, Rational(0)) : sum);
    }
    x = std::move(next);
  }
  return all;
}

bool within(const Question& question, const std::vector<Rational>& x,
            const std::vector<Rational>& lower, const std::vector<Rational>& upper) {
  Rational sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (x[j] < lower[j] || x[j] > upper[j]) return false;
    if (!question.radius) continue;
    const Rational w = question.weights.empty() ? Rational(1) : question.weights[j];
    const Rational d = abs(x[j] - question.image[j]) * w;
    if (question.norm == Norm::l0 && d != 0) sum += w;
    if (question.norm == Norm::l1) sum += d;
    if (question.norm == Norm::l2) sum += d * d;
    if (question.norm == Norm::linf) sum = std::max(sum, d);
  }
  if (!question.radius) return true;
  return sum <= (question.norm == Norm::l2 ? Rational(*question.radius * *question.radius)
                                           : *question.radius);
}

bool refutes(const Question& question, const Network& network, const std::vector<Rational>& x) {
  const std::vector<Rational> y = pre_activations(network, x);
  const auto in_set = [&](const Region& region) {
    return region.lower.empty() ? within(question, x, question.lower, question.upper)
                                : within(question, x, region.lower, region.upper);
  };
  for (const Region& region : question.regions) {
    const bool meets = std::all_of(region.rows.begin(), region.rows.end(), [&](const Row& row) {
      Rational sum = 0;
      for (const auto& [n, v] : row.neurons) sum += v * y[static_cast<std::size_t>(n)];
      for (const auto& [i, v] : row.inputs) sum += v * x[static_cast<std::size_t>(i)];
      return sum >= row.rhs;
    });
    if (meets && in_set(region)) return true;
  }
  for (const Claim& claim : question.claims) {
    const Rational& value = y[static_cast<std::size_t>(claim.neuron)];
    if ((claim.upper ? value > claim.value : value < claim.value) &&
        within(question, x, question.lower, question.upper)) {
      return true;
    }
  }
  return false;
}

/// A random input of the set, often at its border.
std::vector<Rational> sample(const Question& question, Random& random) {
  const std::size_t n = question.lower.size();
  const bool ball = question.radius.has_value();
  std::vector<Rational> x(n);
  const std::size_t corner = below(random, 3);
  Rational used = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const Rational share = Rational(static_cast<long>(corner == 0   ? below(random, 257)
                                                      : corner == 1 ? 256 * below(random, 2)
                                                                    : 128 * below(random, 3))) /
                           256;
    x[j] = question.lower[j] + share * (question.upper[j] - question.lower[j]);
    if (!ball) continue;
    const Rational w = question.weights.empty() ? Rational(1) : question.weights[j];
    if (question.norm == Norm::l0) {
      if (used + w > *question.radius || below(random, 2) == 0) {
        x[j] = question.image[j];
      } else {
        used += w;
      }
    }
    const Rational d = abs(x[j] - question.image[j]) * w;
    if (question.norm == Norm::linf) used = std::max(used, d);
    if (question.norm == Norm::l1) used += d;
    if (question.norm == Norm::l2) used += d * d;
  }
  if (ball && question.norm != Norm::l0 && used > 0) {
    Rational factor = *question.radius / used;
    if (question.norm == Norm::l2) {
      factor = Rational(std::sqrt(Rational(*question.radius * *question.radius / used).get_d()) *
                        0.9999999);
    }
    for (std::size_t j = 0; j < n && factor < 1; ++j) {
      x[j] = question.image[j] + factor * (x[j] - question.image[j]);
    }
  }
  return x;
}

bool refuted(const Question& question, const Case& of, Random& random) {
  const Network& network = *of.network;
  if (question.lower.empty()) return false;
  for (const auto* x : {&of.witness, &question.image}) {
    if (!x->empty() && refutes(question, network, *x)) return true;
  }
  for (int i = 0; i < 60; ++i) {
    if (refutes(question, network, sample(question, random))) return true;
  }
  return false;
}

std::string header_of(const std::string& text) {
  return text.substr(0, text.find("\nfacts\n"));
}

/// What main.cpp does with a file; the question, if it has been proven.
std::optional<Question> accepted(const std::string& text, const Case& of) {
  try {
    Lines lines(text.data(), text.data() + text.size());
    const auto [kind, hash] = read_network_line(lines);
    if (kind != of.kind || hash != sha256(of.network_text)) return std::nullopt;
    Question question = read_question(lines, *of.network);
    check_proof(lines, text.data() + text.size(), *of.network, question);
    return question;
  } catch (const std::runtime_error&) {  // Refused, Unreadable
    return std::nullopt;
  }
}

std::vector<Case> read_cases(const std::filesystem::path& folder) {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".cert") continue;
    Case one;
    one.name = entry.path().stem().string();
    one.kind = std::filesystem::exists(folder / (one.name + ".onnx")) ? "onnx" : "layers";
    one.network_text = File((folder / (one.name + "." + one.kind)).string()).text();
    one.certificate = File(entry.path().string()).text();
    one.network = read_network(one.kind, one.network_text);
    cases.push_back(std::move(one));
  }
  std::sort(cases.begin(), cases.end(),
            [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

std::vector<Rational> witness_of(const std::string& text) {
  std::vector<Rational> x;
  const std::size_t at = text.find("\nwitness ");
  if (at == std::string::npos || text.substr(at + 9, 5) == "none\n") return x;
  const std::string line = text.substr(at + 9, text.find('\n', at + 1) - at - 9);
  for (const auto field : fields_of(line)) x.push_back(parse_number(field));
  return x;
}

void read_changed_network(const Case& of, Random& random) {
  std::string text = of.network_text;
  for (std::size_t times = 1 + below(random, 3); times > 0; --times) {
    text = changed_bytes(std::move(text), random);
  }
  try {
    read_network(of.kind, text);
  } catch (const Unreadable&) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Case> cases = argc < 3 ? std::vector<Case>() : read_cases(argv[1]);
  if (cases.empty()) return 2;
  const long count = std::stol(argv[2]), first = argc > 3 ? std::stol(argv[3]) : 1;
  for (Case& one : cases) {
    one.witness = witness_of(one.certificate);
    if (!accepted(one.certificate, one)) {
      std::printf("%s is not accepted as it is\n", one.name.c_str());
      return 1;
    }
  }
  long same = 0, body = 0, header = 0, refused = 0, wrong = 0;
  double slowest = 0;
  for (long i = 0; i < count; ++i) {
    Random random(static_cast<std::uint64_t>(first + i));
    const Case& one = cases[static_cast<std::size_t>(i) % cases.size()];
    const auto start = std::chrono::steady_clock::now();
    if (below(random, 20) == 0) {
      read_changed_network(one, random);
      ++refused;
    } else {
      const std::string text = mutant(one, cases[below(random, cases.size())], random);
      const std::optional<Question> question = accepted(text, one);
      if (!question) {
        ++refused;
      } else if (text == one.certificate) {
        ++same;
      } else {
        ++(header_of(text) == header_of(one.certificate) ? body : header);
        if (refuted(*question, one, random)) {
          ++wrong;
          std::printf("accepted, but false: mutant %ld of %s\n%s\n", first + i, one.name.c_str(),
                      text.c_str());
        }
      }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    slowest = std::max(slowest, took.count());
  }
  std::printf(
      "%ld mutants: %ld refused; accepted: %ld unchanged, %ld with another proof of the same "
      "claim, "
      "%ld with another header; %ld of them false; slowest %.3f s\n",
      count, refused, same, body, header, wrong, slowest);
  return wrong == 0 ? 0 : 1;
}
