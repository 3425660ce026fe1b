// Parts of a certificate that are written before those in front of them are done, and text that
// all headers have.
#pragma once

#include <string>

#include "brink/base/box.h"
#include "brink/base/error.h"
#include "brink/base/temporary_file.h"

namespace brink::certificate {

/// The bytes of one file at the end of another. `name`: of errors.
Expected<void> append(const TemporaryFile& part, const TemporaryFile& whole,
                      const std::string& name);

/// Exact numbers, a space in front of each.
std::string numbers_text(const Eigen::VectorXd& values);

/// The lines `box`, or `lower` and `upper`.
std::string box_lines(const Box& box);

}  // namespace brink::certificate
