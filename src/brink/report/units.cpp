// The partial table is small, so it is written anew, whole and atomically, after every unit:
// there is no torn row to repair. Its first line is "# " and the hash of the question.
#include "brink/report/units.h"

#include <algorithm>
#include <tuple>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/report/csv.h"
#include "brink/report/decimal.h"
#include "brink/report/earlier.h"
#include "brink/report/pictures.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPerRow = 10;
constexpr int kSheetPixels = 84;  // width of a picture on the sheet, about

const std::vector<std::string>& columns() {
  static const std::vector<std::string> names = {"layer",  "unit",  "activation", "bound",
                                                 "status", "nodes", "seconds"};  // and ours
  return names;
}

/// A picture that was scaled up for its own file, for the sheet: every n-th pixel.
Raster thinned(const Raster& picture) {
  const int step = std::max(1, picture.width / kSheetPixels);
  Raster small(picture.width / step, std::max(1, picture.height / step), kWhite);
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      small.at(x, y) = picture.at(x * step, std::min(y * step, picture.height - 1));
    }
  }
  return small;
}

/// Towards what is not attained, so that no more is claimed than was found.
std::string attained(const UnitResult& unit) {
  if (!unit.activation) return {};
  return unit.least ? decimal_up(*unit.activation) : decimal_down(*unit.activation);
}

std::string proven(const UnitResult& unit) {
  return unit.least ? decimal_down(*unit.bound) : decimal_up(*unit.bound);
}

/// What the picture of a unit says it is of.
std::string note(const UnitResult& unit) {
  return fmt::format("{} unit {}:{} activation {}", unit.question, unit.layer, unit.unit,
                     attained(unit));
}

Expected<UnitResult> read_row(const CsvTable& table, int row, const fs::path& folder) {
  UnitResult unit;
  const auto layer = table.integer(row, "layer");
  const auto index = table.integer(row, "unit");
  const auto nodes = table.integer(row, "nodes");
  for (const auto* field : {&layer, &index, &nodes}) {
    if (!*field) return tl::unexpected<Error>(field->error());
  }
  const auto activation = table.number(row, "activation");
  const auto bound = table.number(row, "bound");
  const auto seconds = table.number(row, "seconds");
  for (const auto* field : {&activation, &bound, &seconds}) {
    if (!*field) return tl::unexpected<Error>(field->error());
  }
  unit.layer = *layer;
  unit.unit = *index;
  unit.activation = *activation;
  unit.bound = *bound;
  unit.status = table.text(row, "status");
  unit.nodes = *nodes;
  unit.seconds = seconds->value_or(0);
  if (table.has("proof")) unit.proof = table.text(row, "proof");
  if (table.has("extreme")) unit.least = table.text(row, "extreme") == "min";
  if (table.has("question")) unit.question = table.text(row, "question");
  if (!unit.activation) return unit;
  const fs::path file = folder / unit_file(unit.layer, unit.unit);
  const auto bytes = read_file(file);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  auto picture = decode_png(*bytes, file.string());
  if (!picture) return tl::unexpected<Error>(picture.error());
  if (!unit.question.empty() && note_of(*bytes) != note(unit)) {
    return bad_request("'{}' is the picture of another run than the table beside it: ask again",
                       file.string());
  }
  unit.picture = std::move(*picture);
  return unit;
}

Expected<std::vector<UnitResult>> read_table(const fs::path& csv, const std::string& text) {
  const auto table = CsvTable::parse(text, csv.string(), columns());
  if (!table) return tl::unexpected<Error>(table.error());
  std::vector<UnitResult> units;
  for (int row = 0; row < table->rows(); ++row) {
    auto unit = read_row(*table, row, csv.parent_path());
    if (!unit) return tl::unexpected<Error>(unit.error());
    units.push_back(std::move(*unit));
  }
  return units;
}

fs::path partial_units(const fs::path& folder) {
  return folder / "units.csv.partial";
}

/// That the folder can be made or written in, found before anything is made.
Expected<void> check_place(const UnitFiles& files) {
  const fs::path& folder = files.folder;
  if (auto ok = brink::check_folder(folder); !ok) return ok;
  std::error_code code;
  if (!fs::is_directory(folder, code)) return check_writable(folder);
  for (const std::string& file : {std::string("units.csv"), files.sheet}) {
    if (auto ok = check_writable(folder / file); !ok) return ok;
  }
  return {};
}

}  // namespace

std::string unit_table(const std::vector<UnitResult>& units) {
  std::string text = fmt::format("{},proof,extreme,question\n", fmt::join(columns(), ","));
  for (const UnitResult& unit : units) {
    text += fmt::format("{},{},{},{},{},{},{:.3f},{},{},{}\n", unit.layer, unit.unit,
                        attained(unit), unit.bound ? proven(unit) : "", unit.status, unit.nodes,
                        unit.seconds, unit.proof, unit.least ? "min" : "max", unit.question);
  }
  return text;
}

std::string unit_file(int layer, int unit) {
  return fmt::format("unit_{}_{}.png", layer, unit);
}

Expected<std::vector<UnitResult>> read_units(const fs::path& folder) {
  const fs::path csv = folder / "units.csv";
  const auto text = read_file(csv);
  if (!text) return tl::unexpected<Error>(text.error());
  return read_table(csv, *text);
}

Drawing unit_sheet(const std::vector<UnitResult>& units) {
  Sheet sheet;
  int layer = 0;
  for (const UnitResult& unit : units) {
    if (unit.layer != layer || sheet.rows.back().size() == kPerRow) {
      sheet.row_heads.push_back(
          unit.layer != layer ? fmt::format("layer {}{}", unit.layer, unit.least ? ", least" : "")
                              : "");
      sheet.rows.emplace_back();
      layer = unit.layer;
    }
    const std::string value =
        unit.activation ? fmt::format("{:.4g}", *unit.activation) : std::string("none");
    const std::string proof = unit.status == "optimal" ? "" : fmt::format("\n{}", unit.status);
    const Raster small = unit.picture.width > 0 ? thinned(unit.picture) : Raster();
    sheet.rows.back().push_back({small, fmt::format("{}: {}{}", unit.unit, value, proof)});
  }
  return contact_sheet(sheet);
}

Expected<void> check_earlier(const UnitFiles& files) {
  if (files.force || files.folder.empty()) return {};
  const fs::path csv = files.folder / "units.csv";
  const std::string leading = fmt::format("{}", fmt::join(columns(), ","));
  return check_replaces(csv, earlier_table(csv, leading), {files.question});
}

Expected<UnitFolder> UnitFolder::of_answers(UnitFiles files) {
  if (!files.folder.empty()) {
    if (auto ok = check_place(files); !ok) return tl::unexpected<Error>(ok.error());
    if (auto ok = check_earlier(files); !ok) return tl::unexpected<Error>(ok.error());
  }
  UnitFolder result;
  result.files_ = std::move(files);
  return result;
}

Expected<UnitFolder> UnitFolder::open(UnitFiles files, const std::string& request) {
  auto opened = of_answers(std::move(files));
  if (!opened) return opened;
  UnitFolder result = std::move(*opened);
  result.hash_ = sha256(request);
  const fs::path& folder = result.files_.folder;
  const fs::path path = partial_units(folder);
  std::error_code code;
  if (!fs::exists(path, code)) {
    fs::create_directory(folder, code);
    if (code) return bad_request("cannot create '{}': {}", folder.string(), code.message());
    return result;
  }
  const auto text = read_file(path);
  if (!text) return tl::unexpected<Error>(text.error());
  const std::size_t line = text->find('\n');
  if (text->substr(0, line) != "# " + result.hash_) {
    return bad_request(
        "'{}' is what a stopped run of another question left: remove it, or choose "
        "another folder",
        path.string());
  }
  auto units = read_table(path, text->substr(line + 1));
  if (!units) return tl::unexpected<Error>(units.error());
  result.units_ = std::move(*units);
  return result;
}

Expected<void> UnitFolder::write_picture(const UnitResult& unit) const {
  if (unit.picture.width == 0) return {};
  return write_png(unit.picture, files_.folder / unit_file(unit.layer, unit.unit), note(unit));
}

Expected<void> UnitFolder::add(UnitResult unit) {
  unit.question = files_.question;
  if (!hash_.empty()) {
    if (auto ok = write_picture(unit); !ok) return ok;
  }
  units_.push_back(std::move(unit));
  if (hash_.empty()) return {};
  return write_file(partial_units(files_.folder),
                    fmt::format("# {}\n{}", hash_, unit_table(units_)));
}

Expected<void> UnitFolder::finish() {
  std::sort(units_.begin(), units_.end(), [](const UnitResult& a, const UnitResult& b) {
    return std::tie(a.layer, a.unit) < std::tie(b.layer, b.unit);
  });
  if (files_.folder.empty()) return {};
  if (hash_.empty()) {
    std::error_code code;
    fs::create_directory(files_.folder, code);
    if (code) return bad_request("cannot create '{}': {}", files_.folder.string(), code.message());
    for (const UnitResult& unit : units_) {
      if (auto ok = write_picture(unit); !ok) return ok;
    }
  }
  Drawing sheet = unit_sheet(units_);
  sheet.note = files_.question;
  if (auto ok = write_drawing(sheet, files_.folder / files_.sheet); !ok) return ok;
  if (auto ok = write_file(files_.folder / "units.csv", unit_table(units_)); !ok) return ok;
  std::error_code ignored;
  fs::remove(partial_units(files_.folder), ignored);
  return {};
}

}  // namespace brink
