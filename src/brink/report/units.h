// The table and pictures of `brink visualize`: units.csv, unit_K_J.png, and units.csv.partial while
// the run lasts, which lets the same command continue after it was stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "brink/base/error.h"
#include "brink/report/drawing.h"

namespace brink {

/// A row of the table, with its picture.
struct UnitResult {
  int layer = 0;                     ///< 1..K
  int unit = 0;                      ///< 0..n_k - 1
  std::optional<double> activation;  ///< of the image found; empty: none
  std::optional<double> bound;       ///< proven upper bound (least: lower); empty: error
  std::string status;                ///< optimal, gap, time_limit, error
  std::int64_t nodes = 0;
  double seconds = 0;
  Raster picture;        ///< empty if no image was found
  std::string proof;     ///< what vouches for the bound: search, multipliers (mip); "": unknown
  std::string question;  ///< hash (question/identity.h); empty: an older brink wrote the table
  bool least = false;    ///< not the largest activation, but the least pre-activation
};

/// layer,unit,activation,bound,status,nodes,seconds,proof,extreme,question; `extreme` is max, or
/// min for the least. Activations are rounded down, bounds up; for the least the other way round.
std::string unit_table(const std::vector<UnitResult>& units);

/// The name of a unit's picture in the folder: unit_1_0.png.
std::string unit_file(int layer, int unit);

/// Reads units.csv of `folder` and the pictures beside it, in the table's order. A picture that is
/// not of its row is an error.
Expected<std::vector<UnitResult>> read_units(const std::filesystem::path& folder);

/// All units, one row of pictures a layer (wrapped after 10).
Drawing unit_sheet(const std::vector<UnitResult>& units);

/// Where the answers of a run go.
struct UnitFiles {
  std::filesystem::path folder;
  std::string question;             ///< its hash, which table and pictures carry
  bool force = false;               ///< replaces what answers another question
  std::string sheet = "units.png";  ///< the contact sheet; its ending is the format
};

/// That no finished table of another question would be lost; open() and of_answers() check it too.
Expected<void> check_earlier(const UnitFiles& files);

/// A run's folder. Each finished unit is on disk at once; not thread-safe.
class UnitFolder {
 public:
  /// `request`: one line that says all that was asked, and how, but the list of units. Creates the
  /// folder if need be (its parent must exist). Finished units of a stopped run of the same request
  /// are taken over; another one's partial table is an error.
  static Expected<UnitFolder> open(UnitFiles files, const std::string& request);

  /// For answers that are kept elsewhere: nothing is written before `finish`. No folder: nor then.
  static Expected<UnitFolder> of_answers(UnitFiles files);

  const std::vector<UnitResult>& finished() const { return units_; }
  Expected<void> add(UnitResult unit);
  /// Writes units.csv and the contact sheet, in order of layer and unit, and removes the
  /// partial table.
  Expected<void> finish();

 private:
  Expected<void> write_picture(const UnitResult& unit) const;

  UnitFiles files_;
  std::string hash_;  ///< of the request; empty: no partial table
  std::vector<UnitResult> units_;
};

}  // namespace brink
