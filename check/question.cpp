#include "question.h"

#include <algorithm>

namespace check {

namespace {

using Fields = std::vector<std::string_view>;

/// The values of the next line, which begins with `name`; `count` of them, -1: any number.
Fields values(Lines& lines, std::string_view name, long count = 1) {
  Fields fields = fields_of(lines.next());
  if (fields.front() != name) {
    throw Refused("expected '" + std::string(name) + "', not " + quoted(fields.front()));
  }
  fields.erase(fields.begin());
  if (count >= 0 ? fields.size() != static_cast<std::size_t>(count) : fields.empty()) {
    throw Refused("'" + std::string(name) + "' has " + std::to_string(fields.size()) +
                  " values, not " + (count >= 0 ? std::to_string(count) : "1 or more"));
  }
  return fields;
}

std::vector<Rational> numbers(const Fields& fields) {
  std::vector<Rational> result;
  for (const std::string_view field : fields) result.push_back(parse_number(field));
  return result;
}

bool is_none(const Fields& fields) {
  return fields.size() == 1 && fields[0] == "none";
}

/// NUMBER x count or none (empty).
std::vector<Rational> optional_numbers(Lines& lines, std::string_view name, long count) {
  const Fields fields = values(lines, name, -1);
  if (is_none(fields)) return {};
  if (fields.size() != static_cast<std::size_t>(count)) {
    throw Refused("'" + std::string(name) + "' needs " + std::to_string(count) + " numbers");
  }
  return numbers(fields);
}

std::optional<Rational> optional_number(Lines& lines, std::string_view name) {
  const Fields fields = values(lines, name);
  return is_none(fields) ? std::nullopt : std::optional(parse_number(fields[0]));
}

void at_least(const std::optional<Rational>& value, long least, const char* name) {
  if (value && *value < least) {
    throw Refused(std::string(name) + " is below " + std::to_string(least));
  }
}

void read_sides(Lines& lines, long inputs, Question& question) {
  question.lower = numbers(values(lines, "lower", inputs));
  question.upper = numbers(values(lines, "upper", inputs));
}

/// "box LO HI", or lower and upper; a line of the statement about it.
std::string read_box(Lines& lines, long inputs, Question& question) {
  const bool each = !lines.at("box ");
  if (each) {
    read_sides(lines, inputs, question);
  } else {
    const std::vector<Rational> box = numbers(values(lines, "box", 2));
    question.lower.assign(static_cast<std::size_t>(inputs), box[0]);
    question.upper.assign(static_cast<std::size_t>(inputs), box[1]);
  }
  for (std::size_t j = 0; j < question.lower.size(); ++j) {
    if (question.lower[j] > question.upper[j]) {
      throw Refused("the box is empty in input " + std::to_string(j));
    }
  }
  if (each) return "inputs: in the box given";
  return "inputs: from " + shown(question.lower[0]) + " to " + shown(question.upper[0]);
}

struct RationalRow {
  std::vector<std::pair<int, Rational>> neurons, inputs;
  Rational rhs;
};

Region region_of(const std::vector<RationalRow>& rows) {
  Region region;
  const auto common = [&](const Rational& q) {
    mpz_lcm(region.denominator.get_mpz_t(), region.denominator.get_mpz_t(), q.get_den_mpz_t());
    if (mpz_sizeinbase(region.denominator.get_mpz_t(), 2) > 20000) {
      throw Refused("the rows' numbers have too many digits together");
    }
  };
  for (const RationalRow& row : rows) {
    common(row.rhs);
    for (const auto* terms : {&row.neurons, &row.inputs}) {
      for (const auto& term : *terms) common(term.second);
    }
  }
  for (const RationalRow& row : rows) {
    Row whole;
    whole.rhs = over(row.rhs, region.denominator);
    for (const auto& [n, v] : row.neurons) {
      whole.neurons.emplace_back(n, over(v, region.denominator));
    }
    for (const auto& [i, v] : row.inputs) {
      whole.inputs.emplace_back(i, over(v, region.denominator));
    }
    region.rows.push_back(std::move(whole));
  }
  return region;
}

struct Fooling {
  std::vector<int> targets;
  Rational margin;
  std::optional<Rational> floor;
};

/// The regions of classes, numbers of neurons from `first` on.
void add_class_regions(const Fooling& fooling, const Network& network, Question& question) {
  const int classes = network.outputs(), first = network.neurons() - classes;
  for (const int t : fooling.targets) {
    std::vector<RationalRow> rows;
    const auto beat = [&](int j, const Rational& margin) {
      rows.push_back({{{first + t, Rational(1)}, {first + j, Rational(-margin)}}, {}, 0});
    };
    for (int j = 0; j < classes; ++j) {
      if (j == t) continue;
      beat(j, fooling.margin);
      if (!fooling.floor && fooling.margin != 1) beat(j, 1);
    }
    if (fooling.floor) rows.push_back({{{first + t, Rational(1)}}, {}, *fooling.floor});
    question.regions.push_back(region_of(rows));
  }
  if (fooling.floor && *fooling.floor == 0 && network.relu_output) {
    std::vector<RationalRow> rows;
    for (int j = 0; j < classes; ++j) rows.push_back({{{first + j, Rational(-1)}}, {}, 0});
    question.regions.push_back(region_of(rows));
  }
}

/// The line "target", "margin" and "floor"; a line of the statement.
std::string read_target(Lines& lines, const Network& network, Question& question) {
  const Fields target = values(lines, "target", -1);
  const std::string kind(target[0]);
  if (target.size() != (kind == "any" ? 1U : 2U)) throw Refused("target has too few or many words");
  Fooling fooling;
  fooling.margin = parse_number(values(lines, "margin")[0]);
  fooling.floor = optional_number(lines, "floor");
  at_least(fooling.margin, 1, "margin");
  at_least(fooling.floor, 0, "floor");
  const int classes = network.outputs();
  if (kind == "above" || kind == "below") {
    if (classes != 1 || network.relu_output || fooling.margin != 1 || fooling.floor) {
      throw Refused("above and below need one linear output, margin 1 and floor none");
    }
    const Rational threshold = parse_number(target[1]);
    const int sign = kind == "above" ? 1 : -1;
    question.regions = {
        region_of({{{{network.neurons() - 1, Rational(sign)}}, {}, Rational(sign * threshold)}})};
    return "has an output of " + shown(threshold) + " or " + (sign > 0 ? "more" : "less");
  }
  if (!question.label || *question.label >= classes || classes < 2) {
    throw Refused("the network has no class that is the label");
  }
  if (network.relu_output && !fooling.floor) throw Refused("relu outputs need a floor");
  const int label = static_cast<int>(*question.label);
  if (kind == "any") {
    for (int t = 0; t < classes; ++t) fooling.targets.push_back(t);
  } else if (kind == "class") {
    fooling.targets = {static_cast<int>(parse_integer(target[1], 0, classes - 1))};
  } else if (kind == "shift") {
    const long shift = parse_integer(target[1], 0, 1'000'000);
    fooling.targets = {static_cast<int>((label + shift) % classes)};
  } else {
    throw Refused("unknown target " + quoted(kind));
  }
  std::erase(fooling.targets, label);
  if (fooling.targets.empty()) throw Refused("the target is the label itself");
  add_class_regions(fooling, network, question);
  const std::string whom = kind == "any" ? "another class than " + std::to_string(label)
                                         : "class " + std::to_string(fooling.targets[0]);
  return "is taken for " + whom + ": its output at least " + shown(fooling.margin) +
         " times every other" +
         (fooling.floor ? ", and at least " + shown(*fooling.floor) : std::string()) +
         " (ties included)";
}

/// Box, cap and frozen inputs around the image.
void read_reach(Lines& lines, long inputs, Question& question) {
  std::string words = read_box(lines, inputs, question);
  const std::vector<Rational>& image = question.image;
  for (std::size_t j = 0; j < image.size(); ++j) {
    if (image[j] < question.lower[j] || image[j] > question.upper[j]) {
      throw Refused("the image is outside of the box in input " + std::to_string(j));
    }
  }
  if (const auto cap = optional_number(lines, "cap")) {
    at_least(cap, 0, "cap");
    for (std::size_t j = 0; j < image.size(); ++j) {
      question.lower[j] = std::max(question.lower[j], Rational(image[j] - *cap));
      question.upper[j] = std::min(question.upper[j], Rational(image[j] + *cap));
    }
    words += ", each changed by at most " + shown(*cap);
  }
  if (const Fields frozen = values(lines, "frozen", -1); !is_none(frozen)) {
    long next = 0;
    for (const std::string_view field : frozen) {
      const long j = parse_integer(field, next, inputs - 1);
      const auto id = static_cast<std::size_t>(j);
      question.lower[id] = question.upper[id] = image[id];
      next = j + 1;
    }
    words += ", " + std::to_string(frozen.size()) + " of them unchanged";
  }
  question.statement.push_back(words);
}

Rational distance(const Question& question, const std::vector<Rational>& x) {
  Rational sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const Rational weight = question.weights.empty() ? Rational(1) : question.weights[j];
    const Rational change = abs(x[j] - question.image[j]) * weight;
    switch (question.norm) {
      case Norm::l0:
        if (change != 0) sum += weight;
        break;
      case Norm::l2:
        sum += change * change;
        break;
      case Norm::linf:
        sum = std::max(sum, change);
        break;
      case Norm::l1:
      case Norm::none:
        sum += change;
        break;
    }
  }
  return sum;
}

/// Throws Refused if the witness is none; says how far it is.
void check_witness(const Network& network, const std::vector<Rational>& witness,
                   Question& question) {
  if (witness.empty()) return;
  for (std::size_t j = 0; j < witness.size(); ++j) {
    if (witness[j] < question.lower[j] || witness[j] > question.upper[j]) {
      throw Refused("the witness is outside of what is allowed in input " + std::to_string(j));
    }
  }
  const std::vector<Rational> y = network.outputs_at(witness);
  const int first = network.neurons() - network.outputs();
  const auto fools = [&](const Region& region) {
    return std::all_of(region.rows.begin(), region.rows.end(), [&](const Row& row) {
      Rational sum = 0;
      for (const auto& [n, v] : row.neurons) sum += v * y[static_cast<std::size_t>(n - first)];
      return sum >= row.rhs;
    });
  };
  if (std::none_of(question.regions.begin(), question.regions.end(), fools)) {
    throw Refused("the witness does not fool the network");
  }
  const Rational far = distance(question, witness);
  question.statement.push_back("an input that is: at " +
                               std::string(question.norm == Norm::l2 ? "the root of " : "") +
                               shown(far, false) + " or less");
}

void read_closest(Lines& lines, const Network& network, Question& question) {
  const long inputs = network.inputs();
  question.image = numbers(values(lines, "image", inputs));
  const auto whole = [&](std::string_view name) -> std::optional<long> {
    const Fields fields = values(lines, name);
    if (is_none(fields)) return std::nullopt;
    return parse_integer(fields[0], 0, 1L << 40);
  };
  question.index = whole("index");
  question.label = whole("label");
  const std::string norm(values(lines, "norm")[0]);
  constexpr std::pair<std::string_view, Norm> kNorms[] = {
      {"l0", Norm::l0}, {"l1", Norm::l1}, {"l2", Norm::l2}, {"linf", Norm::linf}};
  for (const auto& [name, value] : kNorms) {
    if (name == norm) question.norm = value;
  }
  if (question.norm == Norm::none) throw Refused("unknown norm " + quoted(norm));
  question.radius = optional_number(lines, "radius");
  at_least(question.radius, 0, "radius");
  const std::string fooled = read_target(lines, network, question);
  question.statement.push_back(question.radius
                                   ? "no input within " + shown(*question.radius) + " in " +
                                         (norm == "linf" ? "Linf" : "L" + norm.substr(1)) +
                                         " of the image " + fooled
                                   : "no input " + fooled);
  read_reach(lines, inputs, question);
  question.weights = optional_numbers(lines, "weights", inputs);
  for (const Rational& w : question.weights) {
    if (w <= 0) throw Refused("weights are above 0");
  }
  if (!question.weights.empty()) question.statement.emplace_back("distances: of weighted changes");
  check_witness(network, optional_numbers(lines, "witness", inputs), question);
}

RationalRow read_row(const Fields& fields, const Network& network) {
  RationalRow row;
  row.rhs = parse_number(fields[0]);
  const int first = network.neurons() - network.outputs();
  for (std::size_t f = 1; f < fields.size(); ++f) {
    const std::size_t colon = fields[f].find(':');
    const bool input = fields[f].starts_with('x');
    if (colon == std::string_view::npos || (!input && !fields[f].starts_with('y')) ||
        (input && !row.neurons.empty())) {
      throw Refused("expected xINDEX:NUMBER, then yINDEX:NUMBER, not " + quoted(fields[f]));
    }
    auto& terms = input ? row.inputs : row.neurons;
    const int from = input ? 0 : first;
    const long least = terms.empty() ? 0 : terms.back().first - from + 1;
    const long most = (input ? network.inputs() : network.outputs()) - 1;
    const long index = parse_integer(fields[f].substr(1, colon - 1), least, most);
    terms.emplace_back(from + static_cast<int>(index), parse_number(fields[f].substr(colon + 1)));
  }
  return row;
}

void read_verify(Lines& lines, const Network& network, Question& question) {
  if (network.relu_output) throw Refused("verify needs linear outputs");
  question.property = std::string(values(lines, "property")[0]);
  const long cells = parse_integer(values(lines, "cells")[0], 0, 1'000'000);
  std::vector<Rational> lower, upper;
  for (long i = 0; i < cells; ++i) {
    const long count = parse_integer(values(lines, "cell")[0], 0, 1'000'000);
    read_box(lines, network.inputs(), question);
    std::vector<RationalRow> rows;
    for (long r = 0; r < count; ++r) rows.push_back(read_row(values(lines, "row", -1), network));
    Region region = region_of(rows);
    region.lower = question.lower;
    region.upper = question.upper;
    if (i == 0) {
      lower = question.lower;
      upper = question.upper;
    }
    for (std::size_t j = 0; j < lower.size(); ++j) {
      lower[j] = std::min(lower[j], question.lower[j]);
      upper[j] = std::max(upper[j], question.upper[j]);
    }
    question.regions.push_back(std::move(region));
  }
  question.lower = lower;
  question.upper = upper;
  question.statement.push_back("no input of the " + std::to_string(cells) +
                               " cells' boxes meets their rows");
  question.statement.push_back("property: sha256 " + question.property +
                               ", with which --property compares the cells");
}

void read_bounds(Lines& lines, const Network& network, Question& question) {
  const std::string box = read_box(lines, network.inputs(), question);
  const long count = parse_integer(values(lines, "claims")[0], 0, kMostUnits * 2);
  for (long i = 0; i < count; ++i) {
    const Fields fields = values(lines, "claim", 3);
    Claim claim;
    claim.neuron = static_cast<int>(parse_integer(fields[0], 0, network.neurons() - 1));
    if (fields[1] != "lo" && fields[1] != "hi") throw Refused("a side is lo or hi");
    claim.upper = fields[1] == "hi";
    claim.value = parse_number(fields[2]);
    question.statement.push_back("the pre-activation of " + network.name_of(claim.neuron) +
                                 (claim.upper ? " is at most " : " is at least ") +
                                 shown(claim.value, !claim.upper));
    question.claims.push_back(claim);
  }
  question.statement.push_back(box);
}

}  // namespace

InputSet Question::set() const {
  if (!radius) return {Norm::none, lower, upper, {}, 0, {}};
  return {norm, lower, upper, image, *radius, weights};
}

std::pair<std::string, std::string> read_network_line(Lines& lines) {
  if (lines.next() != "brink-certificate 1") throw Refused("expected 'brink-certificate 1'");
  const Fields fields = values(lines, "network", 2);
  if (fields[0] != "onnx" && fields[0] != "layers") {
    throw Refused("a network is onnx or layers, not " + quoted(fields[0]));
  }
  return {std::string(fields[0]), std::string(fields[1])};
}

Question read_question(Lines& lines, const Network& network) {
  Question question;
  question.kind = std::string(values(lines, "question")[0]);
  const long inputs = parse_integer(values(lines, "inputs")[0], 1, kMostUnits);
  if (inputs != network.inputs()) {
    throw Refused("the certificate is about " + std::to_string(inputs) +
                  " inputs, the network has " + std::to_string(network.inputs()));
  }
  if (question.kind == "closest") {
    read_closest(lines, network, question);
  } else if (question.kind == "verify") {
    read_verify(lines, network, question);
  } else if (question.kind == "bounds") {
    read_bounds(lines, network, question);
  } else {
    throw Refused("unknown question " + quoted(question.kind));
  }
  return question;
}

}  // namespace check
