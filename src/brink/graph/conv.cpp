// Conv, ConvTranspose, AveragePool: linear maps with a few nonzeros a row.
//     Conv            y[m, o] = b[m] + sum over c, taps (k, i) of o: W[m, c, k] x[c, i]
//     ConvTranspose   the transposed map of a Conv: W[c, m, k] x[c, o] is added to y[m, i]
//     AveragePool     y[c, o] = sum over taps (k, i) of o: x[c, i] / count
#include "brink/graph/window.h"

namespace brink::graph {

namespace {

using Index = Eigen::Index;
constexpr double kMostEntries = 1 << 26;

/// Sizes of a (transposed) convolution: `group` times, `ins` channels to `outs`.
struct Channels {
  Index group, ins, outs;
};

/// The weights' first two extents are (all outputs, inputs of a group), for a transposed one (all
/// inputs, outputs of a group).
Expected<Channels> channels_of(const Node& node, const Shape& value, const Shape& weights,
                               bool transposed) {
  const auto group = node.integer("group", 1);
  if (!group) return tl::unexpected(group.error());
  const bool fits = weights.size() == value.size() && *group >= 1 && weights[0] >= 1 &&
                    weights[1] >= 1 && weights[0] % *group == 0 &&
                    value[1] == (transposed ? weights[0] : weights[1] * *group);
  if (!fits) {
    return bad_request("has weights of shape {} in {} groups for a value of shape {}",
                       text(weights), *group, text(value));
  }
  const Index first = weights[0] / *group;
  return transposed ? Channels{*group, first, weights[1]} : Channels{*group, weights[1], first};
}

/// A bias for each output channel over `space` positions; zeros without.
Expected<Eigen::VectorXd> bias_of(const Node& node, Index channels, Index space) {
  Eigen::VectorXd result = Eigen::VectorXd::Zero(channels * space);
  if (node.input(2) == nullptr) return result;
  const auto bias = node.constant(2);
  if (!bias) return tl::unexpected(bias.error());
  if ((*bias)->shape != Shape{channels}) {
    return bad_request("the bias has shape {}, there are {} channels", text((*bias)->shape),
                       channels);
  }
  for (Index i = 0; i < result.size(); ++i) {
    result(i) = (*bias)->values[static_cast<std::size_t>(i / space)];
  }
  return result;
}

Shape with_space(std::int64_t channels, const Shape& space) {
  Shape shape = {1, channels};
  shape.insert(shape.end(), space.begin(), space.end());
  return shape;
}

Expected<void> check_entries(double count) {
  if (count <= kMostEntries) return {};
  return bad_request("makes {:.0f} weights: too large for a network of this kind", count);
}

/// put(row, column, weight index) for each product of a Conv, in the order of rows and columns.
template <class Put>
void each_product(const Channels& channels, const std::vector<std::vector<Tap>>& taps, Index inputs,
                  Index kernels, const Put& put) {
  const auto outputs = std::ssize(taps);
  for (Index m = 0; m < channels.group * channels.outs; ++m) {
    for (Index o = 0; o < outputs; ++o) {
      for (Index c = 0; c < channels.ins; ++c) {
        const Index channel = m / channels.outs * channels.ins + c;
        for (const Tap& tap : taps[static_cast<std::size_t>(o)]) {
          put(m * outputs + o, channel * inputs + tap.input,
              (m * channels.ins + c) * kernels + tap.kernel);
        }
      }
    }
  }
}

double products(const Channels& channels, const std::vector<std::vector<Tap>>& taps) {
  double count = 0;
  for (const auto& list : taps) count += static_cast<double>(list.size());
  return count * static_cast<double>(channels.group * channels.ins) *
         static_cast<double>(channels.outs);
}

/// The extents that a transposed convolution is to have, whatever its pads; empty: by its pads.
Expected<Shape> transposed_extents(const Node& node, const Shape& value, const Shape& strides) {
  const Attribute* rule = node.attribute("auto_pad");
  const std::string pad = rule == nullptr || rule->text.empty() ? "NOTSET" : rule->text;
  const bool same = pad == "SAME_UPPER" || pad == "SAME_LOWER";
  if (!same && pad != "NOTSET" && pad != "VALID") {
    return bad_request("attribute 'auto_pad' is '{}'", pad);
  }
  if (const Attribute* shape = node.attribute("output_shape")) {
    // Some files give batch and channels too.
    Shape extents = shape->integers;
    if (extents.size() == strides.size() + 2) extents.erase(extents.begin(), extents.begin() + 2);
    if (extents.size() == strides.size()) return extents;
    return bad_request("output_shape {} is not for {} axes", text(extents), strides.size());
  }
  Shape extents;
  for (std::size_t i = 0; same && i < strides.size(); ++i) {
    extents.push_back(value[i + 2] * strides[i]);
  }
  return extents;
}

/// What a transposed convolution gives: its windows are those of a Conv from there to here.
Expected<Window> transposed_window(const Node& node, const Shape& value, const Shape& kernel) {
  const std::size_t rank = kernel.size();
  const auto strides = spatial_list(node, "strides", rank, 1);
  const auto dilations = spatial_list(node, "dilations", rank, 1);
  const auto pads = spatial_list(node, "pads", 2 * rank, 0);
  const auto more = spatial_list(node, "output_padding", rank, 0);
  for (const auto* list : {&strides, &dilations, &pads, &more}) {
    if (!*list) return tl::unexpected(list->error());
  }
  Window window{Shape(rank), {value.begin() + 2, value.end()},
                kernel,      *strides,
                *dilations,  {pads->begin(), pads->begin() + static_cast<std::ptrdiff_t>(rank)},
                {}};
  const auto wanted = transposed_extents(node, value, *strides);
  if (!wanted) return tl::unexpected(wanted.error());
  const Attribute* rule = node.attribute("auto_pad");
  const bool upper = rule != nullptr && rule->text == "SAME_UPPER";
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t full =
        (value[i + 2] - 1) * (*strides)[i] + (*more)[i] + (kernel[i] - 1) * (*dilations)[i] + 1;
    window.in[i] = full - (*pads)[i] - (*pads)[i + rank];
    if (!wanted->empty()) {
      const std::int64_t cut = std::max<std::int64_t>(0, full - (*wanted)[i]);
      window.in[i] = (*wanted)[i];
      window.begin[i] = upper ? cut / 2 : cut - cut / 2;
    }
    if (window.in[i] < 1) return bad_request("makes nothing of a value of shape {}", text(value));
  }
  if (auto count = checked_size(window.in); !count) return tl::unexpected(count.error());
  return window;
}

/// With as many channels in as out, each for itself.
Matrix averages(const std::vector<std::vector<Tap>>& taps, Index channels, Index inputs,
                const std::vector<double>& counts) {
  SparseRows map(channels * std::ssize(taps), channels * inputs);
  for (Index c = 0; c < channels; ++c) {
    for (std::size_t o = 0; o < taps.size(); ++o) {
      const Index row = c * std::ssize(taps) + static_cast<Index>(o);
      map.startVec(row);
      for (const Tap& tap : taps[o]) map.insertBack(row, c * inputs + tap.input) = 1 / counts[o];
    }
  }
  map.finalize();
  return Matrix(map);
}

std::vector<double> lengths(const std::vector<std::vector<Tap>>& taps) {
  std::vector<double> counts;
  for (const auto& list : taps) counts.push_back(static_cast<double>(list.size()));
  return counts;
}

/// As if the pads were elements too.
Window padded(Window window) {
  for (std::size_t i = 0; i < window.in.size(); ++i) {
    window.in[i] += window.begin[i] + window.end[i];
    window.begin[i] = 0;
  }
  return window;
}

}  // namespace

Expected<Value> apply_conv(const Node& node, Progression&) {
  const auto weights = node.constant(1);
  if (!weights) return tl::unexpected(weights.error());
  const Shape& value = shape_of(*node.input(0));
  const Shape& shape = (*weights)->shape;
  if (auto ok = check_spatial(value); !ok) return tl::unexpected(ok.error());
  const auto channels = channels_of(node, value, shape, false);
  if (!channels) return tl::unexpected(channels.error());
  const auto window = window_of(node, value, {shape.begin() + 2, shape.end()});
  if (!window) return tl::unexpected(window.error());
  const auto found = taps(*window);
  if (!found) return tl::unexpected(found.error());
  if (auto ok = check_entries(products(*channels, *found)); !ok) return tl::unexpected(ok.error());
  const auto bias = bias_of(node, shape[0], std::ssize(*found));
  if (!bias) return tl::unexpected(bias.error());
  SparseRows map(shape[0] * std::ssize(*found), size(value));
  map.reserve(static_cast<Index>(products(*channels, *found)));
  Index row = -1;
  each_product(*channels, *found, size(window->in), size(window->kernel),
               [&](Index at, Index column, Index weight) {
                 while (row < at) map.startVec(++row);
                 map.insertBack(at, column) = (*weights)->values[static_cast<std::size_t>(weight)];
               });
  map.finalize();
  return mapped(*node.input(0), with_space(shape[0], window->out), Matrix(map), *bias);
}

Expected<Value> apply_conv_transpose(const Node& node, Progression&) {
  const auto weights = node.constant(1);
  if (!weights) return tl::unexpected(weights.error());
  const Shape& value = shape_of(*node.input(0));
  const Shape& shape = (*weights)->shape;
  if (auto ok = check_spatial(value); !ok) return tl::unexpected(ok.error());
  const auto channels = channels_of(node, value, shape, true);
  if (!channels) return tl::unexpected(channels.error());
  const auto window = transposed_window(node, value, {shape.begin() + 2, shape.end()});
  if (!window) return tl::unexpected(window.error());
  const auto found = taps(*window);
  if (!found) return tl::unexpected(found.error());
  if (auto ok = check_entries(products(*channels, *found)); !ok) return tl::unexpected(ok.error());
  const Index outs = channels->group * channels->outs, space = size(window->in);
  const auto bias = bias_of(node, outs, space);
  if (!bias) return tl::unexpected(bias.error());
  std::vector<Eigen::Triplet<double, Index>> entries;
  const Channels conv{channels->group, channels->outs, channels->ins};
  each_product(
      conv, *found, space, size(window->kernel), [&](Index at, Index column, Index weight) {
        entries.emplace_back(column, at, (*weights)->values[static_cast<std::size_t>(weight)]);
      });
  SparseRows map(outs * space, size(value));
  map.setFromTriplets(entries.begin(), entries.end());
  return mapped(*node.input(0), with_space(outs, window->in), Matrix(map), *bias);
}

Expected<Value> apply_average_pool(const Node& node, Progression&) {
  const Shape& value = shape_of(*node.input(0));
  const auto pool = pool_of(node);
  if (!pool) return tl::unexpected(pool.error());
  const auto& [window, found] = *pool;
  const auto with_pads = node.integer("count_include_pad", 0);
  if (!with_pads) return tl::unexpected(with_pads.error());
  const auto counted = *with_pads != 0 ? taps(padded(window)) : found;
  if (!counted) return tl::unexpected(counted.error());
  const double entries = products({value[1], 1, 1}, found);
  if (auto ok = check_entries(entries); !ok) return tl::unexpected(ok.error());
  return mapped(*node.input(0), with_space(value[1], window.out),
                averages(found, value[1], size(window.in), lengths(*counted)), Rounded{1});
}

}  // namespace brink::graph
