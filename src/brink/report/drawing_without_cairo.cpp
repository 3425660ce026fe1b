// Of builds without cairo (BRINK_CAIRO=OFF): drawings become SVG alone.
#include "brink/report/drawing.h"

namespace brink {

namespace {

constexpr double kMeanLetter = 0.56;  // DejaVu Sans, of its size

}  // namespace

double text_width(std::string_view text) {
  return kMeanLetter * kFontSize * static_cast<double>(text.size());
}

Expected<Raster> to_raster(const Drawing&) {
  return bad_request("this brink was built without cairo: write .svg");
}

Expected<std::string> to_pdf(const Drawing&) {
  return bad_request("this brink was built without cairo: write .svg");
}

}  // namespace brink
