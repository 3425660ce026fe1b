#include "brink/report/earlier.h"

#include <set>

#include "brink/base/files.h"
#include "brink/data/npz.h"
#include "brink/report/csv.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

bool is_file(const fs::path& path) {
  std::error_code code;  // a pipe or device holds nothing that could be lost
  return !path.empty() && fs::is_regular_file(path, code);
}

}  // namespace

Earlier earlier_table(const fs::path& csv, const std::string& leading_columns) {
  Earlier earlier;
  if (!is_file(csv)) return earlier;
  const auto text = read_file(csv);
  if (!text || !text->starts_with(leading_columns)) return earlier;
  earlier.ours = true;
  const auto table = CsvTable::parse(*text, csv.string(), {"question"});
  if (!table) return earlier;
  std::set<std::string> questions;
  for (int row = 0; row < table->rows(); ++row) questions.insert(table->text(row, "question"));
  earlier.ours = !questions.empty();  // a table of no rows is no loss
  earlier.questions = {questions.begin(), questions.end()};
  return earlier;
}

Earlier earlier_images(const fs::path& npz) {
  Earlier earlier;
  if (!is_file(npz)) return earlier;
  const auto arrays = read_npz(npz);
  if (!arrays) return earlier;
  const auto has = [&arrays](const char* name) { return arrays->count(name) > 0; };
  const bool of_units = has("layer") && has("unit") && has("activation");
  earlier.ours = has("images") && (of_units || (has("index") && has("label") && has("target")));
  const auto question = arrays->find("question");
  const auto text = question == arrays->end() ? std::nullopt : question->second.as_text();
  if (text) earlier.questions = {*text};
  return earlier;
}

Expected<void> check_replaces(const fs::path& path, const Earlier& earlier,
                              const std::vector<std::string>& questions) {
  if (!earlier.ours || std::set(earlier.questions.begin(), earlier.questions.end()) ==
                           std::set(questions.begin(), questions.end())) {
    return {};
  }
  return bad_request("'{}' {}: name another file, or replace it with --force", path.string(),
                     earlier.questions.empty()
                         ? "is of an earlier brink and does not say which question it answers"
                         : "answers another question");
}

}  // namespace brink
