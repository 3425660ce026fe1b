// Reading NNet: line by line, so that errors can name the line.
#include <charconv>
#include <cmath>
#include <string_view>

#include "brink/base/files.h"
#include "brink/io/nnet.h"

namespace brink {

namespace {

using Eigen::Index;
using Eigen::VectorXd;
constexpr Index kWidestLayer = Index{1} << 24;

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The lines of a file that are neither empty nor comments.
class NnetLines {
 public:
  explicit NnetLines(std::string_view bytes) : rest_(bytes) {}

  std::size_t number() const { return number_; }
  std::size_t left() const { return rest_.size(); }  ///< bytes

  /// The next line's numbers, `count` of them. Error: of the line, which is `what`.
  Expected<VectorXd> numbers(Index count, const std::string& what);
  /// The same of whole numbers from `least`, as many as there are.
  Expected<std::vector<Index>> sizes(Index least, const std::string& what);
  /// The next line; empty at the end.
  std::string_view next();

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::string_view NnetLines::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = without_blanks(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    if (!line.empty() && !line.starts_with("//")) return line;
  }
  return {};
}

/// The items between commas; none behind a last comma.
std::vector<std::string_view> items_of(std::string_view line) {
  std::vector<std::string_view> items;
  while (!line.empty()) {
    const std::size_t comma = std::min(line.find(','), line.size());
    items.push_back(without_blanks(line.substr(0, comma)));
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return items;
}

template <class Number>
bool parse_item(std::string_view text, Number& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size();
}

Expected<VectorXd> NnetLines::numbers(Index count, const std::string& what) {
  const std::string_view line = next();
  if (line.empty()) return bad_request("the file ends where {} should be", what);
  const auto items = items_of(line);
  if (std::ssize(items) != count) {
    return bad_request("line {}: {} numbers, where {} has {}", number_, items.size(), what, count);
  }
  VectorXd values(count);
  for (Index i = 0; i < count; ++i) {
    const std::string_view item = items[static_cast<std::size_t>(i)];
    if (!parse_item(item, values(i))) {
      return bad_request("line {}: '{}' is no number ({})", number_, item.substr(0, 40), what);
    }
    if (!std::isfinite(values(i))) {
      return bad_request("line {}: {} is not finite ({})", number_, values(i), what);
    }
  }
  return values;
}

Expected<std::vector<Index>> NnetLines::sizes(Index least, const std::string& what) {
  const std::string_view line = next();
  if (line.empty()) return bad_request("the file ends where {} should be", what);
  std::vector<Index> values;
  for (const std::string_view item : items_of(line)) {
    Index value = 0;
    if (!parse_item(item, value) || value < least || value > kWidestLayer) {
      return bad_request("line {}: '{}' is no whole number from {} to {} ({})", number_,
                         item.substr(0, 40), least, kWidestLayer, what);
    }
    values.push_back(value);
  }
  return values;
}

/// What stands before the weights.
struct NnetHead {
  std::vector<Index> widths;
  Box box;
  VectorXd mean, range;  // of the inputs, then one of all outputs
};

Expected<std::vector<Index>> read_widths(NnetLines& lines) {
  const auto counts = lines.sizes(1, "the line of layers, inputs, outputs and widest layer");
  if (!counts) return counts;
  if (counts->size() != 4) {
    return bad_request("line {}: {} numbers, where layers, inputs, outputs and widest layer stand",
                       lines.number(), counts->size());
  }
  auto widths = lines.sizes(1, "the layers' widths");
  if (!widths) return widths;
  const Index layers = (*counts)[0], inputs = (*counts)[1], outputs = (*counts)[2];
  if (std::ssize(*widths) != layers + 1 || widths->front() != inputs || widths->back() != outputs) {
    return bad_request(
        "line {}: {} widths from {} to {}, but the line before says {} layers, {} inputs and {} "
        "outputs",
        lines.number(), widths->size(), widths->front(), widths->back(), layers, inputs, outputs);
  }
  double least_bytes = 0;  // a digit and a comma each
  for (std::size_t k = 1; k < widths->size(); ++k) {
    least_bytes += 2 * static_cast<double>((*widths)[k]) * static_cast<double>((*widths)[k - 1]);
  }
  if (least_bytes > static_cast<double>(lines.left())) {
    return bad_request("line {}: the file is too short for layers of these widths; it is truncated",
                       lines.number());
  }
  return widths;
}

Expected<NnetHead> read_head(NnetLines& lines) {
  NnetHead head;
  auto widths = read_widths(lines);
  if (!widths) return tl::unexpected(widths.error());
  head.widths = std::move(*widths);
  const Index inputs = head.widths.front();
  if (lines.next().empty()) return bad_request("the file ends where the flag should be");
  const auto take = [&lines](VectorXd& into, Index count, const char* what) -> Expected<void> {
    auto values = lines.numbers(count, what);
    if (!values) return tl::unexpected(values.error());
    into = std::move(*values);
    return {};
  };
  if (auto ok = take(head.box.lower, inputs, "the inputs' minima"); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = take(head.box.upper, inputs, "the inputs' maxima"); !ok) {
    return tl::unexpected(ok.error());
  }
  for (Index j = 0; j < inputs; ++j) {
    if (head.box.lower(j) <= head.box.upper(j)) continue;
    return bad_request("line {}: maximum {} of input {} is below its minimum {}", lines.number(),
                       head.box.upper(j), j, head.box.lower(j));
  }
  if (auto ok = take(head.mean, inputs + 1, "the means of inputs and outputs"); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = take(head.range, inputs + 1, "the ranges of inputs and outputs"); !ok) {
    return tl::unexpected(ok.error());
  }
  for (Index j = 0; j <= inputs; ++j) {
    if (head.range(j) > 0) continue;
    return bad_request("line {}: range {} of {} is not above 0", lines.number(), head.range(j),
                       j < inputs ? fmt::format("input {}", j) : "the outputs");
  }
  return head;
}

/// The file's own pass: normalise, layer by layer, and back.
class NnetPass final : public ForwardPass {
 public:
  NnetPass(Network plain, VectorXd mean, VectorXd range)
      : plain_(std::move(plain)), mean_(std::move(mean)), range_(std::move(range)) {}
  Index input_size() const override { return plain_.input_size(); }
  Expected<VectorXd> evaluate(const VectorXd& x) const override {
    const Index n = input_size();
    if (x.size() != n) {
      return bad_request("the network takes {} inputs, {} are given", n, x.size());
    }
    const VectorXd y = logits(plain_, (x - mean_.head(n)).cwiseQuotient(range_.head(n)));
    return VectorXd((y * range_(n)).array() + mean_(n));
  }

 private:
  Network plain_;
  VectorXd mean_, range_;
};

/// Both affine maps within the layers.
Network folded(Network network, const VectorXd& mean, const VectorXd& range) {
  const Index inputs = network.input_size();
  Layer& first = network.layers.front();
  for (Index j = 0; j < first.bias.size(); ++j) {
    first.weights.change_row(j, [&](Index i, double& weight) { weight /= range(i); });
  }
  first.bias -= first.weights * VectorXd(mean.head(inputs));
  Layer& last = network.layers.back();
  for (Index j = 0; j < last.bias.size(); ++j) {
    last.weights.change_row(j, [&](Index, double& weight) { weight *= range(inputs); });
  }
  last.bias = (last.bias * range(inputs)).array() + mean(inputs);
  return network;
}

Expected<Network> read_layers(NnetLines& lines, const std::vector<Index>& widths) {
  Network network;
  for (std::size_t k = 1; k < widths.size(); ++k) {
    Eigen::MatrixXd weights(widths[k], widths[k - 1]);
    for (Index j = 0; j < weights.rows(); ++j) {
      const auto row =
          lines.numbers(weights.cols(), fmt::format("row {} of the weights of layer {}", j + 1, k));
      if (!row) return tl::unexpected(row.error());
      weights.row(j) = row->transpose();
    }
    VectorXd bias(widths[k]);
    for (Index j = 0; j < bias.size(); ++j) {
      const auto number = lines.numbers(1, fmt::format("bias {} of layer {}", j + 1, k));
      if (!number) return tl::unexpected(number.error());
      bias(j) = (*number)(0);
    }
    network.layers.push_back({std::move(weights), std::move(bias)});
  }
  if (!lines.next().empty()) {
    return bad_request("line {}: more than the {} layers that the file has", lines.number(),
                       widths.size() - 1);
  }
  return network;
}

FileFacts facts_of_nnet(const NnetHead& head) {
  FileFacts facts;
  facts.format = "NNet";
  facts.input_shape = {head.widths.front()};
  facts.output_shape = {head.widths.back()};
  for (std::size_t k = 1; k < head.widths.size(); ++k) {
    facts.parameters += static_cast<double>(head.widths[k] * (head.widths[k - 1] + 1));
  }
  return facts;
}

Expected<NetworkFile> read_lines(const std::string& bytes) {
  NnetLines lines(bytes);
  const auto head = read_head(lines);
  if (!head) return tl::unexpected(head.error());
  auto plain = read_layers(lines, head->widths);
  if (!plain) return tl::unexpected(plain.error());
  NetworkFile file;
  file.facts = facts_of_nnet(*head);
  file.box = head->box;
  file.network = folded(*plain, head->mean, head->range);
  if (auto ok = check(file.network); !ok) return tl::unexpected(ok.error());
  file.network.as_in_file = std::make_shared<NnetPass>(std::move(*plain), head->mean, head->range);
  const VectorXd& mean = head->mean;
  const VectorXd& range = head->range;
  if ((mean.array() != 0).any() || (range.array() != 1).any()) {
    file.warnings.emplace_back(
        "its normalisation is folded: inputs and outputs are in their own units");
  }
  return file;
}

}  // namespace

Expected<NetworkFile> parse_nnet(const std::string& bytes, const std::filesystem::path& path) {
  auto file = read_lines(bytes);
  if (!file) return bad_request("cannot read '{}': {}", path.string(), file.error().message);
  return file;
}

Expected<NetworkFile> read_nnet(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_nnet(*bytes, path);
}

}  // namespace brink
