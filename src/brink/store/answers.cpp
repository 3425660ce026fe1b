// Answers into the store and back, number for number.
#include <cmath>
#include <cstring>

#include "brink/store/store.h"

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

/// A network's shape 784-8-8-10 begins with its inputs: SQL of a question's.
constexpr const char* kInputs =
    "(SELECT CAST(shape AS INTEGER) FROM network WHERE hash = question.network)";

/// SQLite has no infinity: a bound that says nothing is NULL or 0.
std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

/// False: no status of an answer.
bool to_status(const std::string& text, AnswerStatus& status) {
  const auto known = row_status(text);
  if (known) status = *known;
  return known.has_value();
}

}  // namespace

Expected<void> Store::put(QuestionId question, const ClosestRow& row) {
  const ClosestAnswer& a = row.answer;
  const std::optional<int> target = a.target < 0 ? std::nullopt : std::optional<int>(a.target);
  return db_.run(
      "INSERT OR REPLACE INTO closest(question, image, label, target, status, distance, bound, "
      "nodes, "
      "seconds, bound_seconds, verified, all_zero, linearised, linearised_bound, proof, note, "
      "found, "
      "run, lead, lead_bound, float32) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      question, row.image, row.label, target, std::string(name(a.status)), a.distance,
      finite(a.bound).value_or(0), a.nodes, a.seconds, a.bound_seconds, a.verified, a.all_zero,
      a.linearised, a.linearised_bound, a.proof, a.note, to_blob(a.image), run_, a.lead,
      finite(a.lead_bound), a.float32);
}

Expected<std::map<int, ClosestRow>> Store::closest(QuestionId question, int first, int last) const {
  std::map<int, ClosestRow> rows;
  std::string damaged;
  const auto read = [&](const SqlRow& r) {
    ClosestRow row;
    row.image = static_cast<int>(r.integer(0));
    row.label = static_cast<int>(r.integer(1));
    ClosestAnswer& a = row.answer;
    a.target = r.null(2) ? -1 : static_cast<int>(r.integer(2));
    bool whole = to_status(r.text(3), a.status);
    a.distance = r.real_or_null(4);
    a.bound = r.real(5);
    a.nodes = r.integer(6);
    a.seconds = r.real(7);
    a.bound_seconds = r.real(8);
    a.verified = r.integer(9) != 0;
    a.all_zero = r.integer(10) != 0;
    a.linearised = r.real_or_null(11);
    a.linearised_bound = r.real_or_null(12);
    a.proof = r.text(13);
    a.note = r.text(14);
    a.lead = r.real(18);
    a.lead_bound = r.real_or_null(19).value_or(a.bound);
    a.float32 = r.integer(20) != 0;
    whole = to_pixels(r.blob(15), r.integer(17), a.image) && whole;
    const auto norm = parse_norm(r.text(16));
    if (!whole || !norm) damaged = fmt::format("image {} of question {}", row.image, question);
    row.norm = norm.value_or(Norm::l1);
    rows[row.image] = std::move(row);
  };
  auto ok = db_.query(
      "SELECT image, label, target, status, distance, bound, nodes, seconds, bound_seconds, "
      "verified, all_zero, linearised, linearised_bound, proof, note, found, "
      "json_extract(options, '$.norm'), " +
          std::string(kInputs) +
          ", lead, lead_bound, float32 FROM closest JOIN question ON id = question "
          "WHERE question = ? AND image BETWEEN ? AND ?",
      read, question, first, last);
  if (!ok) return tl::unexpected(ok.error());
  if (!damaged.empty()) return db_.damaged(damaged);
  return rows;
}

Expected<void> Store::put(QuestionId question, const StoredUnit& unit) {
  const Excitation& e = unit.answer;
  const bool found = e.image.size() > 0;
  const bool error = e.status == AnswerStatus::error;
  return db_.run(
      "INSERT OR REPLACE INTO unit(question, layer, unit, activation, bound, status, nodes, "
      "seconds, "
      "note, found, run, proof) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
      question, unit.layer, unit.unit, found ? finite(e.activation) : std::nullopt,
      error ? std::nullopt : finite(e.bound), std::string(name(e.status)), e.nodes, e.seconds,
      e.note, to_blob(e.image), run_, e.proof);
}

Expected<std::map<std::pair<int, int>, StoredUnit>> Store::units(QuestionId question) const {
  std::map<std::pair<int, int>, StoredUnit> units;
  std::string damaged;
  const auto read = [&](const SqlRow& r) {
    StoredUnit unit;
    unit.layer = static_cast<int>(r.integer(0));
    unit.unit = static_cast<int>(r.integer(1));
    Excitation& e = unit.answer;
    e.activation = r.real(2);
    e.bound = r.real(3);
    bool whole = to_status(r.text(4), e.status);
    e.nodes = r.integer(5);
    e.seconds = r.real(6);
    e.note = r.text(7);
    whole = to_pixels(r.blob(8), r.integer(10), e.image) && whole;
    e.proof = r.text(9);
    if (!whole) damaged = fmt::format("unit {}:{} of question {}", unit.layer, unit.unit, question);
    units[{unit.layer, unit.unit}] = std::move(unit);
  };
  auto ok = db_.query(
      "SELECT layer, unit, activation, bound, status, nodes, seconds, note, found, proof, " +
          std::string(kInputs) + " FROM unit JOIN question ON id = question WHERE question = ?",
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
