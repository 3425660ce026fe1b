// The partial table starts with "# question " and the question's hash; then come the lines of the
// final table, in the order in which they were finished, and finish() only sorts them: a row is
// never printed a second time from numbers that were rounded once. An image is appended to the
// companion before its row, hence a row whose image is missing was never finished and is asked
// again. What a killed run left torn at the end of either file is cut off.
#include "brink/report/closest_table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "brink/base/destination.h"
#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/data/npz.h"
#include "brink/report/closest_columns.h"
#include "brink/report/earlier.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kChecksum = 64;  // bytes, hexadecimal
constexpr std::size_t kRecordHead = 2 * sizeof(std::int64_t);

fs::path partial(const fs::path& csv) {
  return fs::path(csv) += ".partial";
}

fs::path companion(const fs::path& csv) {
  return fs::path(csv) += ".partial.images";
}

std::string record(int image, const Eigen::VectorXd& pixels) {
  const std::int64_t head[2] = {image, pixels.size()};
  std::string bytes(reinterpret_cast<const char*>(head), kRecordHead);
  bytes.append(reinterpret_cast<const char*>(pixels.data()),
               static_cast<std::size_t>(pixels.size()) * sizeof(double));
  return bytes + sha256(bytes);
}

struct Records {
  std::map<int, Eigen::VectorXd> images;
  std::size_t sound = 0;  ///< bytes up to the first torn record
};

Records read_records(const std::string& bytes) {
  Records result;
  while (bytes.size() - result.sound >= kRecordHead + kChecksum) {
    std::int64_t head[2];
    std::memcpy(head, bytes.data() + result.sound, kRecordHead);
    const std::size_t left = bytes.size() - result.sound - kRecordHead - kChecksum;
    if (head[1] < 0 || static_cast<std::uint64_t>(head[1]) > left / sizeof(double)) break;
    const std::size_t payload = static_cast<std::size_t>(head[1]) * sizeof(double);
    const std::size_t end = result.sound + kRecordHead + payload;
    if (bytes.compare(end, kChecksum, sha256(bytes.substr(result.sound, kRecordHead + payload))) !=
        0) {
      break;
    }
    Eigen::VectorXd pixels(head[1]);
    if (payload > 0) std::memcpy(pixels.data(), bytes.data() + end - payload, payload);
    result.images[static_cast<int>(head[0])] = std::move(pixels);
    result.sound = end + kChecksum;
  }
  return result;
}

/// Cuts `path` to `size` bytes.
Expected<void> cut(const fs::path& path, std::size_t size) {
  std::error_code code;
  fs::resize_file(path, size, code);
  if (code) return bad_request("cannot write '{}': {}", path.string(), code.message());
  return {};
}

/// On failure the file is as long as before.
Expected<void> append_to(const fs::path& path, const std::string& bytes) {
  std::error_code code;
  const std::uintmax_t size = fs::file_size(path, code);
  errno = 0;
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return {};
  const std::string reason = std::strerror(errno);
  if (!code) fs::resize_file(path, size, code);
  return failure("cannot write '{}': {}; finished images are kept, the same command continues",
                 path.string(), reason);
}

/// The images of a stopped run, by index.
Expected<std::map<int, Eigen::VectorXd>> take_images(const fs::path& path) {
  std::error_code code;
  if (!fs::exists(path, code)) return std::map<int, Eigen::VectorXd>();
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  Records records = read_records(*bytes);
  if (records.sound < bytes->size()) {
    if (auto ok = cut(path, records.sound); !ok) return tl::unexpected<Error>(ok.error());
  }
  return std::move(records.images);
}

/// Lines with their ends; a line of our tables is a row, for no field holds a line end.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

/// The rows of a stopped run of the question with that first line, by image.
Expected<std::map<int, FinishedRow>> take_rows(const fs::path& csv, const std::string& first_line) {
  const fs::path path = partial(csv);
  auto text = read_file(path);
  if (!text) return tl::unexpected<Error>(text.error());
  if (!text->starts_with(first_line)) {
    return bad_request(
        "'{}' is what a stopped run of another question left: remove it, or choose another -o",
        path.string());
  }
  const std::size_t sound = text->rfind('\n') + 1;
  if (sound < text->size()) {
    if (auto ok = cut(path, sound); !ok) return tl::unexpected<Error>(ok.error());
    text->resize(sound);
  }
  const auto table =
      CsvTable::parse(text->substr(first_line.size()), path.string(), closest_columns());
  if (!table) return tl::unexpected<Error>(table.error());
  auto images = take_images(companion(csv));
  if (!images) return tl::unexpected<Error>(images.error());
  const std::vector<std::string> lines = lines_of(*text);
  std::map<int, FinishedRow> rows;
  for (int i = 0; i < table->rows(); ++i) {
    auto row = read_closest_row(*table, i, path.string());
    if (!row) return tl::unexpected<Error>(row.error());
    if (row->answer.distance) {
      const auto found = images->find(row->image);
      if (found == images->end()) continue;
      row->answer.image = found->second;
    }
    const int image = row->image;
    rows[image] = {std::move(*row), lines[static_cast<std::size_t>(i) + 2]};  // two header lines
  }
  return rows;
}

Npz images_npz(const std::vector<ClosestRow>& rows, const std::string& question) {
  std::size_t size = 0;
  std::vector<double> images;
  std::vector<std::int64_t> index, label, target;
  for (const ClosestRow& row : rows) {
    const Eigen::VectorXd& image = row.answer.image;
    if (image.size() == 0) continue;
    size = static_cast<std::size_t>(image.size());
    images.insert(images.end(), image.data(), image.data() + image.size());
    index.push_back(row.image);
    label.push_back(row.label);
    target.push_back(row.answer.target);
  }
  const std::size_t n = index.size();
  return {{"images", {{n, size}, std::move(images)}},
          {"index", {{n}, std::move(index)}},
          {"label", {{n}, std::move(label)}},
          {"target", {{n}, std::move(target)}},
          {"question", {{}, question}}};
}

/// A row for each image found: image,label,target, its numbers (17 digits), question.
std::string images_csv(const std::vector<ClosestRow>& rows, const TableFiles& files) {
  std::string text = "image,label,target";
  for (const std::string& name : files.inputs) text += "," + csv_field(name);
  text += ",question\n";
  for (const ClosestRow& row : rows) {
    if (row.answer.image.size() == 0) continue;
    const auto number = [](int n) { return n < 0 ? std::string() : fmt::format("{}", n); };
    text += fmt::format("{},{},{}", row.image, number(row.label), number(row.answer.target));
    for (const double value : row.answer.image) text += fmt::format(",{}", value);
    text += fmt::format(",{}\n", files.question);
  }
  return text;
}

bool is_csv(const fs::path& images) {
  return images.extension() == ".csv";
}

}  // namespace

Expected<void> check_earlier(const TableFiles& files) {
  if (files.force) return {};
  const std::vector<std::string> questions{files.question};
  auto ok = check_replaces(files.csv, earlier_table(files.csv, "image,label,target,norm,status,"),
                           questions);
  const Earlier earlier = is_csv(files.images) ? earlier_table(files.images, "image,label,target,")
                                               : earlier_images(files.images);
  return ok ? check_replaces(files.images, earlier, questions) : ok;
}

std::string closest_header() {
  return fmt::format("{}", fmt::join(closest_columns(), ","));
}

Expected<ClosestTable> ClosestTable::of_answers(TableFiles files, std::vector<int> order) {
  if (auto ok = check_outputs({files.csv, files.images}, {}); !ok) {
    return tl::unexpected<Error>(ok.error());
  }
  if (auto ok = check_earlier(files); !ok) return tl::unexpected<Error>(ok.error());
  ClosestTable table;
  table.files_ = std::move(files);
  table.order_ = std::move(order);
  table.partial_files_ = false;
  return table;
}

Expected<ClosestTable> ClosestTable::open(TableFiles files, const std::string& request,
                                          std::vector<int> order) {
  auto table = of_answers(std::move(files), std::move(order));
  if (!table) return table;
  if (is_stream(table->files_.csv)) return table;
  table->files_.csv = followed(table->files_.csv);
  table->partial_files_ = true;
  const fs::path& csv = table->files_.csv;
  const std::string first_line = fmt::format("# question {}\n", sha256(request));
  std::error_code code;
  if (fs::exists(partial(csv), code)) {
    auto rows = take_rows(csv, first_line);
    if (!rows) return tl::unexpected<Error>(rows.error());
    table->done_ = std::move(*rows);
    return table;
  }
  fs::remove(companion(csv), code);
  auto ok = write_file(partial(csv), first_line + closest_header() + "\n");
  if (!ok) return tl::unexpected<Error>(ok.error());
  return table;
}

bool ClosestTable::done(int image) const {
  const std::lock_guard lock(*mutex_);
  return done_.contains(image);
}

Expected<void> ClosestTable::append(const ClosestRow& row) {
  if (row.answer.status == AnswerStatus::interrupted) return {};
  const std::string line = closest_line(row, files_.question);
  const std::lock_guard lock(*mutex_);
  if (partial_files_ && row.answer.distance) {
    auto ok = append_to(companion(files_.csv), record(row.image, row.answer.image));
    if (!ok) return ok;
  }
  if (partial_files_) {
    if (auto ok = append_to(partial(files_.csv), line); !ok) return ok;
  }
  done_[row.image] = {row, line};
  return {};
}

Expected<void> ClosestTable::finish() {
  for (const int image : order_) {
    if (!done(image)) return failure("image {} has no answer: the table is not complete", image);
  }
  if (!files_.images.empty()) {
    auto ok = is_csv(files_.images) ? write_file(files_.images, images_csv(rows(), files_))
                                    : write_npz(files_.images, images_npz(rows(), files_.question));
    if (!ok) return ok;
  }
  if (files_.csv.empty()) return {};
  if (auto ok = write_file(files_.csv, text()); !ok) return ok;
  if (!partial_files_) return {};
  std::error_code ignored;
  fs::remove(partial(files_.csv), ignored);
  fs::remove(companion(files_.csv), ignored);
  return {};
}

std::string ClosestTable::text() const {
  const std::lock_guard lock(*mutex_);
  std::string text = closest_header() + "\n";
  for (const int image : order_) {
    const auto found = done_.find(image);
    if (found != done_.end()) text += found->second.line;
  }
  return text;
}

std::vector<ClosestRow> ClosestTable::rows() const {
  const std::lock_guard lock(*mutex_);
  std::vector<ClosestRow> result;
  for (const int image : order_) {
    const auto found = done_.find(image);
    if (found != done_.end()) result.push_back(found->second.row);
  }
  return result;
}

}  // namespace brink
