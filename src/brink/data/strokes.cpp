// The built-in data set: digits drawn from pen strokes, so that everything can be tried offline.
//
// Each digit has a few ways of writing it, as control points in a unit square (y down). A drawing
// moves the points, joins them by smooth curves, slants, turns, scales and shifts the whole, and
// darkens each pixel by its distance to the pen's path. Image i depends on (seed, split, i) alone.
#include <algorithm>
#include <array>
#include <charconv>
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

/// Ways of writing the digits. A stroke starts with '~', a curve through its points, or '/',
/// straight lines; points are x,y in hundredths of the square.
struct Writing {
  std::uint8_t digit;
  std::string_view strokes;
};
constexpr Writing kWritings[] = {
    {0, "~50,0 15,18 8,55 30,95 68,92 92,50 80,12 50,0"},
    {0, "~68,5 35,6 15,50 30,93 60,95 85,50 72,10 45,8"},
    {1, "/50,0 50,100"},
    {1, "/30,22 55,0 55,100"},
    {1,
     "/30,20 50,0 50,100"
     "/25,100 75,100"},
    {2,
     "~15,20 45,0 80,18 70,50 40,78 12,100"
     "/12,100 90,96"},
    {2, "~18,18 50,0 80,25 55,68 20,95 15,75 35,75 60,95 92,92"},
    {3, "~15,12 50,0 82,20 70,40 42,48 78,58 85,80 50,100 12,88"},
    {3,
     "/15,3 82,3 45,40"
     "~45,40 80,52 84,80 50,100 14,88"},
    {4,
     "/25,0 15,55 88,55"
     "/70,8 66,100"},
    {4, "/65,100 65,0 10,65 92,65"},
    {4,
     "~20,2 18,40 50,52 80,40"
     "/80,0 74,100"},
    {5,
     "/82,2 28,2 22,42"
     "~22,42 60,38 84,65 60,96 15,92"},
    {5,
     "~25,8 22,45 60,42 80,70 50,100 12,88"
     "/25,6 85,0"},
    {6, "~70,2 38,25 18,62 30,95 65,97 80,72 60,52 30,62 20,75"},
    {6, "~35,0 20,35 20,80 48,100 80,85 75,58 45,52 22,70"},
    {7, "/12,4 85,4 40,100"},
    {7,
     "/12,4 85,4 40,100"
     "/35,50 80,50"},
    {7, "~14,20 20,4 82,4 60,45 45,100"},
    {8, "~75,15 45,0 20,20 45,45 80,75 50,100 17,78 50,48 78,20 68,8"},
    {8,
     "~50,0 22,20 50,45 78,20 50,0"
     "~50,45 15,72 50,100 85,72 50,45"},
    {9,
     "~78,20 50,0 22,20 30,46 60,46 78,20"
     "~78,20 76,60 68,100"},
    {9, "~80,15 40,4 20,30 45,50 75,35 80,15 78,70 50,100 20,90"},
};

/// A table entry as points; the table is ours, so nothing can be wrong with it.
Glyph parse_writing(std::string_view text) {
  Glyph glyph;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&at, end] {
    int value = 0;
    at = std::from_chars(at, end, value).ptr;
    return value / 100.0;
  };
  while (at != end) {
    if (*at == '~' || *at == '/') glyph.push_back({*at == '~', {}});
    ++at;  // also the space between points
    const double x = number();
    ++at;  // the comma
    glyph.back().points.push_back({x, number()});
  }
  return glyph;
}

std::array<std::vector<Glyph>, kDigits> make_glyphs() {
  std::array<std::vector<Glyph>, kDigits> glyphs;
  for (const Writing& writing : kWritings) {
    glyphs[writing.digit].push_back(parse_writing(writing.strokes));
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

using Canvas = std::array<double, std::size_t{kSide} * kSide>;

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
      double& square = squares[static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x)];
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

Dataset strokes(Split split, std::uint64_t seed) {
  static const auto glyphs = make_glyphs();
  const int blocks = split == Split::train ? 6'000 : 1'000;  // of one image of each digit
  constexpr std::size_t kSize = std::size_t{kSide} * kSide;
  Dataset set;
  set.rows = set.columns = kSide;
  set.labels.resize(static_cast<std::size_t>(blocks) * kDigits);
  std::vector<std::uint8_t> pixels(set.labels.size() * kSize);
  parallel_for(blocks, hardware_threads(), [&](int block) {
    std::vector<std::uint8_t> digits{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    Random order = stream(seed, split, 0, block);
    order.shuffle(digits);
    for (int k = 0; k < kDigits; ++k) {
      const int i = block * kDigits + k;
      const std::size_t at = static_cast<std::size_t>(i);
      Random random = stream(seed, split, 1, i);
      const std::size_t digit = digits[static_cast<std::size_t>(k)];
      set.labels[at] = static_cast<int>(digit);
      draw_digit(glyphs[digit], random, pixels.data() + at * kSize);
    }
  });
  set.pixels = std::move(pixels);
  return set;
}

}  // namespace brink
