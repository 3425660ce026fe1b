// A results store: networks, questions with all their options, answers with the images found. One
// SQLite file; tables and columns are in docs/store.md.
//
// An answer is on disk when put() returns, and is never asked for again. What identifies a question
// is one line of text with everything that decides its answers.
#pragma once

#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/ask/compare_batch.h"
#include "brink/ask/radius_batch.h"
#include "brink/ask/visualize.h"
#include "brink/store/sqlite.h"

namespace brink {

using QuestionId = std::int64_t;

struct StoredNetwork {
  std::string hash;  ///< content_hash
  std::string name;  ///< of its file when it was first seen, without the ending
  std::string shape;
  std::string output;
};

struct StoredQuestion {
  QuestionId id = 0;
  std::string kind;     ///< closest, radius, compare, visualize, bounds
  std::string network;  ///< hash
  std::string text;
  nlohmann::json options;
};

/// A question that is about to be asked.
struct Question {
  std::string kind;
  std::string text;
  nlohmann::json options;
  std::string hash = {};  ///< what tables and images carry (question/identity.h)
};

struct StoredUnit {
  int layer = 0;
  int unit = 0;
  Excitation answer;
};

struct StoredBounds {
  Bounds bounds;
  bool complete = false;
};

/// An image that was asked about.
struct Original {
  int label = 0;
  int rows = 0;
  int columns = 0;
  std::string pixels;  ///< n bytes, value = byte / 255, or n doubles; row by row
};

struct Evaluated {
  std::string network;
  std::string data;
  std::string split;
  std::int64_t right = 0;
  std::int64_t count = 0;
};

/// A hardened network and the one it comes from.
struct Descent {
  std::string network;
  std::string parent;
  nlohmann::json recipe;
};

class Store {
 public:
  /// Makes the file if need be.
  static Expected<Store> open(const std::filesystem::path& path);
  /// Of this process alone, and gone at its end.
  static Expected<Store> temporary();
  /// An error if there is none.
  static Expected<Store> open_existing(const std::filesystem::path& path);

  /// Answers that are put from now on belong to this run. `command`: as typed.
  Expected<void> begin_run(const std::string& command, int threads);
  /// The question's id; adds network and question if they are new.
  Expected<QuestionId> ask(const Network& network, const std::string& network_name,
                           const Question& question, const std::string& file = {});
  /// `file`: what is kept of it, the ONNX file that it was read from; empty: a chain of dense
  /// layers, which of convolutions is a hundred times as large.
  Expected<void> add_network(const Network& network, const std::string& network_name,
                             const std::string& file = {});

  Expected<void> put(QuestionId question, const ClosestRow& row);
  Expected<void> put(QuestionId question, const RadiusRow& row);
  Expected<void> put(QuestionId question, const CompareRow& row);
  Expected<void> put(QuestionId question, const StoredUnit& unit);
  /// Replaces what was there. Not complete: of a run that may be continued.
  Expected<void> put(QuestionId question, const Bounds& bounds, bool complete);
  Expected<void> put_originals(const std::string& data, const std::string& split,
                               const Dataset& set, const std::vector<int>& images);
  Expected<void> put(const Evaluated& evaluated);
  Expected<void> put(const Descent& descent);

  /// By image, those of [first, last]; by layer and unit.
  Expected<std::map<int, ClosestRow>> closest(QuestionId question, int first = 0,
                                              int last = std::numeric_limits<int>::max()) const;
  Expected<std::map<int, RadiusRow>> radius(QuestionId question, int first = 0,
                                            int last = std::numeric_limits<int>::max()) const;
  /// Without the outputs at witnesses.
  Expected<std::map<int, CompareRow>> compare(QuestionId question, int first = 0,
                                              int last = std::numeric_limits<int>::max()) const;
  Expected<std::map<std::pair<int, int>, StoredUnit>> units(QuestionId question) const;
  Expected<std::optional<StoredBounds>> bounds(QuestionId question) const;

  Expected<std::vector<StoredNetwork>> networks() const;
  /// What is kept of it, ONNX.
  Expected<std::string> network_file(const std::string& hash) const;
  Expected<Network> network(const std::string& hash) const;
  Expected<std::vector<StoredQuestion>> questions() const;
  Expected<std::optional<Original>> original(const std::string& data, const std::string& split,
                                             int image) const;
  Expected<std::vector<Evaluated>> evaluations() const;
  Expected<std::vector<Descent>> descents() const;

  /// Everything into the one file, none left in the log beside it.
  Expected<void> checkpoint();
  /// Takes over all that `other` holds. Where both answered, a final answer is kept before one
  /// that a limit stopped, else the own.
  Expected<void> merge(const std::filesystem::path& other);

  /// For tables that only list: see schema.h.
  const Sqlite& database() const { return db_; }

 private:
  explicit Store(Sqlite db) : db_(std::move(db)) {}

  /// A row of an answer about an image.
  template <class Fields, class Row>
  Expected<void> put_row(const char* table, const Fields& fields, QuestionId question,
                         const Row& row);
  template <class Row, class Fields>
  Expected<std::map<int, Row>> image_rows(const char* table, const Fields& fields,
                                          QuestionId question, int first, int last) const;

  Sqlite db_;
  std::optional<std::int64_t> run_;
};

/// One line; what is not UTF-8 in it (a folder's name, say) is replaced.
std::string dump(const nlohmann::json& document);

/// "784-8-8-8-10".
std::string shape_text(const Network& network);

}  // namespace brink
