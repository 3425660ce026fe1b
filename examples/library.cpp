// The library from C++: a network from a file, one question, the answer with its proof.
//
//     cmake --install build/release --prefix ~/brink
//     CMakeLists.txt:  find_package(brink REQUIRED COMPONENTS session io)
//                      target_link_libraries(mine PRIVATE brink::session brink::io)
//     or:              g++ -std=c++20 library.cpp $(pkg-config --cflags --libs brink)
#include <fmt/core.h>

#include "brink/ask/closest.h"
#include "brink/io/network_file.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: {} NET.onnx\n", argv[0]);
    return 2;
  }
  const auto file = brink::read_network(argv[1]);
  if (!file) {
    fmt::print(stderr, "{}\n", file.error().message);
    return 2;
  }
  const brink::Network& network = file->network;
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(network.input_size(), 0.5);

  brink::ClosestQuestion question;  // taken for any other class, inputs in [0, 1]
  question.norm = brink::Norm::linf;
  question.box = brink::Box::uniform(network.input_size(), 0, 1);
  brink::SearchOptions options;
  options.time_limit = 20;
  const auto answer =
      brink::closest_by_search(network, question, x, brink::classify(network, x), options);
  if (!answer) {
    fmt::print(stderr, "{}\n", answer.error().message);
    return 2;
  }
  fmt::print("{}: class {}, nothing nearer than {:.6g}\n", brink::name(answer->status),
             brink::classify(network, x), answer->bound);
  if (answer->distance) {
    fmt::print("at {:.6g} it is taken for {}\n", *answer->distance, answer->target);
  }
}
