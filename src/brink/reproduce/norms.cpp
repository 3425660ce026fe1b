// The networks (Z1, K1) and the tables of the four distances: Z4, Z5, Z6.
#include "brink/ask/closest_summary.h"
#include "brink/reproduce/published.h"
#include "brink/reproduce/tables.h"

namespace brink {

namespace {

const char* const kL2Note =
    "Published: the column obj of the L2 rows cannot be an L2 distance, for it exceeds the L1 "
    "optimum "
    "of the same images (and sum d_j^2 <= sum |d_j| for changes of at most 1); it looks like the "
    "L1 "
    "length of the L2-optimal change. Ours are L2 distances.";

/// What the papers' question comes to for one norm: by the search, or by the exact model.
Expected<ClosestSummary> summary_of(Lab& lab, const NamedNetwork& network, Norm norm,
                                    std::optional<int> breakpoints, bool search) {
  ClosestQuestion question = lab.question(network, norm);
  question.breakpoints = breakpoints;
  const Engine engine = search ? lab.search_engine(300) : lab.model_engine("exact", 300);
  const auto rows = lab.answers(network, question, engine);
  if (!rows) return tl::unexpected(rows.error());
  return summarise(*rows);
}

std::vector<std::string> cells_of(const ClosestSummary& s, bool linearised, bool search) {
  const double n = std::max(1, s.searched);
  std::vector<std::string> cells = {fixed(s.distance, 3),
                                    linearised ? fixed(100 * s.bound_gap, 2) : "",
                                    fixed(100 * s.solved / n, 0),
                                    s.gap ? fixed(100 * *s.gap, 2) : "",
                                    fixed(s.nodes, 0),
                                    fixed(s.seconds, 2)};
  if (search) {
    cells.push_back(fixed(s.median, 3));
    cells.push_back(fixed(s.longest, 1));
  }
  return cells;
}

const std::vector<std::string> kColumns = {"obj", "bound_gap", "solved", "gap", "nodes", "time"};

TextTable empty_table(const Lab& lab, const std::string& title) {
  TextTable table;
  table.title = title;
  table.columns = {"dnn", "norm", "breakpoints"};
  for (const std::string& column : kColumns) table.columns.push_back("published " + column);
  if (lab.options().models) {
    for (const std::string& column : kColumns) table.columns.push_back("model " + column);
  }
  if (lab.options().search) {
    for (const std::string& column : kColumns) table.columns.push_back("search " + column);
    table.columns.emplace_back("search median");
    table.columns.emplace_back("search max");
  }
  table.notes.push_back(
      fmt::format("Ours: {} images a network, limit {} s an image; obj is the mean distance of the "
                  "images found, "
                  "bound_gap the mean of linearised over true L2 distance, minus 1, in %.",
                  lab.options().images, lab.options().time_limit.value_or(300)));
  return table;
}

struct RowOf {
  std::string dnn;
  Norm norm = Norm::l1;
  std::optional<int> breakpoints;
  std::vector<std::string> published;  ///< as kColumns; all empty: there is none
};

Expected<std::vector<std::string>> norm_row(Lab& lab, const RowOf& row) {
  const auto network = lab.network(row.dnn);
  if (!network) return tl::unexpected(network.error());
  std::vector<std::string> cells = {row.dnn, std::string(name(row.norm)),
                                    row.breakpoints ? fmt::format("{}", *row.breakpoints)
                                                    : (row.norm == Norm::l2 ? "true L2" : "")};
  cells.insert(cells.end(), row.published.begin(), row.published.end());
  for (const bool search : {false, true}) {
    if (search ? !lab.options().search : !lab.options().models) continue;
    if (!search && row.norm == Norm::l2 && !row.breakpoints) {
      cells.insert(cells.end(), kColumns.size(), "");  // the papers' model is a linearisation
      continue;
    }
    const auto summary = summary_of(lab, *network, row.norm, row.breakpoints, search);
    if (!summary) return tl::unexpected(summary.error());
    const auto more = cells_of(*summary, row.breakpoints.has_value(), search);
    cells.insert(cells.end(), more.begin(), more.end());
  }
  return cells;
}

Expected<TextTable> norm_table(Lab& lab, const std::string& title, const std::vector<RowOf>& rows) {
  TextTable table = empty_table(lab, title);
  for (const RowOf& row : rows) {
    if (!lab.wants(row.dnn)) continue;
    auto cells = norm_row(lab, row);
    if (!cells) return tl::unexpected(cells.error());
    table.rows.push_back(std::move(*cells));
  }
  return table;
}

/// The published rows of some norms, then ours of the networks that have no published row.
std::vector<RowOf> rows_of(const std::vector<Norm>& norms) {
  const CsvTable theirs = published("z4_z5_norms_exact_bounds");
  std::vector<RowOf> rows;
  for (const Norm norm : norms) {
    for (int r = 0; r < theirs.rows(); ++r) {
      if (theirs.text(r, "norm") != name(norm)) continue;
      RowOf row{theirs.text(r, "dnn"), norm, {}, {}};
      if (norm == Norm::l2) row.breakpoints = std::stoi(theirs.text(r, "breakpoints"));
      for (const std::string& column : kColumns) row.published.push_back(theirs.text(r, column));
      rows.push_back(std::move(row));
    }
    const std::vector<std::string> none(kColumns.size());
    if (norm == Norm::l2) {
      for (const char* dnn : {"DNN1", "DNN2", "DNN3", "DNN4"})
        rows.push_back({dnn, norm, {}, none});
    }
    rows.push_back({"DNN5", norm, {}, none});
  }
  return rows;
}

}  // namespace

Expected<TextTable> table_z1(Lab& lab) {
  const CsvTable theirs = published("z1_k1_networks");
  TextTable table;
  table.title = "Z1, K1: the networks";
  table.columns = {"dnn", "hidden layers", "published accuracy %", "our accuracy %"};
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  for (int r = 0; r < theirs.rows(); ++r) {
    const std::string dnn = theirs.text(r, "dnn");
    if (!lab.wants(dnn)) continue;
    const auto network = lab.network(dnn);
    if (!network) return tl::unexpected(network.error());
    const auto right = accuracy(lab.session(), *network, *test);
    if (!right) return tl::unexpected(right.error());
    table.rows.push_back(
        {dnn, theirs.text(r, "hidden"), theirs.text(r, "accuracy_z"), fixed(100 * *right, 2)});
  }
  return table;
}

Expected<TextTable> table_z4(Lab& lab) {
  return norm_table(lab, "Z4: closest L0 and L1 examples, exact bounds",
                    rows_of({Norm::l0, Norm::l1}));
}

Expected<TextTable> table_z5(Lab& lab) {
  auto table = norm_table(lab, "Z5: closest L2 (5 breakpoints, and true) and Linf examples",
                          rows_of({Norm::l2, Norm::linf}));
  if (table) table->notes.emplace_back(kL2Note);
  return table;
}

Expected<TextTable> table_z6(Lab& lab) {
  const CsvTable theirs = published("z6_l2_breakpoints");
  std::vector<RowOf> rows;
  for (int r = 0; r < theirs.rows(); ++r) {
    RowOf row{theirs.text(r, "dnn"), Norm::l2, std::stoi(theirs.text(r, "breakpoints")), {}};
    for (const std::string& column : kColumns) row.published.push_back(theirs.text(r, column));
    rows.push_back(std::move(row));
  }
  auto table = norm_table(lab, "Z6: closest L2 examples by the number of breakpoints", rows);
  if (table) table->notes.emplace_back(kL2Note);
  return table;
}

}  // namespace brink
