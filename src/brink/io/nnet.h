// Networks from and to NNet files: text, fully connected layers with ReLUs and a linear last one,
// and the normalisation in front and behind.
//
//     // comments
//     layers K, inputs n_0, outputs n_K, the widest layer
//     n_0, n_1, ..., n_K
//     a flag of no meaning
//     the inputs' minima (n_0), maxima (n_0), means (n_0, then the outputs'), ranges (likewise)
//     for each layer W^k, a row a line, then b^k, a number a line
//
// Numbers are separated by commas; one may stand at a line's end. The network is
//     x -> network of the file((x - mean) / range) * output's range + output's mean,
// both affine maps folded into the first and last layer. Minima and maxima are the box of inputs
// that the network is made for; the format's own programs cut inputs to it, which is no part of the
// network here.
//
// Source: Julian et al., "Policy compression for aircraft collision avoidance systems", 2016;
// https://github.com/sisl/NNet.
#pragma once

#include <filesystem>
#include <string>

#include "brink/io/network_file.h"

namespace brink {

/// Errors (bad_request) name the file and the line: numbers that are none or not finite, too few or
/// too many of them, sizes that do not fit, minima above maxima, ranges that are not above 0.
Expected<NetworkFile> read_nnet(const std::filesystem::path& path);
/// The same from the bytes of a file; `path` names it in errors.
Expected<NetworkFile> parse_nnet(const std::string& bytes, const std::filesystem::path& path);

/// Without normalisation (means 0, ranges 1), numbers as short as reads back the same. A linear
/// hidden unit y becomes relu(y) - relu(-y), a final ReLU a hidden layer.
std::string to_nnet(const Network& network, const Box& box);

}  // namespace brink
