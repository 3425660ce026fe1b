#include "closest_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "brink/ask/closest_summary.h"
#include "brink/ask/fields.h"
#include "brink/base/destination.h"
#include "brink/report/closest_table.h"
#include "brink/report/pictures.h"

namespace brink::cli {

nlohmann::json statistics_to_json(const search::Statistics& statistics) {
  nlohmann::json document;
  for_each_field(kStatisticsFields,
                 [&](const auto& field) { document[field.name] = statistics.*field.member; });
  return document;
}

ChangeLog::ChangeLog(const std::filesystem::path& path, bool resumed) : path_(path.string()) {
  if (path.empty()) return;
  const auto to = destination(path);
  if (!to) {
    written_ = tl::unexpected(to.error());
  } else if (to->descriptor >= 0) {
    descriptor_ = fcntl(to->descriptor, F_DUPFD_CLOEXEC, 0);
  } else if (to->stream) {
    auto pipe = open_pipe(to->path);
    if (pipe) descriptor_ = *pipe;
    if (!pipe) written_ = tl::unexpected(pipe.error());
  } else {
    const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (resumed ? O_APPEND : O_TRUNC);
    descriptor_ = open(to->path.c_str(), how, 0666);
    if (descriptor_ < 0) written_ = failure("cannot write '{}': {}", path_, std::strerror(errno));
  }
}

ChangeLog::~ChangeLog() {
  if (descriptor_ >= 0) close(descriptor_);
}

void ChangeLog::write(const nlohmann::json& line) {
  const std::lock_guard lock(mutex_);
  if (!written_) return;
  written_ = write_all(descriptor_, line.dump() + "\n", path_);
}

std::string news(int image, const search::Beat& beat) {
  const double pace = static_cast<double>(beat.nodes) / std::max(1e-3, beat.seconds);
  return fmt::format("image {}: {:.5g} <= distance{}, {} nodes, {} open, {:.0f} nodes/s", image,
                     beat.bound,
                     std::isinf(beat.distance) ? "" : fmt::format(" <= {:.5g}", beat.distance),
                     beat.nodes, beat.open, pace);
}

Expected<void> write_pictures(const Dataset& set, const Box& box,
                              const std::filesystem::path& folder,
                              const std::vector<ClosestRow>& rows) {
  if (folder.empty()) return {};
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return bad_request("cannot make folder '{}': {}", folder.string(), code.message());
  const double low = box.lower.minCoeff();
  const double high = box.upper.maxCoeff();
  for (const ClosestRow& row : rows) {
    if (row.answer.image.size() == 0) continue;
    const ImageShape shape = set.picture ? shape_of(set) : shape_of(row.answer.image.size());
    const std::string stem = fmt::format("{}-{}", row.image, name(row.norm));
    const auto image = image_picture(row.answer.image, shape, low, high, 8);
    const auto change = change_picture(row.answer.image, set.image(row.image), shape, 8);
    if (auto ok = write_png(image, folder / (stem + ".png")); !ok) return ok;
    if (auto ok = write_png(change, folder / (stem + "-change.png")); !ok) return ok;
  }
  return {};
}

/// "alcohol 13.5 -> 14.1, ash 2.4 -> 2.2": the largest few, by the width of each feature's range.
static std::string changes(const ClosestRow& row, const Dataset& set) {
  constexpr std::size_t kMost = 4;
  const Eigen::VectorXd& found = row.answer.image;
  if (found.size() == 0) return "-";
  const Eigen::VectorXd original = set.image(row.image);
  std::vector<std::pair<double, int>> changed;
  for (int j = 0; j < found.size(); ++j) {
    if (found(j) == original(j)) continue;
    const double width = set.range ? set.range->upper(j) - set.range->lower(j) : 1;
    changed.emplace_back(-std::abs(found(j) - original(j)) / (width > 0 ? width : 1), j);
  }
  std::sort(changed.begin(), changed.end());
  std::string text;
  for (std::size_t c = 0; c < std::min(kMost, changed.size()); ++c) {
    const int j = changed[c].second;
    text += fmt::format("{}{} {:.4g} -> {:.4g}", c == 0 ? "" : ", ", set.input_name(j), original(j),
                        found(j));
  }
  if (changed.size() > kMost) text += fmt::format(", {} more", changed.size() - kMost);
  return text.empty() ? "none" : text;
}

TextTable brief_table(const std::vector<ClosestRow>& rows, const Dataset& set) {
  const auto class_name = [&](int number) {
    if (number < 0) return std::string("-");
    const auto place = static_cast<std::size_t>(number);
    return place < set.classes.size() ? set.classes[place] : fmt::format("{}", number);
  };
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.6g}", *value) : std::string("-");
  };
  TextTable table;
  table.columns = {"image", "label", "target", "status", "distance",
                   "bound", "gap %", "nodes",  "seconds"};
  if (!set.picture) table.columns.emplace_back("changes");
  for (const ClosestRow& row : rows) {
    const ClosestAnswer& a = row.answer;
    const auto gap = a.gap();
    const bool closed = a.status == AnswerStatus::optimal;
    table.rows.push_back({fmt::format("{}", row.image), class_name(row.label), class_name(a.target),
                          std::string(name(a.status)), number(a.distance),
                          a.status == AnswerStatus::misclassified ? "-" : number(a.bound),
                          closed || !gap ? (closed ? "0" : "-") : fmt::format("{:.2f}", 100 * *gap),
                          fmt::format("{}", a.nodes), fmt::format("{:.2f}", a.seconds)});
    if (!set.picture) table.rows.back().push_back(changes(row, set));
  }
  return table;
}

static nlohmann::json or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json to_json(const std::vector<ClosestRow>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const ClosestRow& row : rows) {
    const ClosestAnswer& answer = row.answer;
    nlohmann::json entry = {
        {"image", row.image},
        {"label", row.label},
        {"target", answer.target < 0 ? nlohmann::json() : nlohmann::json(answer.target)},
        {"norm", name(row.norm)},
        {"status", name(answer.status)},
        {"bound", answer.bound},
        {"nodes", answer.nodes},
        {"seconds", answer.seconds},
        {"bound_seconds", answer.bound_seconds},
        {"verified", answer.verified},
        {"all_zero", answer.all_zero},
        {"lead", answer.lead},
        {"lead_bound", answer.lead_bound},
        {"float32", answer.float32},
        {"proof", answer.proof},
        {"note", answer.note}};
    entry["distance"] = or_null(answer.distance);
    entry["gap"] = or_null(answer.gap());
    entry["linearised"] = or_null(answer.linearised);
    entry["linearised_bound"] = or_null(answer.linearised_bound);
    list.push_back(std::move(entry));
  }
  return {{"images", list}, {"summary", one_line(summarise(rows))}};
}

}  // namespace brink::cli
