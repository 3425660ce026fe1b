#include "network.h"

#include <algorithm>
#include <bit>

namespace check {

Layer::Layer(int cols, const std::vector<Row>& rows, const std::vector<Rational>& bias,
             std::vector<char> relu)
    : cols_(cols), relu_(std::move(relu)) {
  const auto common = [&](const Rational& q) {
    if (mpz_divisible_p(denominator_.get_mpz_t(), q.get_den_mpz_t()) == 0) {
      mpz_lcm(denominator_.get_mpz_t(), denominator_.get_mpz_t(), q.get_den_mpz_t());
      if (mpz_sizeinbase(denominator_.get_mpz_t(), 2) > 20000) {
        throw Unreadable("the network's weights have too many digits");
      }
    }
  };
  for (const Row& row : rows) {
    for (const auto& [column, weight] : row) common(weight);
  }
  for (const Rational& b : bias) {
    common(b);
  }
  for (const Rational& b : bias) bias_.push_back(over(b, denominator_));
  for (const Row& row : rows) {
    for (const auto& [column, weight] : row) {
      const Integer value = over(weight, denominator_);
      bits_ = std::max(bits_, mpz_sizeinbase(value.get_mpz_t(), 2));
    }
  }
  fits_ = bits_ <= 62;
  for (const Row& row : rows) {
    for (const auto& [column, weight] : row) {
      index_.push_back(column);
      if (fits_) {
        small_.push_back(over(weight, denominator_).get_si());
      } else {
        big_.push_back(over(weight, denominator_));
      }
    }
    start_.push_back(index_.size());
  }
}

bool Layer::transposed_wide(const Integer* lambda, std::vector<Integer>& out) const {
  std::size_t most = 0;
  for (int n = 0; n < rows(); ++n) {
    if (!lambda[n].fits_slong_p()) return false;
    most = std::max(most, mpz_sizeinbase(lambda[n].get_mpz_t(), 2));
  }
  const auto several = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(rows())));
  if (!fits_ || most + bits_ + several > 125) return false;
  std::vector<Wide> sums(static_cast<std::size_t>(cols_), 0);
  for (int n = 0; n < rows(); ++n) {
    const Wide factor = lambda[n].get_si();
    if (factor == 0) continue;
    const std::size_t end = start_[static_cast<std::size_t>(n) + 1];
    for (std::size_t e = start_[static_cast<std::size_t>(n)]; e < end; ++e) {
      sums[static_cast<std::size_t>(index_[e])] += factor * small_[e];
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) set_wide(out[i], sums[i]);
  return true;
}

void Layer::transposed(const Integer* lambda, std::vector<Integer>& out) const {
  out.resize(static_cast<std::size_t>(cols_));
  if (transposed_wide(lambda, out)) return;
  for (Integer& value : out) value = 0;
  for (int n = 0; n < rows(); ++n) {
    if (lambda[n] == 0) continue;
    each(n, [&](int column, const Integer& weight) {
      mpz_addmul(out[static_cast<std::size_t>(column)].get_mpz_t(), lambda[n].get_mpz_t(),
                 weight.get_mpz_t());
    });
  }
}

void Network::add(Layer layer) {
  if (first.empty()) first.push_back(0);
  first.push_back(first.back() + layer.rows());
  layers.push_back(std::move(layer));
  if (first.back() > kMostUnits) throw Unreadable("the network has too many neurons");
}

int Network::layer_of(int neuron) const {
  return static_cast<int>(std::upper_bound(first.begin(), first.end(), neuron) - first.begin()) - 1;
}

std::string Network::name_of(int neuron) const {
  const int k = layer_of(neuron);
  return "unit " + std::to_string(neuron - first[static_cast<std::size_t>(k)]) + " of layer " +
         std::to_string(k + 1);
}

std::vector<Rational> Network::outputs_at(const std::vector<Rational>& x) const {
  std::vector<Rational> before = x;
  for (const Layer& layer : layers) {
    std::vector<Rational> y;
    for (int j = 0; j < layer.rows(); ++j) {
      Rational sum(layer.bias(j));
      layer.each(j, [&](int i, const Integer& weight) {
        if (before[static_cast<std::size_t>(i)] != 0) {
          sum += weight * before[static_cast<std::size_t>(i)];
        }
      });
      sum /= layer.denominator();
      if (layer.relu(j) && sum < 0) sum = 0;
      y.push_back(sum);
    }
    before = std::move(y);
  }
  return before;
}

Network read_network(const std::string& kind, std::string_view bytes) {
  return kind == "onnx" ? read_onnx(bytes) : read_layers(bytes);
}

Network read_layers(std::string_view text) {
  Lines lines(text.data(), text.data() + text.size());
  try {
    const auto wanted = [&](std::string_view name) {
      const auto fields = fields_of(lines.next());
      if (fields.size() != 2 || fields[0] != name) {
        throw Refused("expected '" + std::string(name) + "' and a value");
      }
      return fields[1];
    };
    if (lines.next() != "brink-layers 1") throw Refused("expected 'brink-layers 1'");
    Network network;
    auto cols = static_cast<int>(parse_integer(wanted("inputs"), 1, kMostUnits));
    const long depth = parse_integer(wanted("layers"), 1, 10000);
    const std::string_view output = wanted("output");
    if (output != "linear" && output != "relu") throw Refused("output is linear or relu");
    network.relu_output = output == "relu";
    std::size_t weights = 0;
    for (long k = 0; k < depth; ++k) {
      const auto width = static_cast<int>(parse_integer(wanted("layer"), 1, kMostUnits));
      std::vector<Layer::Row> rows;
      std::vector<Rational> bias;
      std::vector<char> relu;
      for (int j = 0; j < width; ++j) {
        const auto fields = fields_of(lines.next());
        if (fields.size() < 3 || fields[0] != "unit") throw Refused("expected 'unit'");
        if (fields[1] != "relu" && fields[1] != "linear") throw Refused("a unit is relu or linear");
        relu.push_back(fields[1] == "relu");
        if (k + 1 == depth && relu.back()) throw Refused("the last layer's units are linear");
        bias.push_back(parse_number(fields[2]));
        Layer::Row row;
        for (std::size_t f = 3; f < fields.size(); ++f) {
          const std::size_t colon = fields[f].find(':');
          if (colon == std::string_view::npos) throw Refused("expected INDEX:WEIGHT");
          const long least = row.empty() ? 0 : row.back().first + 1;
          const auto index =
              static_cast<int>(parse_integer(fields[f].substr(0, colon), least, cols - 1));
          Rational weight = parse_number(fields[f].substr(colon + 1));
          if (weight == 0) throw Refused("weights of 0 are left out");
          row.emplace_back(index, std::move(weight));
          if (++weights > kMostWeights) throw Refused("too many weights");
        }
        rows.push_back(std::move(row));
      }
      network.add(Layer(cols, rows, bias, std::move(relu)));
      cols = width;
    }
    if (lines.next() != "end" || !lines.ended()) throw Refused("expected 'end', and no more");
    return network;
  } catch (const Refused& error) {
    throw Unreadable("line " + std::to_string(lines.number()) + ": " + error.what());
  }
}

}  // namespace check
