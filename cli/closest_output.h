// What `closest` writes besides its table: JSON, pictures, the log of changes.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>

#include "brink/ask/closest_batch.h"
#include "brink/report/text_table.h"
#include "commands.h"

namespace brink::cli {

nlohmann::json statistics_to_json(const search::Statistics& statistics);

/// One JSON line per change of incumbent or bound, one with statistics at an image's end.
class ChangeLog {
 public:
  /// `resumed`: after the lines of a run that was stopped.
  ChangeLog(const std::filesystem::path& path, bool resumed);
  ChangeLog(const ChangeLog&) = delete;
  ChangeLog& operator=(const ChangeLog&) = delete;
  ~ChangeLog();
  /// What went wrong with it, if anything.
  Expected<void> written() const { return written_; }
  std::function<void(double, double, double)> follow(int image) {
    if (descriptor_ < 0) return {};
    return [this, image](double distance, double bound, double seconds) {
      nlohmann::json line = {{"image", image}, {"bound", bound}, {"seconds", seconds}};
      line["distance"] = std::isinf(distance) ? nlohmann::json() : nlohmann::json(distance);
      write(line);
    };
  }
  void finish(int image, const ClosestAnswer& answer) {
    if (descriptor_ < 0) return;
    write({{"image", image},
           {"status", name(answer.status)},
           {"seconds", answer.seconds},
           {"statistics", statistics_to_json(answer.statistics)}});
  }

 private:
  void write(const nlohmann::json& line);

  std::mutex mutex_;
  std::string path_;
  int descriptor_ = -1;
  Expected<void> written_;
};

/// How far the search for an image is, in a few words.
std::string news(int image, const search::Beat& beat);

/// OUT/IMAGE-NORM.png and OUT/IMAGE-NORM-change.png; `folder` empty: nothing.
Expected<void> write_pictures(const Dataset& set, const Box& box,
                              const std::filesystem::path& folder,
                              const std::vector<ClosestRow>& rows);

/// What a reader looks for first; classes by name where they have one.
TextTable brief_table(const std::vector<ClosestRow>& rows, const Dataset& set);

/// The rows and their summary.
nlohmann::json to_json(const std::vector<ClosestRow>& rows);

}  // namespace brink::cli
