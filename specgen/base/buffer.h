// Bytes that grow at the end: what std::string is, without writing zeros over
// room that is about to be written anyway.
#ifndef SPECGEN_BASE_BUFFER_H_
#define SPECGEN_BASE_BUFFER_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace specgen {

// Clear() keeps the memory, so a buffer that is reused stops allocating. Not
// thread-safe.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::string_view view() const { return {bytes_.get(), size_}; }
  char* data() { return bytes_.get(); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return capacity_; }

  void Clear() { size_ = 0; }

  // Gives the memory back if there is more than `most`; loses the content then.
  void Release(size_t most) {
    if (capacity_ <= most) return;
    bytes_.reset();
    size_ = capacity_ = 0;
  }

  // Room for `size` more bytes; returns where they start. AddSize says how many
  // of them were written.
  char* Reserve(size_t size) {
    if (capacity_ - size_ < size) Grow(size);
    return bytes_.get() + size_;
  }
  void AddSize(size_t size) { size_ += size; }

  void Append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }

  // Takes out `size` bytes from `at` on.
  void Remove(size_t at, size_t size) {
    if (size == 0) return;
    size_ -= size;
    std::memmove(bytes_.get() + at, bytes_.get() + at + size, size_ - at);
  }
  void Truncate(size_t size) { size_ = size; }

 private:
  void Grow(size_t size) {
    size_t capacity = capacity_ < 2048 ? 4096 : 2 * capacity_;
    if (capacity < size_ + size) capacity = size_ + size;
    std::unique_ptr<char[]> bytes(new char[capacity]);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_BUFFER_H_
