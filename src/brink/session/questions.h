// Questions as a store knows them: a line that names all that decides the answers, and a hash of
// what is asked.
#pragma once

#include <cstdint>
#include <string>

#include "brink/ask/closest.h"
#include "brink/ask/compare.h"
#include "brink/data/dataset.h"
#include "brink/store/store.h"
#include "brink/tighten/tighten.h"

namespace brink {

/// A network and the name its file has.
struct NamedNetwork {
  Network network;
  std::string name;
  std::string file = {};  ///< its ONNX file, of networks that are not dense; may be empty
};

/// A split of a data set, with the names a store knows it by. The digest tells sets of one name
/// apart.
struct NamedImages {
  NamedImages() = default;
  NamedImages(const Dataset& images, std::string data_name, std::string split_name)
      : set(&images),
        data(std::move(data_name)),
        split(std::move(split_name)),
        digest(images.digest()) {}

  const Dataset* set = nullptr;
  std::string data;
  std::string split;
  std::string digest;
};

/// How answers are sought. With `search` false by a MIP solver.
struct Engine {
  bool search = true;
  double time_limit = 300;  ///< seconds an image or unit
  double gap = 0;           ///< relative
  std::uint64_t seed = 0;
  MipOptions mip;      ///< its limits are those above
  std::string bounds;  ///< none, interval, ..., weak, exact or a file's name; not of closest images
                       ///< by the search, which makes its own
  std::string box_text;  ///< as typed, "0:1"
};

/// Time limits do not change what a proven answer is, but do change the others: they are part of
/// the question.
Question closest_question(const Network& network, const ClosestQuestion& question,
                          const Engine& engine, const NamedImages& named);

/// Are images right within a radius? The engine is the search.
Question radius_question(const Network& network, const ClosestQuestion& question, double radius,
                         const Engine& engine, const NamedImages& named);

/// How far apart are two networks around images? The first is the question's network.
Question compare_question(const NamedNetwork& first, const NamedNetwork& second,
                          const CompareQuestion& question, double radius, const Engine& engine,
                          const NamedImages& named);

/// All that is asked of units, but which of them. `least`: for the least pre-activation.
Question units_question(const Network& network, const Box& box, const Engine& engine, bool least);

/// A limit on all of it is part of the question: it decides how far bounds are proven.
Question bounds_question(const Network& network, const Box& box, const std::string& box_text,
                         const BoundRequest& request, const std::string& solver, double time_limit);

}  // namespace brink
