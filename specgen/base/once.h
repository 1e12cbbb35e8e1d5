// What is done once, whichever thread comes first.
#ifndef SPECGEN_BASE_ONCE_H_
#define SPECGEN_BASE_ONCE_H_

#include <atomic>
#include <mutex>

namespace specgen {

// If it throws, as for want of memory, it is done by the next who asks: with
// absl::call_once, that one would wait forever. Thread-safe.
class Once {
 public:
  Once() = default;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  template <typename Function>
  void Do(const Function& function) {
    if (is_done_.load(std::memory_order_acquire)) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_done_.load(std::memory_order_relaxed)) return;
    function();
    is_done_.store(true, std::memory_order_release);
  }

 private:
  std::atomic<bool> is_done_ = false;
  std::mutex mutex_;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_ONCE_H_
