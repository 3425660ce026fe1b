// What a table and its images are about, as 64 hexadecimal digits that both carry: 16 of the
// network, 16 of the images, 32 of what is asked.
//
// The parts can be compared alone: the tables of two norms differ, but are of one network. Engine,
// limits and seeds are no part: they decide how far an answer is proven, not what is asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brink {

/// `network`: its content_hash; `images`: the digest of a split (empty: it is about none); `asked`:
/// one canonical line.
std::string question_hash(std::string_view network, std::string_view images,
                          const std::string& asked);

/// The same question, asked of these images only.
std::string of_list(const std::string& question, const std::vector<int>& images);

bool about_network(std::string_view question, std::string_view network);
bool about_images(std::string_view question, std::string_view images);

}  // namespace brink
