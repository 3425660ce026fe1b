// Answers are read in one sweep over the table and made into thumbnails at once: ten thousand
// images as doubles would take 60 MB, as bytes 8.
#include "brink/report/report_load.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <tuple>

#include "brink/report/report_verdicts.h"

namespace brink {

namespace {

using ImageKey = std::tuple<std::string, std::string, int>;

struct GreyRange {
  double low = 0;
  double high = 1;
};

/// The report while it is read, and where things are in it.
struct Loading {
  const Store& store;
  ReportData data;
  std::map<std::string, int> network_of;  // by hash
  std::map<QuestionId, int> question_of;  // by id
  std::map<std::int64_t, int> run_of;     // by id
  std::map<ImageKey, int> image_of;
  std::map<ImageKey, Eigen::VectorXd> pixels_of;  // originals
  std::map<ImageKey, GreyRange> range_of;         // in which original and found are drawn
};

std::string text_option(const ReportQuestion& question, const char* key) {
  if (!question.options.is_object()) return {};
  const nlohmann::json value = question.options.value(key, nlohmann::json());
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// What the store knows the images by: their content. Names may be shared.
ImageKey key_of(const ReportQuestion& asked, int number) {
  const std::string images = text_option(asked, "images");
  return {images.empty() ? text_option(asked, "data") : images, text_option(asked, "split"),
          number};
}

/// Of a box LO:HI; one from a file has none.
std::optional<GreyRange> range_of_box(const ReportQuestion& question) {
  const std::string option = text_option(question, "box");
  const std::string text = option.substr(option.rfind(' ') + 1);  // "the data's LO:HI"
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {};
  GreyRange range;
  const char* const end = text.data() + text.size();
  const auto low = std::from_chars(text.data(), text.data() + colon, range.low);
  const auto high = std::from_chars(text.data() + colon + 1, end, range.high);
  const bool numbers = low.ec == std::errc() && high.ec == std::errc() && high.ptr == end;
  return numbers && range.low < range.high ? std::optional(range) : std::nullopt;
}

/// The range of an image is that of all boxes it was asked about in.
void widen_to_box(std::map<ImageKey, GreyRange>& ranges, const ImageKey& key,
                  const ReportQuestion& question) {
  const auto box = range_of_box(question);
  if (!box) return;
  const auto [range, first] = ranges.try_emplace(key, *box);
  if (first) return;
  range->second.low = std::min(range->second.low, box->low);
  range->second.high = std::max(range->second.high, box->high);
}

/// Without a box: 0 to 1, or all that is there.
GreyRange range_of_values(const Eigen::VectorXd& values) {
  if (values.size() == 0 || (values.minCoeff() >= 0 && values.maxCoeff() <= 1)) return {};
  return {values.minCoeff(), values.maxCoeff()};
}

/// Of the images asked about; rows and columns are left open.
ImageShape channels_of(const ReportQuestion& question) {
  if (!question.options.is_object()) return {};
  const int channels = question.options.value("channels", 1);
  return {0, 0, std::max(1, channels), question.options.value("channels_last", false)};
}

/// The shape of an input of a unit's question: that of the network's input if it is a picture's, or
/// of an original of this size; else by the size alone.
ImageShape shape_of_input(const Loading& loading, const ReportQuestion& question,
                          Eigen::Index size) {
  const nlohmann::json input = question.options.is_object()
                                   ? question.options.value("input", nlohmann::json())
                                   : nlohmann::json();
  if (input.is_array()) {
    const ImageShape shape = shape_of(input.get<std::vector<std::int64_t>>());
    if (shape.size() == size && shape.rows > 1 && !(shape == shape_of(size))) return shape;
  }
  for (const ReportImage& image : loading.data.images) {
    if (image.original.shape.size() == size) return image.original.shape;
  }
  return shape_of(size);
}

Eigen::VectorXd to_vector(const std::string& bytes) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(bytes.size() / sizeof(double)));
  if (values.size() > 0) std::memcpy(values.data(), bytes.data(), sizeof(double) * values.size());
  return values;
}

/// Pixels kept as bytes.
Eigen::VectorXd of_bytes(const std::string& bytes) {
  Eigen::VectorXd values(std::ssize(bytes));
  for (Eigen::Index j = 0; j < values.size(); ++j) {
    values(j) = static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(j)]) / 255.0;
  }
  return values;
}

std::optional<int> integer_or_null(const SqlRow& row, int column) {
  return row.null(column) ? std::nullopt
                          : std::optional<int>(static_cast<int>(row.integer(column)));
}

template <class Key>
int place(const std::map<Key, int>& places, const Key& key) {
  const auto found = places.find(key);
  return found == places.end() ? -1 : found->second;
}

Expected<void> load_networks(Loading& loading) {
  const auto networks = loading.store.networks();
  if (!networks) return tl::unexpected(networks.error());
  for (const StoredNetwork& network : *networks) {
    loading.network_of[network.hash] = static_cast<int>(loading.data.networks.size());
    loading.data.networks.push_back(
        {network.hash, network.name, network.shape, network.output, {}});
  }
  const auto evaluations = loading.store.evaluations();
  if (!evaluations) return tl::unexpected(evaluations.error());
  for (const Evaluated& e : *evaluations) {
    const int network = place(loading.network_of, e.network);
    if (network < 0 || e.count < 1) continue;
    loading.data.networks[static_cast<std::size_t>(network)].evaluations.push_back(
        {e.data, e.split, static_cast<int>(e.right), static_cast<int>(e.count)});
  }
  const auto descents = loading.store.descents();
  if (!descents) return tl::unexpected(descents.error());
  for (const Descent& descent : *descents) {
    const int parent = place(loading.network_of, descent.parent);
    const int child = place(loading.network_of, descent.network);
    if (parent < 0 || child < 0) continue;
    loading.data.descents.push_back({parent, child, descent.recipe});
  }
  return {};
}

Expected<void> load_questions(Loading& loading) {
  const auto questions = loading.store.questions();
  if (!questions) return tl::unexpected(questions.error());
  for (const StoredQuestion& question : *questions) {
    const int network = place(loading.network_of, question.network);
    if (network < 0)
      return loading.store.database().damaged(
          fmt::format("question {} has no network", question.id));
    loading.question_of[question.id] = static_cast<int>(loading.data.questions.size());
    loading.data.questions.push_back(
        {question.id, question.kind, network, question.text, question.options});
  }
  return loading.store.database().query(
      "SELECT id, command, version, machine, threads, started FROM run ORDER BY id",
      [&](const SqlRow& row) {
        loading.run_of[row.integer(0)] = static_cast<int>(loading.data.runs.size());
        loading.data.runs.push_back(
            {row.text(1), row.text(2), row.text(3), row.text(5), static_cast<int>(row.integer(4))});
      });
}

/// The images asked about, in order, with their originals where the store has them.
Expected<void> load_images(Loading& loading) {
  std::map<ImageKey, ReportImage> images;
  const Sqlite& db = loading.store.database();
  auto ok = db.query("SELECT DISTINCT question, image, label FROM closest", [&](const SqlRow& row) {
    const int question = place(loading.question_of, row.integer(0));
    if (question < 0) return;
    const ReportQuestion& asked = loading.data.questions[static_cast<std::size_t>(question)];
    const auto number = static_cast<int>(row.integer(1));
    images[key_of(asked, number)] = {text_option(asked, "data"),
                                     text_option(asked, "split"),
                                     number,
                                     static_cast<int>(row.integer(2)),
                                     !asked.options.contains("features"),
                                     Thumbnail{channels_of(asked), {}}};
    widen_to_box(loading.range_of, key_of(asked, number), asked);
  });
  if (!ok) return ok;
  std::string damaged;
  ok = db.query(
      "SELECT data, split, image, rows, columns, pixels FROM original", [&](const SqlRow& row) {
        const ImageKey key{row.text(0), row.text(1), static_cast<int>(row.integer(2))};
        const auto image = images.find(key);
        if (image == images.end()) return;
        const std::string bytes = row.blob(5);
        ImageShape shape = image->second.original.shape;
        shape.rows = static_cast<int>(row.integer(3));
        shape.columns = static_cast<int>(row.integer(4)) / shape.channels;
        const auto size = row.integer(3) * row.integer(4);
        constexpr std::int64_t kDouble = sizeof(double);
        if (shape.rows < 1 || shape.columns < 1 || shape.size() != size ||
            (size != std::ssize(bytes) && size * kDouble != std::ssize(bytes))) {
          damaged = fmt::format("original {} of {}", image->second.number, image->second.data);
          return;
        }
        Eigen::VectorXd pixels = size == std::ssize(bytes) ? of_bytes(bytes) : to_vector(bytes);
        if (image->second.picture) {
          const GreyRange range =
              loading.range_of.try_emplace(key, range_of_values(pixels)).first->second;
          image->second.original = image_thumbnail(pixels, shape, range.low, range.high);
        }
        loading.pixels_of[key] = std::move(pixels);
      });
  if (!ok) return ok;
  if (!damaged.empty()) return db.damaged(fmt::format("the size of {}", damaged));
  for (auto& [key, image] : images) {
    loading.image_of[key] = static_cast<int>(loading.data.images.size());
    loading.data.images.push_back(std::move(image));
  }
  return {};
}

/// Of the row of a table.
bool add_changes(const Loading& loading, const ImageKey& key, const Eigen::VectorXd& found,
                 ReportAnswer& answer) {
  const auto original = loading.pixels_of.find(key);
  if (original == loading.pixels_of.end()) return true;
  if (found.size() != original->second.size()) return false;
  for (Eigen::Index j = 0; j < found.size(); ++j) {
    const double from = original->second(j);
    if (found(j) != from) answer.changes.push_back({static_cast<int>(j), from, found(j)});
  }
  return true;
}

/// What was found and its change; false when its size is not the original's.
bool add_found(const Loading& loading, const ImageKey& key, const std::string& blob,
               ReportAnswer& answer) {
  if (blob.empty()) return true;
  const Eigen::VectorXd found = to_vector(blob);
  const ReportImage& image = loading.data.images[static_cast<std::size_t>(answer.image)];
  if (!image.picture) return add_changes(loading, key, found, answer);
  const auto known = loading.range_of.find(key);
  const GreyRange range = known == loading.range_of.end() ? range_of_values(found) : known->second;
  if (image.original.empty()) {
    answer.found = image_thumbnail(found, shape_of(found.size()), range.low, range.high);
    return true;
  }
  const Eigen::VectorXd& original = loading.pixels_of.at(key);
  if (found.size() != original.size()) return false;
  answer.found = image_thumbnail(found, image.original.shape, range.low, range.high);
  answer.change = change_thumbnail(found, original, image.original.shape);
  return true;
}

ReportAnswer read_answer(const Loading& loading, const SqlRow& row, int question, int image) {
  ReportAnswer answer;
  answer.question = question;
  answer.image = image;
  answer.target = integer_or_null(row, 2);
  answer.status = row.text(3);
  answer.distance = row.real_or_null(4);
  answer.bound = row.real(5);
  answer.nodes = row.real(6);
  answer.seconds = row.real(7);
  answer.bound_seconds = row.real(8);
  answer.verified = row.integer(9) != 0;
  answer.all_zero = row.integer(10) != 0;
  answer.note = row.text(11);
  answer.linearised = row.real_or_null(14);
  answer.linearised_bound = row.real_or_null(15);
  answer.run = row.null(13) ? -1 : place(loading.run_of, row.integer(13));
  return answer;
}

Expected<void> load_answers(Loading& loading) {
  std::string damaged;
  auto ok = loading.store.database().query(
      "SELECT question, image, target, status, distance, bound, nodes, seconds, bound_seconds, "
      "verified, all_zero, note, found, run, linearised, linearised_bound FROM closest",
      [&](const SqlRow& row) {
        const int question = place(loading.question_of, row.integer(0));
        if (question < 0) return;
        const ReportQuestion& asked = loading.data.questions[static_cast<std::size_t>(question)];
        const auto number = static_cast<int>(row.integer(1));
        const ImageKey key = key_of(asked, number);
        const int image = place(loading.image_of, key);
        if (image < 0) {
          damaged = fmt::format("image {} of question {}", number, row.integer(0));
          return;
        }
        ReportAnswer answer = read_answer(loading, row, question, image);
        if (!add_found(loading, key, row.blob(12), answer)) {
          damaged = fmt::format("image {} of question {}", number, row.integer(0));
        }
        loading.data.answers.push_back(std::move(answer));
      });
  if (!ok) return ok;
  if (!damaged.empty()) {
    return loading.store.database().damaged(fmt::format("the size of {}", damaged));
  }
  std::sort(loading.data.answers.begin(), loading.data.answers.end(),
            [](const ReportAnswer& a, const ReportAnswer& b) {
              return std::pair(a.image, a.question) < std::pair(b.image, b.question);
            });
  return {};
}

Expected<void> load_units(Loading& loading) {
  return loading.store.database().query(
      "SELECT question, layer, unit, activation, bound, status, seconds, found, proof FROM unit "
      "ORDER BY question, layer, unit",
      [&](const SqlRow& row) {
        const int question = place(loading.question_of, row.integer(0));
        if (question < 0) return;
        const ReportQuestion& asked = loading.data.questions[static_cast<std::size_t>(question)];
        const Eigen::VectorXd found = to_vector(row.blob(7));
        const GreyRange range = range_of_box(asked).value_or(range_of_values(found));
        loading.data.units.push_back(
            {question, static_cast<int>(row.integer(1)), static_cast<int>(row.integer(2)),
             row.real_or_null(3), row.real_or_null(4), row.text(5), row.real(6), row.text(8),
             image_thumbnail(found, shape_of_input(loading, asked, found.size()), range.low,
                             range.high)});
      });
}

Expected<void> load_counts(Loading& loading) {
  return load_verdicts(loading.store, loading.question_of, loading.data);
}

Expected<void> load_bounds(Loading& loading) {
  for (const auto& [id, question] : loading.question_of) {
    if (loading.data.questions[static_cast<std::size_t>(question)].kind != "bounds") continue;
    const auto stored = loading.store.bounds(id);
    if (!stored) return tl::unexpected(stored.error());
    if (!*stored) continue;
    const Bounds& bounds = (*stored)->bounds;
    ReportBounds entry{question, (*stored)->complete, bounds.t_pre, {}};
    for (int k = 1; k <= bounds.depth(); ++k) {
      entry.layers.emplace_back();
      for (const NeuronBounds& b : bounds.layer(k))
        entry.layers.back().push_back({b.lower, b.upper});
    }
    loading.data.bounds.push_back(std::move(entry));
  }
  return {};
}

}  // namespace

Expected<ReportData> load_report(const Store& store) {
  Loading loading{store, {}, {}, {}, {}, {}, {}, {}};
  auto read = store.database().snapshot([&loading]() -> Expected<void> {
    for (const auto step : {load_networks, load_questions, load_images, load_answers, load_counts,
                            load_units, load_bounds}) {
      if (auto ok = step(loading); !ok) return ok;
    }
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return std::move(loading.data);
}

bool nothing_to_show(const ReportData& data) {
  return data.answers.empty() && data.radii.empty() && data.comparisons.empty() &&
         data.units.empty() && data.bounds.empty() && data.descents.empty();
}

}  // namespace brink
