// The built-in data set: digits drawn from pen strokes, so that everything can be tried offline.
//
// Each digit has a few ways of writing it, as control points in a unit square (y down). A drawing
// moves the points, joins them by smooth curves, slants, turns, scales and shifts the whole, and
// darkens each pixel by its distance to the pen's path. Image i depends on (seed, split, i) alone.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "brink/base/parallel.h"
#include "brink/base/random.h"
#include "brink/data/dataset.h"

namespace brink {

namespace {

constexpr int kSide = 28;
constexpr int kDigits = 10;

struct Point {
  double x = 0;
  double y = 0;
};
struct Stroke {
  bool smooth = true;  // a curve through the points; otherwise straight lines
  std::vector<Point> points;
};
using Glyph = std::vector<Stroke>;

std::vector<Glyph> round_digit_glyphs(int digit) {
  switch (digit) {
    case 0:
      return {{{true,
                {{.5, 0},
                 {.15, .18},
                 {.08, .55},
                 {.3, .95},
                 {.68, .92},
                 {.92, .5},
                 {.8, .12},
                 {.5, 0}}}},
              {{true,
                {{.68, .05},
                 {.35, .06},
                 {.15, .5},
                 {.3, .93},
                 {.6, .95},
                 {.85, .5},
                 {.72, .1},
                 {.45, .08}}}}};
    case 3:
      return {{{true,
                {{.15, .12},
                 {.5, 0},
                 {.82, .2},
                 {.7, .4},
                 {.42, .48},
                 {.78, .58},
                 {.85, .8},
                 {.5, 1},
                 {.12, .88}}}},
              {{false, {{.15, .03}, {.82, .03}, {.45, .4}}},
               {true, {{.45, .4}, {.8, .52}, {.84, .8}, {.5, 1}, {.14, .88}}}}};
    case 6:
      return {{{true,
                {{.7, .02},
                 {.38, .25},
                 {.18, .62},
                 {.3, .95},
                 {.65, .97},
                 {.8, .72},
                 {.6, .52},
                 {.3, .62},
                 {.2, .75}}}},
              {{true,
                {{.35, 0},
                 {.2, .35},
                 {.2, .8},
                 {.48, 1},
                 {.8, .85},
                 {.75, .58},
                 {.45, .52},
                 {.22, .7}}}}};
    case 8:
      return {{{true,
                {{.75, .15},
                 {.45, 0},
                 {.2, .2},
                 {.45, .45},
                 {.8, .75},
                 {.5, 1},
                 {.17, .78},
                 {.5, .48},
                 {.78, .2},
                 {.68, .08}}}},
              {{true, {{.5, 0}, {.22, .2}, {.5, .45}, {.78, .2}, {.5, 0}}},
               {true, {{.5, .45}, {.15, .72}, {.5, 1}, {.85, .72}, {.5, .45}}}}};
    default:  // 9
      return {{{true, {{.78, .2}, {.5, 0}, {.22, .2}, {.3, .46}, {.6, .46}, {.78, .2}}},
               {true, {{.78, .2}, {.76, .6}, {.68, 1}}}},
              {{true,
                {{.8, .15},
                 {.4, .04},
                 {.2, .3},
                 {.45, .5},
                 {.75, .35},
                 {.8, .15},
                 {.78, .7},
                 {.5, 1},
                 {.2, .9}}}}};
  }
}

std::vector<Glyph> straight_digit_glyphs(int digit) {
  switch (digit) {
    case 1:
      return {{{false, {{.5, 0}, {.5, 1}}}},
              {{false, {{.3, .22}, {.55, 0}, {.55, 1}}}},
              {{false, {{.3, .2}, {.5, 0}, {.5, 1}}}, {false, {{.25, 1}, {.75, 1}}}}};
    case 2:
      return {{{true, {{.15, .2}, {.45, 0}, {.8, .18}, {.7, .5}, {.4, .78}, {.12, 1}}},
               {false, {{.12, 1}, {.9, .96}}}},
              {{true,
                {{.18, .18},
                 {.5, 0},
                 {.8, .25},
                 {.55, .68},
                 {.2, .95},
                 {.15, .75},
                 {.35, .75},
                 {.6, .95},
                 {.92, .92}}}}};
    case 4:
      return {{{false, {{.25, 0}, {.15, .55}, {.88, .55}}}, {false, {{.7, .08}, {.66, 1}}}},
              {{false, {{.65, 1}, {.65, 0}, {.1, .65}, {.92, .65}}}},
              {{true, {{.2, .02}, {.18, .4}, {.5, .52}, {.8, .4}}}, {false, {{.8, 0}, {.74, 1}}}}};
    case 5:
      return {{{false, {{.82, .02}, {.28, .02}, {.22, .42}}},
               {true, {{.22, .42}, {.6, .38}, {.84, .65}, {.6, .96}, {.15, .92}}}},
              {{true, {{.25, .08}, {.22, .45}, {.6, .42}, {.8, .7}, {.5, 1}, {.12, .88}}},
               {false, {{.25, .06}, {.85, 0}}}}};
    default:  // 7
      return {{{false, {{.12, .04}, {.85, .04}, {.4, 1}}}},
              {{false, {{.12, .04}, {.85, .04}, {.4, 1}}}, {false, {{.35, .5}, {.8, .5}}}},
              {{true, {{.14, .2}, {.2, .04}, {.82, .04}, {.6, .45}, {.45, 1}}}}};
  }
}

std::array<std::vector<Glyph>, kDigits> make_glyphs() {
  std::array<std::vector<Glyph>, kDigits> glyphs;
  for (int digit = 0; digit < kDigits; ++digit) {
    const bool is_round = digit % 3 == 0 || digit == 8;
    glyphs[static_cast<std::size_t>(digit)] =
        is_round ? round_digit_glyphs(digit) : straight_digit_glyphs(digit);
  }
  return glyphs;
}

/// The control points, each moved a little, joined by Catmull-Rom curves or straight lines.
std::vector<Point> draw_path(const Stroke& stroke, double wobble, Random& random) {
  constexpr int kPieces = 5;
  std::vector<Point> points = stroke.points;
  for (Point& p : points) {
    p.x += wobble * random.normal();
    p.y += wobble * random.normal();
  }
  if (!stroke.smooth) return points;
  std::vector<Point> path{points.front()};
  const std::size_t last = points.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const Point &a = points[i > 0 ? i - 1 : 0], &b = points[i], &c = points[i + 1],
                &d = points[std::min(i + 2, last)];
    for (int piece = 1; piece <= kPieces; ++piece) {
      const double t = static_cast<double>(piece) / kPieces;
      const auto curve = [t](double p, double q, double r, double s) {
        return q + t / 2 * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
      };
      path.push_back({curve(a.x, b.x, c.x, d.x), curve(a.y, b.y, c.y, d.y)});
    }
  }
  return path;
}

/// From the unit square to pixels: scale, slant, turn, shift.
class Placement {
 public:
  explicit Placement(Random& random) {
    const double width = random.uniform(11, 18), height = random.uniform(16, 21);
    const double slant = 0.2 * random.normal() + 0.1, angle = 0.12 * random.normal();
    const double cosine = std::cos(angle), sine = std::sin(angle);
    xx_ = cosine * width;
    xy_ = (-slant * cosine - sine) * height;
    yx_ = sine * width;
    yy_ = (-slant * sine + cosine) * height;
    shift_ = {13.5 + 1.0 * random.normal(), 13.5 + 0.8 * random.normal()};
  }

  Point operator()(const Point& p) const {
    const double x = p.x - 0.5, y = p.y - 0.5;
    return {shift_.x + xx_ * x + xy_ * y, shift_.y + yx_ * x + yy_ * y};
  }

 private:
  double xx_ = 1, xy_ = 0, yx_ = 0, yy_ = 1;
  Point shift_;
};

using Canvas = std::array<double, kSide * kSide>;

/// Lowers each pixel's squared distance to the pen's path where the segment is within `reach`.
void draw_segment(const Point& a, const Point& b, double reach, Canvas& squares) {
  const auto first = [reach](double u, double v) {
    return static_cast<int>(std::clamp(std::ceil(std::min(u, v) - reach), 0.0, 1.0 * kSide));
  };
  const auto last = [reach](double u, double v) {
    return static_cast<int>(std::clamp(std::floor(std::max(u, v) + reach), -1.0, kSide - 1.0));
  };
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length = std::max(dx * dx + dy * dy, 1e-12);
  for (int y = first(a.y, b.y); y <= last(a.y, b.y); ++y) {
    for (int x = first(a.x, b.x); x <= last(a.x, b.x); ++x) {
      const double t = std::clamp(((x - a.x) * dx + (y - a.y) * dy) / length, 0.0, 1.0);
      const double ex = a.x + t * dx - x, ey = a.y + t * dy - y;
      double& square = squares[static_cast<std::size_t>(y * kSide + x)];
      square = std::min(square, ex * ex + ey * ey);
    }
  }
}

void draw_digit(const std::vector<Glyph>& variants, Random& random, std::uint8_t* pixels) {
  constexpr double kEdge = 0.6;  // half the width of the blurred rim
  const Glyph& glyph =
      variants[static_cast<std::size_t>(random.index(static_cast<int>(variants.size())))];
  const Placement place(random);
  const double wobble = random.uniform(0.01, 0.06);
  const double radius = random.uniform(0.7, 1.9);
  const double ink = random.uniform(0.75, 1.0);
  Canvas squares;
  squares.fill(std::numeric_limits<double>::max());
  for (const Stroke& stroke : glyph) {
    const auto path = draw_path(stroke, wobble, random);
    for (std::size_t i = 1; i < path.size(); ++i) {
      draw_segment(place(path[i - 1]), place(path[i]), radius + kEdge, squares);
    }
  }
  const double noise = random.uniform(0.0, 0.12);
  const double dropout = random.uniform() < 0.25 ? random.uniform(0.0, 0.15) : 0.0;
  for (std::size_t p = 0; p < squares.size(); ++p) {
    const double darkness =
        std::clamp((radius + kEdge - std::sqrt(squares[p])) / (2 * kEdge), 0.0, 1.0);
    double value = 0;
    // The paper stays clean, as in scanned digits; noise and gaps are in the ink.
    if (darkness > 0) value = ink * darkness + noise * random.normal();
    if (dropout > 0 && random.uniform() < dropout) value = 0;
    pixels[p] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
  }
}

Random stream(std::uint64_t seed, Split split, int purpose, int index) {
  const std::uint64_t which =
      (split == Split::train ? 0U : 1U) + 2U * static_cast<unsigned>(purpose);
  return Random(Random(seed).next() + (which << 32) + static_cast<std::uint64_t>(index));
}

}  // namespace

ImageSet strokes(Split split, std::uint64_t seed) {
  static const auto glyphs = make_glyphs();
  const int blocks = split == Split::train ? 6'000 : 1'000;  // of one image of each digit
  constexpr std::size_t kSize = kSide * kSide;
  ImageSet set{kSide, kSide, {}, {}};
  set.labels.resize(static_cast<std::size_t>(blocks) * kDigits);
  set.pixels.resize(set.labels.size() * kSize);
  parallel_for(blocks, hardware_threads(), [&](int block) {
    std::vector<std::uint8_t> digits{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    Random order = stream(seed, split, 0, block);
    order.shuffle(digits);
    for (int k = 0; k < kDigits; ++k) {
      const int i = block * kDigits + k;
      const std::size_t at = static_cast<std::size_t>(i);
      Random random = stream(seed, split, 1, i);
      set.labels[at] = digits[static_cast<std::size_t>(k)];
      draw_digit(glyphs[set.labels[at]], random, set.pixels.data() + at * kSize);
    }
  });
  return set;
}

}  // namespace brink
