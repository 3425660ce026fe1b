// One self-contained HTML page about a network: what was asked, what was proven, with pictures.
//
// Pictures are data URIs and the style is inside: the page needs no other file and no network, is
// readable on a phone and follows the reader's light or dark preference.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "brink/report/pictures.h"
#include "brink/report/results.h"
#include "brink/report/units.h"

namespace brink {

/// All answers about one image.
struct PageImage {
  int index = 0;
  int label = 0;
  Eigen::VectorXd original;
  std::vector<Result> answers;
};

struct Page {
  std::string title;
  std::string lead;                                        ///< a paragraph below the title
  std::vector<std::pair<std::string, std::string>> facts;  ///< name, value
  std::vector<PageImage> images;
  ImageShape shape;
  std::vector<std::string> inputs;   ///< of a table: the features' names; empty: pictures
  std::vector<std::string> classes;  ///< their names; may be empty
  double low = 0;                    ///< greys span [low, high]
  double high = 1;
  int depth = 0;  ///< K: units of this layer are called labels
  std::vector<UnitResult> units;
};

/// Results of several tables put together by image, in order of first appearance. Originals are
/// left empty: the caller has the data set.
std::vector<PageImage> group_by_image(const std::vector<Result>& results);

/// The whole document. Text is escaped.
Expected<std::string> to_html(const Page& page);

}  // namespace brink
