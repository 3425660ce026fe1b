#include "brink/property/linear.h"

#include <fmt/format.h>

#include <cmath>

namespace brink {

namespace {

/// Of a file that is read: Decimal::parse.
bool is_readable(double value) {
  return std::isfinite(value) && Decimal::parse(Decimal::of(value).text()).has_value();
}

std::string index_text(Eigen::Index i) {
  return fmt::format("[{}]", i);
}

Expected<void> check_numbers(const Eigen::MatrixXd& numbers, const std::string& name) {
  for (Eigen::Index i = 0; i < numbers.rows(); ++i) {
    for (Eigen::Index j = 0; j < numbers.cols(); ++j) {
      if (is_readable(numbers(i, j))) continue;
      return bad_request("{}{}{} is {}: finite numbers are needed, 0 or of 1e-280 to 1e280 in size",
                         name, index_text(i), numbers.cols() > 1 ? index_text(j) : "",
                         numbers(i, j));
    }
  }
  return {};
}

Expected<void> check_box(const Box& box) {
  if (box.lower.size() != box.upper.size() || box.lower.size() == 0) {
    return bad_request("lower has {} numbers, upper {}: one for each input is needed",
                       box.lower.size(), box.upper.size());
  }
  if (auto ok = check_numbers(box.lower, "lower"); !ok) return ok;
  if (auto ok = check_numbers(box.upper, "upper"); !ok) return ok;
  for (Eigen::Index i = 0; i < box.lower.size(); ++i) {
    if (box.lower(i) <= box.upper(i)) continue;
    return bad_request("lower[{}] {} is above upper[{}] {}", i, box.lower(i), i, box.upper(i));
  }
  return {};
}

Expected<void> check_case(const LinearCase& one, std::size_t number, int outputs) {
  const std::string of = fmt::format("case {}: ", number);
  if (one.a.cols() != outputs) {
    return bad_request("{}A has {} columns, one for each of {} outputs is needed", of, one.a.cols(),
                       outputs);
  }
  if (one.a.rows() != one.b.size()) {
    return bad_request("{}A has {} rows and b {} numbers", of, one.a.rows(), one.b.size());
  }
  if (one.a.rows() == 0) return bad_request("{}A has no rows", of);
  if (auto ok = check_numbers(one.a, of + "A"); !ok) return ok;
  return check_numbers(one.b, of + "b");
}

std::string sum_text(const Query& query, const LinearRow& row) {
  const DeclaredNetwork& network = query.networks.front();
  const int outputs_from = network.outputs.front().first;
  std::string text;
  for (const auto& [number, coefficient] : row.terms) {
    const bool input = number < outputs_from;
    const std::string name =
        fmt::format("{}_{}", input ? 'X' : 'Y', input ? number : number - outputs_from);
    const bool one = coefficient == Decimal(1);
    text += one ? " " + name : fmt::format(" (* {} {})", coefficient.text(), name);
  }
  if (row.terms.empty()) return "0";
  return row.terms.size() == 1 ? text.substr(1) : fmt::format("(+{})", text);
}

std::string row_text(const Query& query, int id) {
  LinearRow row = query.rows[static_cast<std::size_t>(id)];
  if (row.terms.size() == 1 && row.terms.front().second == Decimal(-1)) {
    row.terms.front().second = Decimal(1);
    return fmt::format("({} {} {})", row.strict ? ">" : ">=", sum_text(query, row),
                       (-row.rhs).text());
  }
  return fmt::format("({} {} {})", row.strict ? "<" : "<=", sum_text(query, row), row.rhs.text());
}

}  // namespace

Expected<Query> linear_query(const Box& box, int outputs, const std::vector<LinearCase>& cases) {
  if (auto ok = check_box(box); !ok) return tl::unexpected(ok.error());
  if (cases.empty()) return bad_request("there is no case: one (A, b) or more are needed");
  for (std::size_t c = 0; c < cases.size(); ++c) {
    if (auto ok = check_case(cases[c], c, outputs); !ok) return tl::unexpected(ok.error());
  }
  const int inputs = static_cast<int>(box.size());
  Query query;
  query.networks.push_back({{},
                            {},
                            {},
                            {{"X", "Real", {inputs}, 0, inputs}},
                            {{"Y", "Real", {outputs}, inputs, outputs}}});
  const auto add = [&](std::vector<std::pair<int, Decimal>> terms, const Decimal& rhs) {
    query.rows.push_back({std::move(terms), rhs, false});
    return static_cast<int>(query.rows.size()) - 1;
  };
  for (int i = 0; i < inputs; ++i) {
    query.common.push_back(add({{i, Decimal(-1)}}, -Decimal::of(box.lower(i))));
    query.common.push_back(add({{i, Decimal(1)}}, Decimal::of(box.upper(i))));
  }
  for (const LinearCase& one : cases) {
    Conjunction rows;
    for (Eigen::Index r = 0; r < one.a.rows(); ++r) {
      std::vector<std::pair<int, Decimal>> terms;
      for (int j = 0; j < outputs; ++j) {
        if (one.a(r, j) != 0) terms.emplace_back(inputs + j, Decimal::of(one.a(r, j)));
      }
      rows.push_back(add(std::move(terms), Decimal::of(one.b(r))));
    }
    query.disjuncts.push_back(std::move(rows));
  }
  return query;
}

std::string vnnlib_text(const Query& query) {
  const DeclaredNetwork& network = query.networks.front();
  std::string text;
  for (int i = 0; i < network.inputs.front().count; ++i) {
    text += fmt::format("(declare-const X_{} Real)\n", i);
  }
  for (int j = 0; j < network.outputs.front().count; ++j) {
    text += fmt::format("(declare-const Y_{} Real)\n", j);
  }
  for (const int id : query.common) text += fmt::format("(assert {})\n", row_text(query, id));
  text += "(assert (or";
  for (const Conjunction& conjunction : query.disjuncts) {
    text += "\n  (and";
    for (const int id : conjunction) text += " " + row_text(query, id);
    text += ")";
  }
  return text + "))\n";
}

}  // namespace brink
