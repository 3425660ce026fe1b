// Does all text of a drawing lie within it?
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "brink/report/drawing.h"

namespace brink::testing {

inline void expect_text_inside(const Drawing& drawing) {
  for (const Drawing::Item& item : drawing.items()) {
    const auto* text = std::get_if<Drawing::Text>(&item);
    if (text == nullptr) continue;
    const double length = text_width(text->text);
    const double before[] = {0, length / 2, length};
    double along = text->upwards ? drawing.height() - text->at.y : text->at.x;
    const double across = text->upwards ? text->at.x : text->at.y;
    along -= before[static_cast<int>(text->align)];
    EXPECT_GE(along, 0) << text->text;
    EXPECT_LE(along + length, text->upwards ? drawing.height() : drawing.width()) << text->text;
    EXPECT_GE(across - kAscent, 0) << text->text;
    EXPECT_LE(across + kLineHeight - kAscent, text->upwards ? drawing.width() : drawing.height())
        << text->text;
  }
}

inline bool says(const Drawing& drawing, const std::string& what) {
  return std::any_of(drawing.items().begin(), drawing.items().end(), [&](const auto& item) {
    const auto* text = std::get_if<Drawing::Text>(&item);
    return text != nullptr && text->text == what;
  });
}

}  // namespace brink::testing
