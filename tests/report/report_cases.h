// Small reports for tests.
#pragma once

#include "brink/report/report_data.h"

namespace brink::testing {

inline nlohmann::json robust_options(const std::string& norm) {
  return {{"data", "mnist"}, {"split", "test"}, {"norm", norm},      {"target", "any"},
          {"margin", 1.0},   {"box", "0:1"},    {"engine", "search"}};
}

inline ReportAnswer answer(int question, int image, const std::string& status,
                           std::optional<double> distance = {}, double bound = 0,
                           double seconds = 1) {
  ReportAnswer a;
  a.question = question;
  a.image = image;
  a.status = status;
  a.distance = distance;
  a.bound = bound;
  a.seconds = seconds;
  a.verified = distance.has_value();
  return a;
}

/// Networks "parent" and "child", one question asked of both about images 0 to 4.
inline ReportData two_networks() {
  ReportData data;
  data.title = "two";
  data.networks = {{"aa11", "parent", "4-2-2", "linear", {{"mnist", "test", 90, 100}}},
                   {"bb22", "child", "4-2-2", "linear", {{"mnist", "test", 80, 100}}}};
  data.questions = {{11, "closest", 0, "first", robust_options("l1")},
                    {12, "closest", 1, "second", robust_options("l1")}};
  for (int i = 0; i < 5; ++i) data.images.push_back({"mnist", "test", 10 + i, i, true, {}});
  data.answers = {answer(0, 0, "optimal", 2, 2),    answer(1, 0, "optimal", 4, 4),
                  answer(0, 1, "misclassified"),    answer(1, 1, "optimal", 8, 8),
                  answer(0, 2, "time_limit", 4, 1), answer(1, 2, "gap", 8, 6),
                  answer(0, 3, "time_limit"),       answer(1, 3, "optimal", 1, 1),
                  answer(0, 4, "optimal", 9, 9)};
  return data;
}

}  // namespace brink::testing
