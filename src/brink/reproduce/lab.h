// What every reproduced table works with: networks, images, a store, and the options.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "brink/experiment/hardening.h"
#include "brink/report/text_table.h"

namespace brink {

struct ReproduceOptions {
  std::vector<std::string> nets = {"DNN1", "DNN2", "DNN3", "DNN4", "DNN5"};
  std::string data = "mnist";
  std::filesystem::path data_dir;
  std::filesystem::path net_dir;     ///< holds DNN1.onnx ...; empty: they are trained into out/nets
  std::filesystem::path out;         ///< folder of the tables and figures
  int images = 100;                  ///< the first that the network gets right
  std::optional<double> time_limit;  ///< seconds an image; empty: the table's own
  bool search = true;                ///< ask brink's search
  bool models = false;               ///< ask the MIP solver with the papers' models
  std::string solver = "cbc";        ///< of the models
  std::uint64_t seed = 0;
  std::string figures = "png";  ///< format of the figures: png, svg or pdf
};

/// "8-8-8" of DNN1; empty: there is no such network.
std::vector<int> published_hidden(const std::string& net);

class Lab {
 public:
  Lab(ReproduceOptions options, Session session)
      : options_(std::move(options)), session_(std::move(session)) {}

  const ReproduceOptions& options() const { return options_; }
  const Session& session() const { return session_; }
  bool wants(const std::string& net) const;

  /// DNN1 ...: read, or trained and kept.
  Expected<NamedNetwork> network(const std::string& net);
  Expected<NamedImages> images(const std::string& split);
  /// The first images that the network gets right.
  Expected<std::vector<int>> correct(const NamedNetwork& network);
  /// Bounds over [0,1]^n by "none" (interval), "weak" or "exact", from the store if it has them.
  Expected<Bounds> bounds(const NamedNetwork& network, const std::string& method);

  /// The papers' question with their options.
  ClosestQuestion question(const NamedNetwork& network, Norm norm) const;
  /// `limit`: the table's own, unless the user gave one.
  Engine search_engine(double limit, double gap = 0) const;
  /// The papers' model "basic", "weak" or "exact", their rows, solved by the solver of the options.
  Engine model_engine(const std::string& model, double limit, double gap = 0) const;

  /// Answers for the network's images; bounds of the models made as needed.
  Expected<std::vector<ClosestRow>> answers(const NamedNetwork& network,
                                            const ClosestQuestion& question, const Engine& engine);

  /// What is being done, for a progress line; may be empty.
  std::function<void(const std::string&)> tell;

 private:
  ReproduceOptions options_;
  Session session_;
  std::map<std::string, NamedNetwork> networks_;
  std::map<std::string, Dataset> sets_;  // by split, as what follows
  std::map<std::string, NamedImages> named_;
  std::map<std::string, Bounds> bounds_;
};

/// A table's name (z2) and what makes it.
struct Exhibit {
  std::string name;
  std::string what;
  std::function<Expected<TextTable>(Lab&)> make;
};
const std::vector<Exhibit>& exhibits();

/// The figures, as files in the lab's folder; returns their names with captions.
Expected<TextTable> draw_figures(Lab& lab);

/// A number with so many digits behind the point.
std::string fixed(double value, int digits);

}  // namespace brink
