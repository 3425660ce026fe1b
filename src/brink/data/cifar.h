// CIFAR-10 as published for C programs.
#pragma once

#include <optional>

#include "brink/data/dataset.h"

namespace brink {

/// data_batch_1.bin to data_batch_5.bin (as many as are there) or test_batch.bin in `folder`;
/// nothing if none of them is. Each image is a byte of its class, then 3 x 32 x 32 bytes. The
/// classes' names are those of batches.meta.txt beside them. Errors name the file.
Expected<std::optional<Dataset>> find_cifar(const std::filesystem::path& folder, Split split);

/// One such file.
Expected<Dataset> read_cifar(const std::filesystem::path& file);

}  // namespace brink
