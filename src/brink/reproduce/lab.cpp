#include "brink/reproduce/lab.h"

#include <charconv>

#include "brink/base/deadline.h"
#include "brink/data/dataset.h"
#include "brink/io/onnx.h"
#include "brink/reproduce/published.h"

namespace brink {

namespace {

constexpr int kRestarts = 4;  // of the networks' training; the narrow ones are touchy

/// That a network read is the one its name says.
Expected<void> check_shape(const NamedNetwork& named, const std::filesystem::path& file,
                           const ReproduceOptions& options) {
  std::vector<int> hidden;
  for (int k = 1; k < named.network.depth(); ++k) {
    hidden.push_back(static_cast<int>(named.network.width(k)));
  }
  if (hidden == published_hidden(named.name)) return {};
  return bad_request("'{}' is {}, not the {} of the documents: give another --net-dir than '{}'",
                     file.string(), shape_text(named.network), named.name,
                     options.net_dir.string());
}

}  // namespace

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

std::vector<int> published_hidden(const std::string& net) {
  const CsvTable table = published("z1_k1_networks");
  std::vector<int> hidden;
  for (int row = 0; row < table.rows(); ++row) {
    if (table.text(row, "dnn") != net) continue;
    const std::string& text = table.text(row, "hidden");
    const char* end = text.data() + text.size();
    for (const char* at = text.data(); at < end; ++at) {
      int width = 0;
      at = std::from_chars(at, end, width).ptr;
      hidden.push_back(width);
    }
  }
  return hidden;
}

bool Lab::wants(const std::string& net) const {
  return std::find(options_.nets.begin(), options_.nets.end(), net) != options_.nets.end();
}

Expected<NamedNetwork> Lab::network(const std::string& net) {
  if (const auto known = networks_.find(net); known != networks_.end()) return known->second;
  std::error_code code;
  const bool given = !options_.net_dir.empty();
  const std::filesystem::path folder = given ? options_.net_dir : options_.out / "nets";
  const std::filesystem::path file = folder / (net + ".onnx");
  NamedNetwork result{{}, net};
  if (given || std::filesystem::exists(file, code)) {
    auto model = read_onnx(file);
    if (!model) return tl::unexpected(model.error());
    result.network = std::move(model->network);
    if (auto ok = check_shape(result, file, options_); !ok) return tl::unexpected(ok.error());
    const auto test = images("test");
    if (!test) return tl::unexpected(test.error());
    if (test->set->image_size() != result.network.input_size()) {
      return bad_request("'{}' takes {} inputs, the images of {} have {} pixels", file.string(),
                         result.network.input_size(), options_.data, test->set->image_size());
    }
  } else {
    if (tell) tell("training " + net);
    const auto named = images("train");
    if (!named) return tl::unexpected(named.error());
    TrainOptions training;
    training.hidden = published_hidden(net);
    training.restarts = kRestarts;
    training.seed = options_.seed;
    training.threads = session_.threads();
    const Examples examples = to_examples(*named->set);
    auto trained =
        train(examples, Examples(named->set->image_size()), training, session_.interrupt());
    if (!trained) return tl::unexpected(trained.error());
    result.network = std::move(trained->network);
    std::filesystem::create_directories(folder, code);
    if (auto ok = write_onnx(result.network, file); !ok) return tl::unexpected(ok.error());
  }
  networks_[net] = result;
  return result;
}

Expected<NamedImages> Lab::images(const std::string& split) {
  auto known = sets_.find(split);
  if (known == sets_.end()) {
    const auto parsed = parse_split(split);
    if (!parsed) return tl::unexpected(parsed.error());
    auto set = load_dataset(options_.data, *parsed, options_.data_dir);
    if (!set) return tl::unexpected(set.error());
    known = sets_.emplace(split, std::move(*set)).first;
    named_.emplace(split, NamedImages(known->second, options_.data, split));
  }
  return named_.at(split);
}

Expected<std::vector<int>> Lab::correct(const NamedNetwork& network) {
  const auto test = images("test");
  if (!test) return tl::unexpected(test.error());
  return first_correct(network.network, *test->set, options_.images);
}

Expected<Bounds> Lab::bounds(const NamedNetwork& network, const std::string& method) {
  const std::string key = content_hash(network.network) + method;
  if (const auto known = bounds_.find(key); known != bounds_.end()) return known->second;
  const auto request = parse_bound_method(method == "none" ? "interval" : method);
  if (!request) return tl::unexpected(request.error());
  const Box box = Box::uniform(network.network.input_size(), 0, 1);
  if (tell) tell(fmt::format("{}: {} bounds", network.name, method));
  auto made = session_.bounds({network, box, "0:1", *request});
  if (!made) return made;
  return bounds_[key] = std::move(*made);
}

ClosestQuestion Lab::question(const NamedNetwork& network, Norm norm) const {
  ClosestQuestion question = papers_question();
  question.norm = norm;
  question.box = Box::uniform(network.network.input_size(), 0, 1);
  return question;
}

Engine Lab::search_engine(double limit, double gap) const {
  Engine engine;
  engine.time_limit = options_.time_limit.value_or(limit);
  engine.gap = gap;
  engine.seed = options_.seed;
  engine.box_text = "0:1";
  return engine;
}

Engine Lab::model_engine(const std::string& model, double limit, double gap) const {
  Engine engine = search_engine(limit, gap);
  engine.search = false;
  engine.bounds = model == "basic" ? "none" : model;
  engine.mip.basic = model == "basic";
  engine.mip.distance_form = DistanceForm::papers;
  engine.mip.solver = options_.solver;
  return engine;
}

Expected<std::vector<ClosestRow>> Lab::answers(const NamedNetwork& network,
                                               const ClosestQuestion& question,
                                               const Engine& engine) {
  const auto test = images("test");
  if (!test) return tl::unexpected(test.error());
  const auto list = correct(network);
  if (!list) return tl::unexpected(list.error());
  std::optional<Bounds> bounds;
  if (!engine.search) {
    auto made = this->bounds(network, engine.bounds);
    if (!made) return tl::unexpected(made.error());
    bounds = std::move(*made);
  }
  if (tell) {
    tell(fmt::format("{} {} by {}", network.name, name(question.norm),
                     engine.search ? "search" : "the model with bounds " + engine.bounds));
  }
  return session_.closest({network, question, engine, *test, *list, bounds ? &*bounds : nullptr});
}

}  // namespace brink
