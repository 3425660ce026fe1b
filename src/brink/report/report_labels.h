// Short names for the questions of a report: only what tells them apart.
#pragma once

#include <string>
#include <vector>

#include "brink/base/norm.h"
#include "brink/report/report_data.h"

namespace brink {

/// Per question, what distinguishes it from the others of its kind, network and norm apart: "mip,
/// bounds weak"; empty when there is nothing.
std::vector<std::string> question_labels(const std::vector<ReportQuestion>& questions);

/// What a closest question asks, norm included: "least L1 change to any other class, margin 1".
std::string question_title(const ReportQuestion& question);

/// A question of any kind in one line, norm included; options at their defaults are left out:
/// "closest l1, mnist, target shift:5, margin 1.2, floor 0.001, search, 300 s".
std::string question_summary(const ReportQuestion& question);

/// "L0 (number of changes)", "L1 (sum of changes)", ...
std::string norm_title(Norm norm);
/// "L0", "L1", "L2", "L\u221e"; other text as it is.
std::string norm_label(const std::string& norm);

}  // namespace brink
