// What hardening did: a network and the one it was made from, side by side.
#pragma once

#include <optional>
#include <vector>

#include "brink/report/report_data.h"

namespace brink {

/// A mean over the same images of both networks, by the distances found and by the proven bounds.
struct HardeningMean {
  int images = 0;
  double parent = 0, parent_bound = 0;
  double child = 0, child_bound = 0;
};

/// One question asked of both networks with the same options.
struct HardeningDistance {
  int parent_question = 0;
  int child_question = 0;
  HardeningMean all;    ///< misclassified images at 0
  HardeningMean right;  ///< only images that both networks get right
  int left_out = 0;     ///< images of both with an error, or with no image known for one of them
};

/// Accuracy on one split of a data set, where both networks were evaluated.
struct HardeningAccuracy {
  ReportEvaluation parent;
  ReportEvaluation child;
};

struct Hardening {
  ReportDescent descent;
  std::vector<HardeningAccuracy> accuracies;
  std::vector<HardeningDistance> distances;
};

/// One element a descent, in order.
std::vector<Hardening> compare_descents(const ReportData& data);

}  // namespace brink
