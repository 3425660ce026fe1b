// What a results store holds, as tables: for `brink runs`.
#pragma once

#include <optional>
#include <string>

#include "brink/report/text_table.h"
#include "brink/store/store.h"

namespace brink {

/// Which rows; empty: any.
struct StoreFilter {
  std::string network;  ///< name, or the beginning of the hash
  std::string norm;
  std::string status;
  std::string engine;
  std::optional<int> label;
  std::optional<std::int64_t> question;
};

/// One row a question: how many answers, how many final, means.
Expected<TextTable> question_table(const Store& store, const StoreFilter& filter);
/// One row an answer about an image, with its question.
Expected<TextTable> answer_table(const Store& store, const StoreFilter& filter);
/// One row an answer about an image and a radius.
Expected<TextTable> radius_answer_table(const Store& store, const StoreFilter& filter);
/// One row an answer about two networks around an image.
Expected<TextTable> compare_answer_table(const Store& store, const StoreFilter& filter);
Expected<TextTable> unit_answer_table(const Store& store, const StoreFilter& filter);
Expected<TextTable> network_table(const Store& store);
Expected<TextTable> run_table(const Store& store);

}  // namespace brink
