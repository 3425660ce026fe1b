// brink-check NET CERTIFICATE: what the certificate proves about the network, or where it fails.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <string>

#include "proof.h"
#include "property.h"

namespace {

using namespace check;

constexpr const char* kUsage =
    "Usage: brink-check NETWORK CERTIFICATE [--data IMAGES] [--labels LABELS]\n"
    "                   [--property FILE] [--threads N]\n"
    "\n"
    "Checks in exact arithmetic what a certificate of brink claims about a network, an ONNX file "
    "or\n"
    "the layers that 'brink convert NETWORK out.layers' writes. Prints what has been proven.\n"
    "\n"
    "  --data IMAGES    the image is the one of this IDX file, byte / 255 as a double\n"
    "  --labels LABELS  and its label that of this IDX file\n"
    "  --property FILE  the certificate's cells are all cases of this property, in VNN-LIB 1.0\n"
    "  --threads N      regions, and parts of their trees, side by side\n"
    "\n"
    "Files may be pipes: --data <(zcat t10k-images-idx3-ubyte.gz). Exit code 0: proven; 1: not\n"
    "proven; 2: a file cannot be read. The format: docs/certificates.md\n";

struct Options {
  std::string network, certificate, data, labels, property, crew;
  int threads = 1;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::string* value = word == "--data"       ? &options.data
                         : word == "--labels"   ? &options.labels
                         : word == "--property" ? &options.property
                         : word == "--threads"  ? &options.crew
                                                : nullptr;
    if (value != nullptr) {
      if (++i == argc) throw Unreadable(word + " needs a value");
      *value = argv[i];
    } else if (word == "--help" || word == "-h") {
      return std::nullopt;
    } else if (word.size() > 1 && word[0] == '-') {
      throw Unreadable("unknown option " + quoted(word) + "; see --help");
    } else if (files++ < 2) {
      (files == 1 ? options.network : options.certificate) = word;
    }
  }
  try {
    if (!options.crew.empty())
      options.threads = static_cast<int>(parse_integer(options.crew, 1, 1024));
  } catch (const Refused& error) {
    throw Unreadable(std::string("--threads: ") + error.what());
  }
  if (files != 2) throw Unreadable("expected a network and a certificate; see --help");
  return options;
}

/// The bytes of item `index` of an IDX file of bytes.
std::string_view idx_item(const File& file, const std::string& path, long index, long size) {
  const std::string_view text = file.text();
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text.size() < 4 || byte(0) != 0 || byte(1) != 0 || byte(2) != 8 || byte(3) < 1 ||
      byte(3) > 4 || text.size() < 4U + 4U * byte(3)) {
    throw Unreadable(path + ": no IDX file of bytes (packed ones: see --help)");
  }
  long count = 0, extent = 1;
  for (std::size_t d = 0; d < byte(3); ++d) {
    long size_of = 0;
    for (std::size_t b = 0; b < 4; ++b) size_of = size_of << 8 | byte(4 + 4 * d + b);
    if (d == 0) {
      count = size_of;
    } else if (__builtin_mul_overflow(extent, size_of, &extent)) {
      throw Unreadable(path + ": too large");
    }
  }
  const std::size_t head = 4U + 4U * byte(3);
  long end = 0;
  if (extent != size) throw Refused(path + " has items of another size");
  if (index >= count) throw Refused(path + " has no item " + std::to_string(index));
  if (__builtin_mul_overflow(index + 1, extent, &end) ||
      static_cast<std::size_t>(end) > text.size() - head) {
    throw Unreadable(path + ": cut short");
  }
  return text.substr(head + static_cast<std::size_t>(index * extent),
                     static_cast<std::size_t>(extent));
}

/// Throws Refused if the image or label is another one; adds to the statement.
void compare_data(const Options& options, Question& question) {
  if (options.data.empty() && options.labels.empty()) return;
  if (!question.index) throw Refused("the certificate does not say which image it is about");
  const std::string number = std::to_string(*question.index);
  if (!options.data.empty()) {
    const File file(options.data);
    const std::string_view bytes =
        idx_item(file, options.data, *question.index, static_cast<long>(question.image.size()));
    for (std::size_t j = 0; j < bytes.size(); ++j) {
      const double pixel = static_cast<unsigned char>(bytes[j]) / 255.0;
      if (question.image[j] != Rational(pixel)) {
        throw Refused("the image is not number " + number + " of " + options.data +
                      ": they differ in input " + std::to_string(j));
      }
    }
    question.statement.push_back("image: number " + number + " of " + options.data);
  }
  if (!options.labels.empty()) {
    const File file(options.labels);
    const std::string_view bytes = idx_item(file, options.labels, *question.index, 1);
    if (question.label != static_cast<unsigned char>(bytes[0])) {
      throw Refused("the label is not that of item " + number + " of " + options.labels);
    }
    question.statement.push_back("label: that of " + options.labels);
  }
}

int run(const Options& options) {
  const File certificate(options.certificate);
  Lines lines(certificate.begin(), certificate.end());
  Question question;
  std::pair<std::string, std::string> named;
  std::optional<Network> network;
  const auto header = [&](auto step) {
    try {
      step();
    } catch (const Refused& error) {
      throw Refused("line " + std::to_string(lines.number()) + ": " + error.what());
    }
  };
  header([&] { named = read_network_line(lines); });
  const File file(options.network);
  if (sha256(file.text()) != named.second) {
    throw Refused("the certificate is about another network than " + options.network);
  }
  try {
    network = read_network(named.first, file.text());
  } catch (const Unreadable& error) {
    throw Unreadable(options.network + ": " + error.what());
  }
  header([&] { question = read_question(lines, *network); });
  compare_data(options, question);
  if (!options.property.empty()) {
    const File property(options.property);
    if (question.kind != "verify" || sha256(property.text()) != question.property) {
      throw Refused("the certificate is about another property than " + options.property);
    }
    check_cells(property.text(), question, *network);
    question.statement.push_back("so nothing meets " + options.property);
  }
  const Tally tally = check_proof(lines, certificate.end(), *network, question, options.threads);
  std::printf("proven: %s\n",
              question.statement.empty() ? "nothing" : question.statement[0].c_str());
  for (std::size_t i = 1; i < question.statement.size(); ++i) {
    std::printf("  %s\n", question.statement[i].c_str());
  }
  std::printf("  network: %s, over the real numbers, sha256 %s\n",
              named.first == "onnx" ? "the graph of the file" : "the layers of the file",
              named.second.c_str());
  std::printf("  steps: %ld lemmas, %ld splits, %ld leaves by multipliers, %ld by intervals\n",
              tally.lemmas, tally.splits, tally.leaves, tally.empty);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string program = "brink-check: ";
  try {
    const auto options = parse(argc, argv);
    if (!options) {
      std::fputs(kUsage, stdout);
      return 0;
    }
    program = "brink-check: " + options->certificate + ": ";
    return run(*options);
  } catch (const check::Refused& error) {
    std::fprintf(stderr, "%snot proven: %s\n", program.c_str(), error.what());
    return 1;
  } catch (const check::Unreadable& error) {
    std::fprintf(stderr, "brink-check: %s\n", error.what());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "brink-check: out of memory\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "brink-check: %s\n", error.what());
  }
  return 2;
}
