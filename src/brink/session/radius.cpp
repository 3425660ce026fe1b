// Questions whether images are right within a radius.
//
// An answer to closest decides many of them: a proven bound above the radius, a verified image
// within it. It counts under the same words of the question, network and images; how it was sought
// and how long do not matter, nor does the lead that its image had, for bounds speak of lead 0. So
// do answers about other radii.
#include "brink/session/session.h"
#include "opening.h"

namespace brink {

namespace {

/// What a question's line asks, from its norm to its engine, but for the lead. Names of data come
/// before, whatever they are.
std::string asked_line(const std::string& text) {
  const std::size_t to = text.rfind(" engine=");
  const std::size_t from = to == std::string::npos ? to : text.rfind(" norm=", to);
  if (from == std::string::npos) return {};
  std::string line = text.substr(from, to - from);
  const std::size_t lead = line.find(" lead=");
  if (lead != std::string::npos) line.erase(lead, line.find(' ', lead + 1) - lead);
  return line;
}

/// The questions of that kind whose answers decide about the radius asked for.
Expected<std::vector<QuestionId>> related(const Store& store, const RadiusAsked& asked,
                                          const std::string& kind) {
  const std::string network = content_hash(asked.network.network);
  const std::string line = asked_line(" " + asked.question.text() + " engine=");
  const auto questions = store.questions();
  if (!questions) return tl::unexpected(questions.error());
  std::vector<QuestionId> ids;
  for (const StoredQuestion& each : *questions) {
    if (each.kind != kind || each.network != network || !each.options.is_object()) continue;
    const bool same_images = each.options.value("images", "") == asked.named.digest &&
                             each.options.value("split", "") == asked.named.split;
    if (same_images && asked_line(each.text) == line) ids.push_back(each.id);
  }
  return ids;
}

/// Adds what `rows` decide about images that are not known.
template <class Row>
void add_decided(const RadiusAsked& asked, const std::map<int, Row>& rows,
                 std::map<int, RadiusRow>& known) {
  for (const auto& [image, row] : rows) {
    if (known.contains(image) || row.label != asked.named.set->label(image)) continue;
    auto answer = decided(row.answer, asked.radius);
    if (answer) known[image] = {image, row.label, std::move(*answer)};
  }
}

/// Of the images first to last, what other questions' answers decide.
Expected<std::map<int, RadiusRow>> known_of_others(const Store& store, const RadiusAsked& asked,
                                                   int first, int last) {
  std::map<int, RadiusRow> known;
  const auto closest = related(store, asked, "closest");
  if (!closest) return tl::unexpected(closest.error());
  for (const QuestionId id : *closest) {
    const auto rows = store.closest(id, first, last);
    if (!rows) return tl::unexpected(rows.error());
    add_decided(asked, *rows, known);
  }
  const auto radii = related(store, asked, "radius");
  if (!radii) return tl::unexpected(radii.error());
  for (const QuestionId id : *radii) {
    const auto rows = store.radius(id, first, last);
    if (!rows) return tl::unexpected(rows.error());
    add_decided(asked, *rows, known);
  }
  return known;
}

RadiusBatch batch_of(const RadiusAsked& asked) {
  RadiusBatch batch;
  batch.network = &asked.network.network;
  batch.set = asked.named.set;
  batch.question = asked.question;
  batch.radius = asked.radius;
  batch.search.seed = asked.engine.seed;
  batch.search.time_limit = asked.engine.time_limit;
  return batch;
}

}  // namespace

Expected<std::vector<int>> Session::left(const RadiusAsked& asked, std::optional<QuestionId> id,
                                         const RadiusSink& sink) const {
  const auto own = known_of(asked.images, id, [&](QuestionId question, int first, int last) {
    return store_->radius(question, first, last);
  });
  if (!own) return tl::unexpected(own.error());
  const auto others = known_of(asked.images, id, [&](QuestionId, int first, int last) {
    return known_of_others(*store_, asked, first, last);
  });
  if (!others) return tl::unexpected(others.error());
  return left_of(asked.images, sink, [&](int image) -> Expected<bool> {
    const auto mine = own->find(image);
    const auto other = others->find(image);
    const bool open = mine == own->end() || mine->second.answer.robustness == Robustness::unknown ||
                      !is_final(mine->second.answer.robustness);
    if (open && other != others->end()) {
      if (auto kept = store_->put(*id, other->second); !kept) return tl::unexpected(kept.error());
      return told(sink, other->second);
    }
    if (mine == own->end() || !is_final(mine->second.answer.robustness)) return false;
    return told(sink, mine->second);
  });
}

Expected<void> Session::radius(const RadiusAsked& asked, const RadiusSink& sink) const {
  const auto question = [&] {
    return radius_question(asked.network.network, asked.question, asked.radius, asked.engine,
                           asked.named);
  };
  const auto opened =
      open<int>(asked, sink, question, [&] { return keep_originals(asked.named, asked.images); });
  if (!opened) return tl::unexpected(opened.error());
  const auto division =
      divide(asked.network.network, asked.question, static_cast<int>(opened->todo.size()));
  if (!division) return tl::unexpected(division.error());
  return ask_radius(
      batch_of(asked), opened->todo, division->at_once, division->inner, *crew_, sink.hooks,
      [&](const RadiusRow& row) { return keep(opened->id, sink, row); }, interrupt_);
}

}  // namespace brink
