#include "brink/report/report_verdicts.h"

namespace brink {

namespace {

using Places = std::map<QuestionId, int>;

int place_of(const Places& places, QuestionId id) {
  const auto found = places.find(id);
  return found == places.end() ? -1 : found->second;
}

Expected<void> load_radii(const Store& store, const Places& questions, ReportData& data) {
  std::map<int, ReportRadius> by_question;
  auto ok = store.database().query(
      "SELECT question, status, count(*), sum(seconds) FROM radius GROUP BY question, status",
      [&](const SqlRow& row) {
        const int question = place_of(questions, row.integer(0));
        const auto status = parse_robustness(row.text(1));
        if (question < 0 || !status) return;
        ReportRadius& entry = by_question[question];
        entry.question = question;
        entry.counts.resize(kRobustness.size());
        entry.counts[static_cast<std::size_t>(*status)] += static_cast<int>(row.integer(2));
        entry.seconds += row.real(3);
      });
  for (auto& [question, entry] : by_question) data.radii.push_back(std::move(entry));
  return ok;
}

Expected<void> load_comparisons(const Store& store, const Places& questions, ReportData& data) {
  return store.database().query(
      "SELECT question, sum(status = 'unsat'), sum(status = 'sat'), "
      "sum(status NOT IN ('sat', 'unsat')), max(difference), max(bound), count(bound), count(*) "
      "FROM compare GROUP BY question",
      [&](const SqlRow& row) {
        const int question = place_of(questions, row.integer(0));
        if (question < 0) return;
        const bool bounded = row.integer(6) == row.integer(7);
        data.comparisons.push_back({question, static_cast<int>(row.integer(1)),
                                    static_cast<int>(row.integer(2)),
                                    static_cast<int>(row.integer(3)), row.real(4),
                                    bounded ? row.real_or_null(5) : std::nullopt});
      });
}

}  // namespace

Expected<void> load_verdicts(const Store& store, const std::map<QuestionId, int>& questions,
                             ReportData& data) {
  auto ok = load_radii(store, questions, data);
  return ok ? load_comparisons(store, questions, data) : ok;
}

}  // namespace brink
