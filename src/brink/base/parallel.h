// Independent pieces of work over threads: images, neurons of a layer.
//
// Plain std::thread and one atomic counter: our pieces take milliseconds to minutes, so a work
// stealing scheduler buys nothing (docs/decisions/0002-threads.md).
#pragma once

#include <functional>

namespace brink {

/// Number of hardware threads, at least 1.
int hardware_threads();

/// Calls `work(i)` once for each i in [0, count), on at most `threads` threads (the calling one
/// included), in increasing order of i; returns when all are done. If calls throw, the
/// remaining ones are skipped and the first exception is rethrown.
void parallel_for(int count, int threads, const std::function<void(int)>& work);

}  // namespace brink
