// Tables carry the hash of their question only. Where it is that of the default question over the
// box 0:1 of as many inputs as pictures have, this is seen by trying them all; else what the rows
// show must do: a class given beforehand betrays itself by targets without an image, or by the same
// step from every label. What remains is assumed, and said.
#include "curve_answers.h"

#include <algorithm>
#include <map>
#include <set>

#include "brink/base/files.h"
#include "brink/question/identity.h"
#include "brink/report/closest_columns.h"
#include "brink/report/report_curves.h"
#include "brink/store/store.h"

namespace brink::cli {

namespace {

namespace fs = std::filesystem;

/// Digits of a question's hash that say what is asked, after network and images.
constexpr std::size_t kAboutLength = 32;

std::string images_of(const std::string& question) {
  return question.substr(kAboutLength / 2, kAboutLength / 2);
}

bool is_default_question(const std::string& hash, Norm norm) {
  constexpr Eigen::Index kMostInputs = 1024;  // 32 x 32
  ClosestQuestion question;
  question.norm = norm;
  for (Eigen::Index inputs = 1; inputs <= kMostInputs; ++inputs) {
    question.box = Box::uniform(inputs, 0, 1);
    for (const std::optional<double> floor : {std::optional<double>(), std::optional(0.0)}) {
      question.target_min = floor;
      const std::string asked = question_hash("", "", question.text()).substr(kAboutLength);
      if (hash.substr(kAboutLength) == asked) return true;
    }
  }
  return false;
}

/// Why the rows cannot be answers to the robust question; empty: they can.
std::string other_question(const std::vector<ClosestRow>& rows) {
  constexpr std::size_t kTelling = 5;  // labels; fewer may agree by chance
  std::map<int, std::set<int>> by_label;
  int classes = 1;
  for (const ClosestRow& row : rows)
    classes = std::max({classes, row.label + 1, row.answer.target + 1});
  for (const ClosestRow& row : rows) {
    if (row.label < 0) return "its images have no label";
    if (row.answer.linearised) return "its L2 distances are linearised";
    const bool searched = row.answer.status != AnswerStatus::misclassified;
    // Of two classes the other one is the target, whatever was asked.
    if (searched && classes > 2 && row.answer.target >= 0 && !row.answer.distance) {
      return fmt::format("image {} has a target without an image: it was given", row.image);
    }
    if (searched && row.answer.target >= 0) by_label[row.label].insert(row.answer.target);
  }
  std::set<int> targets, steps;
  for (const auto& [label, found] : by_label) {
    for (const int target : found) {
      targets.insert(target);
      steps.insert((target - label + classes) % classes);
    }
  }
  if (by_label.size() >= kTelling && (targets.size() == 1 || steps.size() == 1)) {
    return "every image is taken for a target that follows from its label";
  }
  return {};
}

Expected<void> add_table(const fs::path& file, ReadAnswers& read) {
  const auto table = CsvTable::read(file, closest_columns());
  if (!table) return tl::unexpected(table.error());
  if (table->rows() == 0) return bad_request("'{}' has no rows", file.string());
  CurveAnswers curve{file.stem().string(), table->text(0, "question"), {}};
  for (int i = 0; i < table->rows(); ++i) {
    auto row = read_closest_row(*table, i, file.string());
    if (!row) return tl::unexpected(row.error());
    if (table->text(i, "question") != curve.question) {
      return bad_request("'{}' has rows of several questions", file.string());
    }
    curve.rows.push_back(std::move(*row));
  }
  const Norm norm = curve.rows.front().norm;
  const bool is_default = is_default_question(curve.question, norm);
  const std::string why = is_default ? "" : other_question(curve.rows);
  if (!why.empty()) {
    return bad_request("'{}' does not answer the default question, of any other class: {}",
                       file.string(), why);
  }
  if (!read.curves.empty() && norm != read.norm) {
    return bad_request("'{}' is in {}, the curves before it in {}: one norm a picture",
                       file.string(), name(norm), name(read.norm));
  }
  if (!is_default) {
    read.assumed.push_back(fmt::format(
        "'{}' does not say what margin or floor it was asked with: taken as answers to the default "
        "question",
        file.string()));
  }
  read.norm = norm;
  read.curves.push_back(std::move(curve));
  return {};
}

/// A robust question of a store.
struct Candidate {
  StoredQuestion question;
  std::string network;
  Norm norm = Norm::l1;
  std::string images;
};

Expected<std::vector<Candidate>> robust_questions(const Store& store) {
  const auto networks = store.networks();
  if (!networks) return tl::unexpected(networks.error());
  const auto questions = store.questions();
  if (!questions) return tl::unexpected(questions.error());
  std::vector<Candidate> robust;
  for (const StoredQuestion& asked : *questions) {
    const auto network = std::find_if(networks->begin(), networks->end(),
                                      [&](const auto& n) { return n.hash == asked.network; });
    if (network == networks->end()) continue;
    ReportNetwork shown;
    shown.output = network->output;
    const ReportQuestion question{asked.id, asked.kind, 0, asked.text, asked.options};
    if (!measures_robustness(question, shown)) continue;
    const auto norm = parse_norm(asked.options.value("norm", ""));
    if (!norm) return tl::unexpected(norm.error());
    robust.push_back({asked, network->name, *norm, asked.options.value("images", "")});
  }
  return robust;
}

/// What two runs know of one image: the higher bound, the nearer distance.
void join(ClosestRow& known, const ClosestRow& other) {
  const auto nearer = [](const std::optional<double>& a, const std::optional<double>& b) {
    return a && b ? std::optional(std::min(*a, *b)) : a ? a : b;
  };
  const auto distance = nearer(known.answer.distance, other.answer.distance);
  if (other.answer.bound > known.answer.bound) known = other;
  known.answer.distance = distance;
}

/// The question's own line, without engine and limits, which differ from run to run.
std::string asked_of(const StoredQuestion& question) {
  const std::size_t from = question.text.find("norm=");
  const std::size_t to = question.text.find(" engine=");
  return from < to && to != std::string::npos ? question.text.substr(from, to - from) : "";
}

Expected<void> add_store(const fs::path& file, const std::optional<Norm>& wanted,
                         ReadAnswers& read) {
  const auto store = Store::open_existing(file);
  if (!store) return tl::unexpected(store.error());
  const auto robust = robust_questions(*store);
  if (!robust) return tl::unexpected(robust.error());
  std::map<std::string, std::pair<CurveAnswers, std::map<int, ClosestRow>>> curves;  // by hash
  for (const Candidate& c : *robust) {
    if (wanted && c.norm != *wanted) continue;
    const auto rows = store->closest(c.question.id);
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) continue;
    if ((!read.curves.empty() || !curves.empty()) && c.norm != read.norm) {
      return bad_request("'{}' has answers in {} and {}: choose by --norm", file.string(),
                         name(read.norm), name(c.norm));
    }
    read.norm = c.norm;
    const std::string hash = question_hash(c.question.network, c.images, asked_of(c.question));
    auto& [curve, known] = curves[hash];
    curve = {c.network, hash, {}};
    for (const auto& [image, row] : *rows) {
      if (row.answer.status == AnswerStatus::error) continue;
      const auto [at, is_new] = known.emplace(image, row);
      if (!is_new) join(at->second, row);
    }
  }
  if (curves.empty()) {
    return bad_request("'{}' has no answers to the default question{}", file.string(),
                       wanted ? fmt::format(" in {}", name(*wanted)) : "");
  }
  for (auto& [hash, found] : curves) {
    for (auto& [image, row] : found.second) found.first.rows.push_back(std::move(row));
    read.curves.push_back(std::move(found.first));
  }
  return {};
}

/// The curves of the images that all have; names told apart.
Expected<void> align(ReadAnswers& read) {
  std::map<int, std::size_t> had;
  std::map<std::string, int> named;
  for (CurveAnswers& curve : read.curves) {
    if (images_of(curve.question) != images_of(read.curves.front().question)) {
      return bad_request("'{}' and '{}' are of different data sets", read.curves.front().name,
                         curve.name);
    }
    for (const ClosestRow& row : curve.rows) ++had[row.image];
    const int times = ++named[curve.name];
    if (times > 1) curve.name += fmt::format(" ({})", times);
  }
  for (const auto& [image, times] : had) {
    if (times == read.curves.size()) read.images.push_back(image);
  }
  if (read.images.empty()) return bad_request("there is no image that all curves have answers for");
  if (read.images.size() < had.size()) {
    read.assumed.push_back(fmt::format("the curves are of the {} images that all have, of {}",
                                       read.images.size(), had.size()));
  }
  for (CurveAnswers& curve : read.curves) {
    std::erase_if(curve.rows, [&](const ClosestRow& row) {
      return !std::binary_search(read.images.begin(), read.images.end(), row.image);
    });
  }
  return {};
}

}  // namespace

Expected<ReadAnswers> read_answers(const std::vector<fs::path>& files,
                                   const std::optional<Norm>& norm) {
  ReadAnswers read;
  for (const fs::path& file : files) {
    const auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    auto ok =
        text->starts_with("SQLite format 3") ? add_store(file, norm, read) : add_table(file, read);
    if (!ok) return tl::unexpected(ok.error());
  }
  if (norm && *norm != read.norm) {
    return bad_request("the tables are in {}, not {}", name(read.norm), name(*norm));
  }
  if (auto ok = align(read); !ok) return tl::unexpected(ok.error());
  return read;
}

}  // namespace brink::cli
