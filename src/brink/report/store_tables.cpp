#include "brink/report/store_tables.h"

#include <map>

#include "brink/report/decimal.h"
#include "brink/report/report_labels.h"
#include "field_text.h"

namespace brink {

namespace {

/// A condition of a WHERE clause and its value; nothing when the filter is empty.
class Where {
 public:
  void add(const std::string& condition, const SqlValue& value) {
    text_ += (text_.empty() ? " WHERE " : " AND ") + condition;
    values_.push_back(value);
  }
  const std::string& text() const { return text_; }
  const std::vector<SqlValue>& values() const { return values_; }

 private:
  std::string text_;
  std::vector<SqlValue> values_;
};

void add_question_filters(Where& where, const StoreFilter& f) {
  if (!f.network.empty()) {
    where.add("(n.name = ?1 OR substr(n.hash, 1, length(?1)) = ?1)", f.network);
  }
  const auto place = [&where] { return fmt::format("?{}", where.values().size() + 1); };
  if (!f.norm.empty()) where.add("json_extract(q.options, '$.norm') = " + place(), f.norm);
  if (!f.engine.empty()) where.add("json_extract(q.options, '$.engine') = " + place(), f.engine);
  if (f.question) where.add("q.id = " + place(), *f.question);
}

void add_answer_filters(Where& where, const StoreFilter& f) {
  const auto place = [&where] { return fmt::format("?{}", where.values().size() + 1); };
  if (!f.status.empty()) where.add("a.status = " + place(), f.status);
  if (f.label) where.add("a.label = " + place(), std::int64_t{*f.label});
}

std::string real(const SqlRow& row, int column, const char* format = "{:.6g}") {
  return row.null(column) ? "" : fmt::format(fmt::runtime(format), row.real(column));
}

using Read = std::function<std::vector<std::string>(const SqlRow&)>;

Expected<TextTable> table_of(const Store& store, std::vector<std::string> columns,
                             const std::string& statement, const Where& where, const Read& read) {
  TextTable table;
  table.columns = std::move(columns);
  auto ok = store.database().query_list(
      statement, where.values(), [&](const SqlRow& row) { table.rows.push_back(read(row)); });
  if (!ok) return tl::unexpected(ok.error());
  return table;
}

/// What each question asks, by its number.
Expected<std::map<std::int64_t, std::string>> summaries(const Store& store) {
  const auto questions = store.questions();
  if (!questions) return tl::unexpected(questions.error());
  std::map<std::int64_t, std::string> all;
  for (const StoredQuestion& q : *questions) {
    all[q.id] = question_summary({q.id, q.kind, 0, q.text, q.options});
  }
  return all;
}

}  // namespace

Expected<TextTable> question_table(const Store& store, const StoreFilter& filter) {
  auto what = summaries(store);
  if (!what) return tl::unexpected(what.error());
  Where where;
  add_question_filters(where, filter);
  const std::string statement =
      "SELECT q.id, n.name, (SELECT count(*) FROM closest c WHERE c.question = "
      "q.id) + "
      "(SELECT count(*) FROM unit u WHERE u.question = q.id) + "
      "(SELECT count(*) FROM radius r WHERE r.question = q.id) + "
      "(SELECT count(*) FROM compare p WHERE p.question = q.id) + "
      "(SELECT count(*) FROM bounds b WHERE b.question = q.id), "
      "(SELECT count(*) FROM closest c WHERE c.question = q.id AND c.status IN "
      "('optimal', 'infeasible', 'gap')) + (SELECT count(*) FROM unit u WHERE u.question = q.id "
      "AND "
      "u.status IN ('optimal', 'gap')) + (SELECT count(*) FROM radius r WHERE r.question = q.id "
      "AND r.status IN ('robust', 'not_robust')) + (SELECT count(*) FROM compare p "
      "WHERE p.question = q.id AND p.status IN ('sat', 'unsat')) + "
      "(SELECT count(*) FROM bounds b WHERE b.question = q.id "
      "AND "
      "b.complete), "
      "(SELECT avg(c.distance) FROM closest c WHERE c.question = q.id), "
      "coalesce((SELECT avg(c.seconds) FROM closest c WHERE c.question = q.id), "
      "(SELECT avg(r.seconds) FROM radius r WHERE r.question = q.id), "
      "(SELECT avg(p.seconds) FROM compare p WHERE p.question = q.id), "
      "(SELECT avg(u.seconds) FROM unit u WHERE u.question = q.id), "
      "(SELECT t_pre FROM bounds b WHERE b.question = q.id)) "
      "FROM question q JOIN network n ON n.hash = q.network" +
      where.text() + " ORDER BY q.id";
  return table_of(
      store, {"question", "network", "what", "answers", "solved", "mean distance", "mean seconds"},
      statement, where, [&what](const SqlRow& row) {
        return std::vector<std::string>{row.text(0),           row.text(1), (*what)[row.integer(0)],
                                        row.text(2),           row.text(3), real(row, 4),
                                        real(row, 5, "{:.3f}")};
      });
}

Expected<TextTable> answer_table(const Store& store, const StoreFilter& filter) {
  Where where;
  add_question_filters(where, filter);
  add_answer_filters(where, filter);
  const std::string statement =
      "SELECT q.id, n.name, json_extract(q.options, '$.data'), json_extract(q.options, '$.split'), "
      "json_extract(q.options, '$.engine'), a.image, a.label, a.target, "
      "json_extract(q.options, '$.norm'), a.status, a.distance, a.bound, a.nodes, a.seconds, "
      "a.bound_seconds, a.verified, a.all_zero FROM closest a JOIN question q ON q.id = a.question "
      "JOIN network n ON n.hash = q.network" +
      where.text() + " ORDER BY q.id, a.image";
  return table_of(
      store,
      {"question", "network", "data", "split", "engine", "image", "label", "target", "norm",
       "status", "distance", "bound", "nodes", "seconds", "bound_seconds", "verified", "all_zero"},
      statement, where, [](const SqlRow& row) {
        std::vector<std::string> fields;
        for (int c = 0; c <= 16; ++c) fields.push_back(row.text(c));
        if (!row.null(10)) fields[10] = decimal_up(row.real(10));
        fields[11] = decimal_down(row.real(11));
        fields[13] = real(row, 13, "{:.3f}");
        fields[14] = real(row, 14, "{:.3f}");
        return fields;
      });
}

namespace {

/// Answers of a table whose columns are fields, behind what `first` says of question and image.
template <class Fields>
Expected<TextTable> field_table(const Store& store, const StoreFilter& filter, const char* name,
                                std::vector<std::string> columns, const std::string& first,
                                const Fields& fields) {
  Where where;
  add_question_filters(where, filter);
  add_answer_filters(where, filter);
  const std::size_t before = columns.size();
  std::string names;
  for_each_field(fields, [&](const auto& field) {
    columns.emplace_back(field.name);
    names += std::string(", a.") + field.name;
  });
  const std::string statement = fmt::format(
      "SELECT {}{} FROM {} a JOIN question q ON q.id = a.question "
      "JOIN network n ON n.hash = q.network{} ORDER BY q.id, a.image",
      first, names, name, where.text());
  return table_of(store, columns, statement, where, [before, &fields](const SqlRow& row) {
    std::vector<std::string> texts;
    for (std::size_t c = 0; c < before; ++c) texts.push_back(row.text(static_cast<int>(c)));
    int column = static_cast<int>(before);
    for_each_field(fields, [&](const auto& field) {
      const bool number =
          field.printed != Printed::as_is && field.printed != Printed::number_or_none;
      texts.push_back(number ? field_text(row.real_or_null(column), field.printed)
                             : row.text(column));
      ++column;
    });
    return texts;
  });
}

}  // namespace

Expected<TextTable> radius_answer_table(const Store& store, const StoreFilter& filter) {
  return field_table(
      store, filter, "radius",
      {"question", "network", "data", "split", "image", "label", "norm", "radius"},
      "q.id, n.name, json_extract(q.options, '$.data'), json_extract(q.options, '$.split'), "
      "a.image, a.label, json_extract(q.options, '$.norm'), json_extract(q.options, '$.radius')",
      kRadiusFields);
}

Expected<TextTable> compare_answer_table(const Store& store, const StoreFilter& filter) {
  auto table = field_table(
      store, filter, "compare",
      {"question", "network", "second", "data", "split", "image", "label", "radius", "largest"},
      "q.id, n.name, (SELECT m.name FROM network m WHERE m.hash = json_extract(q.options, "
      "'$.second')), json_extract(q.options, '$.data'), json_extract(q.options, '$.split'), "
      "a.image, a.label, json_extract(q.options, '$.radius'), "
      "json_extract(q.options, '$.gap') IS NOT NULL",
      kCompareFields);
  if (!table) return table;
  constexpr std::size_t kLargest = 8, kStatus = 9;
  for (std::vector<std::string>& row : table->rows) {
    for (const PropertyVerdict verdict : kVerdicts) {
      if (row[kStatus] != name(verdict)) continue;
      row[kStatus] = compared(verdict, row[kLargest] == "1");
      break;
    }
    row.erase(row.begin() + kLargest);
  }
  table->columns.erase(table->columns.begin() + kLargest);
  return table;
}

Expected<TextTable> unit_answer_table(const Store& store, const StoreFilter& filter) {
  Where where;
  add_question_filters(where, filter);
  if (!filter.status.empty()) {
    where.add(fmt::format("a.status = ?{}", where.values().size() + 1), filter.status);
  }
  const std::string statement =
      "SELECT q.id, n.name, a.layer, a.unit, a.activation, a.bound, a.status, a.nodes, a.seconds, "
      "a.proof "
      "FROM unit a JOIN question q ON q.id = a.question JOIN network n ON n.hash = q.network" +
      where.text() + " ORDER BY q.id, a.layer, a.unit";
  return table_of(store,
                  {"question", "network", "layer", "unit", "activation", "bound", "status", "nodes",
                   "seconds", "proof"},
                  statement, where, [](const SqlRow& row) {
                    std::vector<std::string> fields;
                    for (int c = 0; c <= 9; ++c) fields.push_back(row.text(c));
                    if (!row.null(4)) fields[4] = decimal_down(row.real(4));
                    if (!row.null(5)) fields[5] = decimal_up(row.real(5));
                    fields[8] = real(row, 8, "{:.3f}");
                    return fields;
                  });
}

Expected<TextTable> network_table(const Store& store) {
  const std::string statement =
      "SELECT n.name, n.shape, n.output, substr(n.hash, 1, 12), "
      "(SELECT group_concat(e.data || ' ' || e.split || ' ' || printf('%.2f %%', 100.0 * e.right / "
      "e.count), '; ') FROM evaluation e WHERE e.network = n.hash), "
      "(SELECT p.name FROM descent d JOIN network p ON p.hash = d.parent WHERE d.network = "
      "n.hash), "
      "(SELECT count(*) FROM question q WHERE q.network = n.hash) FROM network n ORDER BY n.rowid";
  return table_of(store,
                  {"network", "shape", "output", "hash", "accuracy", "hardened from", "questions"},
                  statement, {}, [](const SqlRow& row) {
                    std::vector<std::string> fields;
                    for (int c = 0; c <= 6; ++c) fields.push_back(row.text(c));
                    return fields;
                  });
}

Expected<TextTable> run_table(const Store& store) {
  const std::string statement =
      "SELECT r.id, r.started, r.version, r.threads, "
      "(SELECT count(*) FROM closest a WHERE a.run = r.id) + "
      "(SELECT count(*) FROM unit a WHERE a.run = r.id) + "
      "(SELECT count(*) FROM radius a WHERE a.run = r.id) + "
      "(SELECT count(*) FROM compare a WHERE a.run = r.id) + "
      "(SELECT count(*) FROM bounds a WHERE a.run = r.id), r.machine, r.command FROM run r ORDER "
      "BY "
      "r.id";
  return table_of(store, {"run", "started", "version", "threads", "answers", "machine", "command"},
                  statement, {}, [](const SqlRow& row) {
                    std::vector<std::string> fields;
                    for (int c = 0; c <= 6; ++c) fields.push_back(row.text(c));
                    return fields;
                  });
}

}  // namespace brink
