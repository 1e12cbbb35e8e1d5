#include "specgen/c_api/last_error.h"

#include <pthread.h>

#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace specgen {
namespace {

// Of a thread that had no memory for its first error.
constexpr char kNoMemoryForAny = 0;

void* NoMemoryForAny() { return const_cast<char*>(&kNoMemoryForAny); }

void Delete(void* error) {
  if (error != NoMemoryForAny()) delete static_cast<std::string*>(error);
}

// Made when the library is loaded, and gone when it is unloaded: no thread
// that ends later may call Delete then.
class ErrorKey {
 public:
  ErrorKey() noexcept { is_made_ = pthread_key_create(&key_, Delete) == 0; }
  ErrorKey(const ErrorKey&) = delete;
  ErrorKey& operator=(const ErrorKey&) = delete;
  ~ErrorKey() {
    if (!is_made_) return;
    Delete(Get());
    pthread_key_delete(key_);
  }

  void* Get() const { return is_made_ ? pthread_getspecific(key_) : nullptr; }
  bool Set(void* error) const {
    return is_made_ && pthread_setspecific(key_, error) == 0;
  }

 private:
  bool is_made_;
  pthread_key_t key_;
};

const ErrorKey kErrorKey;

}  // namespace

const char* LastError() noexcept {
  const void* const error = kErrorKey.Get();
  if (error == nullptr) return "";
  if (error == NoMemoryForAny()) return kNoMemory;
  return static_cast<const std::string*>(error)->c_str();
}

bool SetLastError(std::string_view message) noexcept {
  void* const known = kErrorKey.Get();
  const bool has_text = known != nullptr && known != NoMemoryForAny();
  try {
    if (has_text) {
      *static_cast<std::string*>(known) = message;
      return true;
    }
    auto text = std::make_unique<std::string>(message);
    if (kErrorKey.Set(text.get())) {
      static_cast<void>(text.release());
      return true;
    }
  } catch (const std::exception&) {
  }
  if (has_text) {
    // So short that it needs none.
    *static_cast<std::string*>(known) = kNoMemory;
  } else {
    kErrorKey.Set(NoMemoryForAny());
  }
  return false;
}

}  // namespace specgen
