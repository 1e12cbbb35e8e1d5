// Threads, as many as there may be.
#ifndef SPECGEN_BATCH_START_THREADS_H_
#define SPECGEN_BATCH_START_THREADS_H_

#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace specgen {

// Starts `count` threads that run `work`; fewer, or none, where a limit on
// processes or memory allows no more. The caller joins them.
template <typename Work>
std::vector<std::thread> StartThreads(size_t count, const Work& work) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  while (threads.size() < count) {
    try {
      threads.emplace_back(work);
    } catch (const std::system_error&) {
      break;
    }
  }
  return threads;
}

}  // namespace specgen

#endif  // SPECGEN_BATCH_START_THREADS_H_
