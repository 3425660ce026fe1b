// The figures of the papers: what excites units and labels (Z2, Z4, K3), a digit in four distances
// (Z3, Z5), ten digits on DNN3 without and with a cap, and their changes (K4, K5, K6).
#include "brink/ask/visualize.h"
#include "brink/report/pictures.h"
#include "brink/reproduce/tables.h"

namespace brink {

namespace {

constexpr int kScale = 4;
constexpr double kCap = 0.2;  // K's
constexpr int kDigits = 10;

struct Answered {
  int image = 0;
  int label = 0;
  Eigen::VectorXd original;
  ClosestAnswer answer;
};

/// The first image of every digit that the network gets right.
std::vector<int> one_of_each(const NamedNetwork& network, const Dataset& set) {
  std::vector<int> images;
  for (int digit = 0; digit < kDigits; ++digit) {
    for (int i = 0; i < set.count(); ++i) {
      if (set.label(i) != digit || classify(network.network, set.image(i)) != digit) continue;
      images.push_back(i);
      break;
    }
  }
  return images;
}

Expected<std::vector<Answered>> ask(Lab& lab, const NamedNetwork& network, Norm norm,
                                    std::optional<double> cap, const std::vector<int>& images) {
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  ClosestQuestion question = lab.question(network, norm);
  question.cap = cap;
  const auto rows =
      lab.session().closest({network, question, lab.search_engine(300), *test, images});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Answered> answers;
  for (const ClosestRow& row : *rows) {
    answers.push_back({row.image, row.label, test->set->image(row.image), row.answer});
  }
  return answers;
}

std::string caption_of(const ClosestAnswer& answer) {
  if (!answer.distance) return std::string(name(answer.status));
  return fmt::format("{:.4g}{}", *answer.distance,
                     answer.status == AnswerStatus::optimal ? "" : "\nunproven");
}

Tile found_tile(const Answered& a, ImageShape shape) {
  if (a.answer.image.size() == 0) return {{}, caption_of(a.answer)};
  return {image_picture(a.answer.image, shape, 0, 1, 1), caption_of(a.answer)};
}

Tile change_tile(const Answered& a, ImageShape shape, const std::string& caption) {
  if (a.answer.image.size() == 0) return {{}, caption};
  return {change_picture(a.answer.image, a.original, shape, 1), caption};
}

/// A row a digit: original, L0, L1, L2, Linf, the Linf change rescaled.
Expected<Sheet> norms_sheet(Lab& lab, const std::string& title, const std::vector<int>& images) {
  const auto network = lab.network("DNN1");
  if (!network) return tl::unexpected(network.error());
  Sheet sheet;
  sheet.title = title;
  sheet.rows.resize(images.size());
  for (const Norm norm : {Norm::l0, Norm::l1, Norm::l2, Norm::linf}) {
    const auto answers = ask(lab, *network, norm, {}, images);
    if (!answers) return tl::unexpected(answers.error());
    const ImageShape shape = shape_of(*lab.images("test")->set);
    for (std::size_t i = 0; i < answers->size(); ++i) {
      const Answered& a = (*answers)[i];
      if (sheet.rows[i].empty()) {
        sheet.row_heads.push_back(fmt::format("{} to {}", a.label, a.answer.target));
        sheet.rows[i].push_back({image_picture(a.original, shape, 0, 1, 1), "original"});
      }
      Tile tile = found_tile(a, shape);
      tile.caption = fmt::format("{} {}", name(norm), tile.caption);
      sheet.rows[i].push_back(std::move(tile));
      if (norm == Norm::linf) sheet.rows[i].push_back(change_tile(a, shape, "linf change"));
    }
  }
  return sheet;
}

/// Layers first..last of DNN1, a row a layer.
Expected<Sheet> units_sheet(Lab& lab, const std::string& title, bool labels) {
  const auto network = lab.network("DNN1");
  if (!network) return tl::unexpected(network.error());
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  const auto bounds = lab.bounds(*network, "exact");
  if (!bounds) return tl::unexpected(bounds.error());
  const int depth = network->network.depth();
  Sheet sheet;
  sheet.title = title;
  for (int k = labels ? depth : 1; k <= (labels ? depth : depth - 1); ++k) {
    sheet.row_heads.push_back(labels ? "label" : fmt::format("layer {}", k));
    sheet.rows.emplace_back();
    for (int j = 0; j < network->network.width(k); ++j) {
      SearchOptions options;
      options.time_limit = lab.search_engine(300).time_limit;
      const auto answered =
          excite_by_search(network->network, *bounds, k, j, options, lab.session().interrupt());
      if (!answered) return tl::unexpected(answered.error());
      const Excitation& found = *answered;
      if (lab.session().interrupted()) {
        return tl::unexpected(Error{Error::Kind::interrupted, "interrupted"});
      }
      Tile tile{{}, fmt::format("{}: {}", j, name(found.status))};
      if (found.image.size() > 0) {
        tile = {image_picture(found.image, shape_of(*test->set), 0, 1, 1),
                fmt::format("{}: {:.4g}{}", j, found.activation,
                            found.status == AnswerStatus::optimal ? "" : "\nunproven")};
      }
      sheet.rows.back().push_back(std::move(tile));
    }
  }
  return sheet;
}

/// Ten digits on DNN3, each to the class five further.
Expected<Sheet> digits_sheet(Lab& lab, const std::string& title, std::optional<double> cap) {
  const auto network = lab.network("DNN3");
  if (!network) return tl::unexpected(network.error());
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  const auto answers = ask(lab, *network, Norm::l1, cap, one_of_each(*network, *test->set));
  if (!answers) return tl::unexpected(answers.error());
  std::vector<Comparison> comparisons;
  for (const Answered& a : *answers) {
    comparisons.push_back({a.original, a.answer.image,
                           fmt::format("{} to {}", a.label, a.answer.target),
                           caption_of(a.answer)});
  }
  return comparison_sheet(title, comparisons, shape_of(*test->set), 0, 1, kDigits);
}

/// Changes of four digits without and with the cap.
Expected<Sheet> changes_sheet(Lab& lab, const std::string& title) {
  const auto network = lab.network("DNN3");
  if (!network) return tl::unexpected(network.error());
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  std::vector<int> images = one_of_each(*network, *test->set);
  images.resize(std::min<std::size_t>(4, images.size()));
  Sheet sheet;
  sheet.title = title;
  for (const auto& cap : {std::optional<double>(), std::optional<double>(kCap)}) {
    const auto answers = ask(lab, *network, Norm::l1, cap, images);
    if (!answers) return tl::unexpected(answers.error());
    sheet.row_heads.emplace_back(cap ? "cap 0.2" : "no cap");
    sheet.rows.emplace_back();
    for (const Answered& a : *answers) {
      sheet.rows.back().push_back(
          change_tile(a, shape_of(*test->set),
                      fmt::format("{} to {}: {}", a.label, a.answer.target, caption_of(a.answer))));
    }
  }
  return sheet;
}

struct Figure {
  const char* name;
  const char* title;
  std::function<Expected<Sheet>(Lab&, const std::string&)> draw;
};

std::vector<Figure> figures() {
  const auto of_digits = [](const std::vector<int>& digits) {
    return [digits](Lab& lab, const std::string& title) -> Expected<Sheet> {
      const auto network = lab.network("DNN1");
      if (!network) return tl::unexpected(network.error());
      const auto test = lab.images("test");
      if (!test) return tl::unexpected(test.error());
      std::vector<int> images;
      for (const int image : one_of_each(*network, *test->set)) {
        const int label = test->set->label(image);
        if (std::find(digits.begin(), digits.end(), label) != digits.end()) images.push_back(image);
      }
      return norms_sheet(lab, title, images);
    };
  };
  return {
      {"figure-z2-k3", "Z2, K3: what excites the hidden units of DNN1 most",
       [](Lab& lab, const std::string& title) { return units_sheet(lab, title, false); }},
      {"figure-z3", "Z3: a 0 and a 9 on DNN1 in four distances", of_digits({0, 9})},
      {"figure-z4", "Z4: what excites the labels of DNN1 most",
       [](Lab& lab, const std::string& title) { return units_sheet(lab, title, true); }},
      {"figure-z5", "Z5: every digit on DNN1 in four distances",
       of_digits({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})},
      {"figure-k4", "K4: ten digits on DNN3, closest in L1",
       [](Lab& lab, const std::string& title) { return digits_sheet(lab, title, {}); }},
      {"figure-k5", "K5: the same, no pixel changed by more than 0.2",
       [](Lab& lab, const std::string& title) { return digits_sheet(lab, title, kCap); }},
      {"figure-k6", "K6: changes without and with the cap, rescaled", changes_sheet},
  };
}

}  // namespace

Expected<TextTable> draw_figures(Lab& lab) {
  TextTable table;
  table.title = "Figures";
  table.columns = {"file", "what"};
  for (const Figure& figure : figures()) {
    if (lab.tell) lab.tell(figure.name);
    auto sheet = figure.draw(lab, figure.title);
    if (!sheet) return tl::unexpected(sheet.error());
    sheet->scale = kScale;
    const std::string file = fmt::format("{}.{}", figure.name, lab.options().figures);
    if (auto ok = write_drawing(contact_sheet(*sheet), lab.options().out / file); !ok) {
      return tl::unexpected(ok.error());
    }
    table.rows.push_back({file, figure.title});
  }
  table.notes.emplace_back(
      "Of DNN1 and DNN3, whatever --nets; the search answers, whatever --engine.");
  return table;
}

}  // namespace brink
