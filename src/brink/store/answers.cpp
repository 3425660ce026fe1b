// Answers into the store and back, number for number.
#include <cmath>
#include <cstring>

#include "brink/store/store.h"
#include "columns.h"

namespace brink {

namespace {

std::optional<Blob> to_blob(const Eigen::VectorXd& pixels) {
  if (pixels.size() == 0) return std::nullopt;
  return Blob{std::string(reinterpret_cast<const char*>(pixels.data()),
                          static_cast<std::size_t>(pixels.size()) * sizeof(double))};
}

/// False: not an image of `inputs` pixels, or none.
bool to_pixels(const std::string& bytes, std::int64_t inputs, Eigen::VectorXd& pixels) {
  if (bytes.empty()) return true;
  if (static_cast<std::int64_t>(bytes.size()) != inputs * std::int64_t{sizeof(double)})
    return false;
  pixels.resize(static_cast<Eigen::Index>(inputs));
  std::memcpy(pixels.data(), bytes.data(), bytes.size());
  return true;
}

const Eigen::VectorXd& found_of(const ClosestAnswer& answer) {
  return answer.image;
}
Eigen::VectorXd& found_of(ClosestAnswer& answer) {
  return answer.image;
}
const Eigen::VectorXd& found_of(const CompareAnswer& answer) {
  return answer.input;
}
Eigen::VectorXd& found_of(CompareAnswer& answer) {
  return answer.input;
}

/// A network's shape 784-8-8-10 begins with its inputs: SQL of a question's.
constexpr const char* kInputs =
    "(SELECT CAST(shape AS INTEGER) FROM network WHERE hash = question.network)";

/// "?, ?, ?".
std::string marks(std::size_t count) {
  std::string text = "?";
  while (--count > 0) text += ", ?";
  return text;
}

}  // namespace

template <class Fields, class Row>
Expected<void> Store::put_row(const char* table, const Fields& fields, QuestionId question,
                              const Row& row) {
  std::vector<SqlValue> values{sql(question), sql(row.image), sql(row.label), sql(run_),
                               sql(to_blob(found_of(row.answer)))};
  add_values(values, fields, row.answer);
  return db_.run_list(
      fmt::format("INSERT OR REPLACE INTO {}(question, image, label, run, found{}) VALUES({})",
                  table, column_names(fields), marks(values.size())),
      values);
}

Expected<void> Store::put(QuestionId question, const ClosestRow& row) {
  return put_row("closest", kClosestFields, question, row);
}

Expected<void> Store::put(QuestionId question, const RadiusRow& row) {
  return put_row("radius", kRadiusFields, question, row);
}

Expected<void> Store::put(QuestionId question, const CompareRow& row) {
  return put_row("compare", kCompareFields, question, row);
}

template <class Row, class Fields>
Expected<std::map<int, Row>> Store::image_rows(const char* table, const Fields& fields,
                                               QuestionId question, int first, int last) const {
  std::map<int, Row> rows;
  std::string damaged;
  const auto read = [&](const SqlRow& r) {
    Row row{static_cast<int>(r.integer(0)), static_cast<int>(r.integer(1)), {}};
    int column = 4;
    bool whole = read_columns(r, column, fields, row.answer);
    whole = to_pixels(r.blob(2), r.integer(3), found_of(row.answer)) && whole;
    if (!whole) damaged = fmt::format("image {} of question {}", row.image, question);
    rows[row.image] = std::move(row);
  };
  auto ok = db_.query(fmt::format("SELECT image, label, found, {}{} FROM {} JOIN question ON id = "
                                  "question WHERE question = ? AND image BETWEEN ? AND ?",
                                  kInputs, column_names(fields), table),
                      read, question, first, last);
  if (!ok) return tl::unexpected(ok.error());
  if (!damaged.empty()) return db_.damaged(damaged);
  return rows;
}

Expected<std::map<int, RadiusRow>> Store::radius(QuestionId question, int first, int last) const {
  return image_rows<RadiusRow>("radius", kRadiusFields, question, first, last);
}

Expected<std::map<int, CompareRow>> Store::compare(QuestionId question, int first, int last) const {
  return image_rows<CompareRow>("compare", kCompareFields, question, first, last);
}

Expected<std::map<int, ClosestRow>> Store::closest(QuestionId question, int first, int last) const {
  std::map<int, ClosestRow> rows;
  std::string damaged;
  const auto read = [&](const SqlRow& r) {
    ClosestRow row;
    row.image = static_cast<int>(r.integer(0));
    row.label = static_cast<int>(r.integer(1));
    row.answer.lead_bound = kInfinity;
    int column = 5;
    bool whole = read_columns(r, column, kClosestFields, row.answer);
    if (std::isinf(row.answer.lead_bound)) row.answer.lead_bound = row.answer.bound;
    whole = to_pixels(r.blob(2), r.integer(4), row.answer.image) && whole;
    const auto norm = parse_norm(r.text(3));
    if (!whole || !norm) damaged = fmt::format("image {} of question {}", row.image, question);
    row.norm = norm.value_or(Norm::l1);
    rows[row.image] = std::move(row);
  };
  auto ok = db_.query("SELECT image, label, found, json_extract(options, '$.norm'), " +
                          std::string(kInputs) + column_names(kClosestFields) +
                          " FROM closest JOIN question ON id = question "
                          "WHERE question = ? AND image BETWEEN ? AND ?",
                      read, question, first, last);
  if (!ok) return tl::unexpected(ok.error());
  if (!damaged.empty()) return db_.damaged(damaged);
  return rows;
}

Expected<void> Store::put(QuestionId question, const StoredUnit& unit) {
  Excitation e = unit.answer;
  if (e.image.size() == 0) e.activation = kInfinity;  // which is none
  if (e.status == AnswerStatus::error) e.bound = kInfinity;
  std::vector<SqlValue> values{sql(question), sql(unit.layer), sql(unit.unit), sql(run_),
                               sql(to_blob(e.image))};
  add_values(values, kExcitationFields, e);
  return db_.run_list("INSERT OR REPLACE INTO unit(question, layer, unit, run, found" +
                          column_names(kExcitationFields) + ") VALUES(" + marks(values.size()) +
                          ")",
                      values);
}

Expected<std::map<std::pair<int, int>, StoredUnit>> Store::units(QuestionId question) const {
  std::map<std::pair<int, int>, StoredUnit> units;
  std::string damaged;
  const auto read = [&](const SqlRow& r) {
    StoredUnit unit;
    unit.layer = static_cast<int>(r.integer(0));
    unit.unit = static_cast<int>(r.integer(1));
    int column = 4;
    bool whole = read_columns(r, column, kExcitationFields, unit.answer);
    whole = to_pixels(r.blob(2), r.integer(3), unit.answer.image) && whole;
    if (!whole) damaged = fmt::format("unit {}:{} of question {}", unit.layer, unit.unit, question);
    units[{unit.layer, unit.unit}] = std::move(unit);
  };
  auto ok = db_.query("SELECT layer, unit, found, " + std::string(kInputs) +
                          column_names(kExcitationFields) +
                          " FROM unit JOIN question ON id = question WHERE question = ?",
                      read, question);
  if (!ok) return tl::unexpected(ok.error());
  if (!damaged.empty()) return db_.damaged(damaged);
  return units;
}

Expected<void> Store::put(QuestionId question, const Bounds& bounds, bool complete) {
  return db_.run(
      "INSERT OR REPLACE INTO bounds(question, complete, t_pre, document, run) VALUES(?,?,?,?,?)",
      question, complete, bounds.t_pre, bounds_text(bounds), run_);
}

Expected<std::optional<StoredBounds>> Store::bounds(QuestionId question) const {
  std::optional<std::pair<bool, std::string>> found;
  auto ok = db_.query(
      "SELECT complete, document FROM bounds WHERE question = ?",
      [&](const SqlRow& r) {
        found = {r.integer(0) != 0, r.text(1)};
      },
      question);
  if (!ok) return tl::unexpected(ok.error());
  if (!found) return std::nullopt;
  auto bounds = parse_bounds(found->second, fmt::format("bounds of question {}", question));
  if (!bounds) return db_.damaged(bounds.error().message);
  return StoredBounds{std::move(*bounds), found->first};
}

Expected<void> Store::put_originals(const std::string& data, const std::string& split,
                                    const Dataset& set, const std::vector<int>& images) {
  return db_.transaction([&]() -> Expected<void> {
    for (const int image : images) {
      auto ok = db_.run(
          "INSERT OR IGNORE INTO original(data, split, image, label, rows, columns, pixels) "
          "VALUES(?,?,?,?,?,?,?)",
          data, split, image, set.label(image), set.rows, set.columns * set.channels,
          Blob{set.bytes_of(image)});
      if (!ok) return ok;
    }
    return {};
  });
}

Expected<std::optional<Original>> Store::original(const std::string& data, const std::string& split,
                                                  int image) const {
  std::optional<Original> found;
  auto ok = db_.query(
      "SELECT label, rows, columns, pixels FROM original WHERE data = ? AND split = ? AND image = "
      "?",
      [&](const SqlRow& r) {
        found = Original{static_cast<int>(r.integer(0)), static_cast<int>(r.integer(1)),
                         static_cast<int>(r.integer(2)), r.blob(3)};
      },
      data, split, image);
  if (!ok) return tl::unexpected(ok.error());
  return found;
}

}  // namespace brink
