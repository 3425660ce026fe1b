// Everything that `brink report` shows, as plain values: read from a store by report_load, counted
// up by report_curves and report_hardening, written by report_json and report_html.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "brink/report/sprites.h"

namespace brink {

/// How often a network is right about a data set.
struct ReportEvaluation {
  std::string data;
  std::string split;
  int right = 0;
  int count = 0;
};

struct ReportNetwork {
  std::string hash;
  std::string name;
  std::string shape;   ///< 784-8-8-8-10
  std::string output;  ///< linear, relu
  std::vector<ReportEvaluation> evaluations;
};

struct ReportQuestion {
  std::int64_t id = 0;  ///< in the store
  std::string kind;     ///< closest, radius, compare, visualize, bounds
  int network = 0;      ///< index
  std::string text;     ///< all that decides the answers, one line
  nlohmann::json options;
};

/// What was asked how: one command line of brink.
struct ReportRun {
  std::string command, version, machine, started;
  int threads = 0;
};

struct ReportImage {
  std::string data;
  std::string split;
  int number = 0;  ///< in its data set
  int label = 0;
  bool picture = true;  ///< else the row of a table, which has no thumbnails
  Thumbnail original;
};

/// A feature of a table's row, and what the answer makes of it.
struct ReportChange {
  int feature = 0;  ///< index of the question's option `features`
  double from = 0;
  double to = 0;
};

struct ReportAnswer {
  int question = 0;  ///< index
  int image = 0;     ///< index
  std::optional<int> target;
  std::string status;
  std::optional<double> distance;
  double bound = 0;
  double nodes = 0;
  double seconds = 0;
  double bound_seconds = 0;
  bool verified = false;
  bool all_zero = false;
  std::optional<double> linearised;        ///< with breakpoints: what was minimised
  std::optional<double> linearised_bound;  ///< and the bound on that
  std::string note;
  int run = -1;  ///< index; -1: unknown
  Thumbnail found;
  Thumbnail change;
  std::vector<ReportChange> changes;  ///< of the row of a table
};

/// How many images a network is proven right about within a radius.
struct ReportRadius {
  int question = 0;
  std::vector<int> counts;  ///< in the order of kRobustness
  double seconds = 0;       ///< of all
};

/// What the comparisons of two networks around images came to.
struct ReportCompare {
  int question = 0;
  int closed = 0, differ = 0, open = 0;
  double difference = 0;        ///< the largest found
  std::optional<double> bound;  ///< that no difference exceeds, around none of the images
};

struct ReportUnit {
  int question = 0;
  int layer = 0;  ///< from 1; the network's last is the output
  int unit = 0;
  std::optional<double> activation;
  std::optional<double> bound;
  std::string status;
  double seconds = 0;
  std::string proof;  ///< search, multipliers; empty: unknown
  Thumbnail found;
};

struct ReportNeuron {
  double lower = 0;
  double upper = 0;
};

struct ReportBounds {
  int question = 0;
  bool complete = false;
  double seconds = 0;                             ///< t_pre
  std::vector<std::vector<ReportNeuron>> layers;  ///< [k - 1][j], output included
};

/// One network made from another.
struct ReportDescent {
  int parent = 0;
  int child = 0;
  nlohmann::json recipe;
};

struct ReportData {
  std::string title;
  std::vector<ReportNetwork> networks;
  std::vector<ReportQuestion> questions;
  std::vector<ReportRun> runs;
  std::vector<ReportImage> images;
  std::vector<ReportAnswer> answers;  ///< in order of image, then question
  std::vector<ReportRadius> radii;
  std::vector<ReportCompare> comparisons;
  std::vector<ReportUnit> units;
  std::vector<ReportBounds> bounds;
  std::vector<ReportDescent> descents;
};

}  // namespace brink
