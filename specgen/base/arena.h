// Memory for the many small parts of one answer, freed all at once.
#ifndef SPECGEN_BASE_ARENA_H_
#define SPECGEN_BASE_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "specgen/base/sanitizers.h"

#if defined(SPECGEN_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace specgen {

// A bump allocator. Reset() keeps the memory, so that a loop which needs about
// the same each time stops allocating after its first rounds. Not thread-safe.
// Holds only types without destructors.
//
// Under AddressSanitizer there is a gap behind each allocation that may not be
// touched, and Reset() makes all memory such a gap.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Forgets everything that was allocated, and keeps the last block. It is the
  // largest one, so that after another round like the last, one block is
  // enough. (One of the right size made here would be a cost of the next round,
  // which may need nothing.)
  void Reset() {
    if (blocks_.size() > 1) {
      blocks_.front() = std::move(blocks_.back());
      blocks_.resize(1);
    }
    next_ = blocks_.empty() ? nullptr : blocks_.back().bytes.get();
    if (next_ != nullptr) Poison(next_, static_cast<size_t>(end_ - next_));
  }

  // The memory in use, with what was lost at the ends of blocks.
  size_t bytes_used() const {
    if (blocks_.empty()) return 0;
    size_t bytes = static_cast<size_t>(next_ - blocks_.back().bytes.get());
    for (size_t i = 0; i + 1 < blocks_.size(); ++i) bytes += blocks_[i].size;
    return bytes;
  }

  // As Reset, but gives the memory back.
  void Release() {
    blocks_.clear();
    next_ = end_ = nullptr;
  }

  // `count` uninitialised objects.
  template <typename T>
  T* Allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    static_assert(alignof(T) <= alignof(std::max_align_t));
    const size_t size = count * sizeof(T) + kGap;
    const size_t pad = -reinterpret_cast<uintptr_t>(next_) & (alignof(T) - 1);
    if (next_ == nullptr || static_cast<size_t>(end_ - next_) < size + pad) {
      AddBlock(size);
      next_ += size;  // a new block is aligned for any type
      Unpoison(next_ - size, size - kGap);
      return reinterpret_cast<T*>(next_ - size);
    }
    char* at = next_ + pad;
    next_ = at + size;
    Unpoison(at, size - kGap);
    return reinterpret_cast<T*>(at);
  }

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    return new (Allocate<T>(1)) T{std::forward<Args>(args)...};
  }

  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* copy = Allocate<char>(text.size());
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

  // `a` and `b`, one behind the other.
  std::string_view Concat(std::string_view a, std::string_view b) {
    char* copy = Allocate<char>(a.size() + b.size());
    if (!a.empty()) std::memcpy(copy, a.data(), a.size());
    if (!b.empty()) std::memcpy(copy + a.size(), b.data(), b.size());
    return {copy, a.size() + b.size()};
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

#if defined(SPECGEN_ADDRESS_SANITIZER)
  static constexpr size_t kGap = 16;
  static void Poison(char* at, size_t size) {
    ASAN_POISON_MEMORY_REGION(at, size);
  }
  static void Unpoison(char* at, size_t size) {
    ASAN_UNPOISON_MEMORY_REGION(at, size);
  }
#else
  static constexpr size_t kGap = 0;
  static void Poison(char*, size_t) {}
  static void Unpoison(char*, size_t) {}
#endif

  [[gnu::noinline]] void AddBlock(size_t at_least) {
    size_t size = blocks_.empty() ? 4096 : blocks_.back().size * 2;
    if (size < at_least) size = at_least;
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    next_ = blocks_.back().bytes.get();
    end_ = next_ + size;
    Poison(next_, size);
  }

  std::vector<Block> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

// A Go slice of the decoded plugin: a list that may be nil, whose elements
// beyond its length survive until it grows over them again. encoding/json
// decodes a repeated key into the elements that are there, so they matter.
// Trivially copyable; copies share the elements, as in Go.
template <typename T>
class Slice {
 public:
  using value_type = T;

  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool is_nil() const { return nil_; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& operator[](size_t i) { return data_[i]; }

  void SetNil() { *this = Slice(); }

  // A new list of length 0 that is not nil.
  void SetEmpty() {
    *this = Slice();
    nil_ = false;
  }

  // A new list of `size` value-initialised elements, not nil.
  void SetSize(Arena* arena, size_t size) {
    SetEmpty();
    Reserve(arena, size);
    for (size_t i = 0; i < size; ++i) new (&data_[i]) T();
    size_ = used_ = static_cast<uint32_t>(size);
  }

  // A new list, not nil, of copies, with room for `capacity` elements in all.
  void Assign(Arena* arena, const T* items, size_t size, size_t capacity) {
    static_assert(std::is_trivially_copyable_v<T>);
    SetEmpty();
    data_ = arena->Allocate<T>(capacity);
    if (size > 0) std::memcpy(data_, items, size * sizeof(T));
    size_ = used_ = static_cast<uint32_t>(size);
    capacity_ = static_cast<uint32_t>(capacity);
  }

  // Go's slice = slice[:i], and an element more: what was there before, or a
  // new one.
  T* Extend(Arena* arena, size_t i) {
    nil_ = false;
    if (i >= capacity_) GrowByOne(arena);
    if (i >= used_) {
      new (&data_[i]) T();
      used_ = static_cast<uint32_t>(i + 1);
    }
    if (i >= size_) size_ = static_cast<uint32_t>(i + 1);
    return &data_[i];
  }

  // Cuts to `size`, which is not larger; the rest stays behind it.
  void Truncate(size_t size) { size_ = static_cast<uint32_t>(size); }

  void Append(Arena* arena, const T& item) {
    nil_ = false;
    if (size_ == capacity_) GrowByOne(arena);
    data_[size_++] = item;
    if (used_ < size_) used_ = size_;
  }

 private:
  void GrowByOne(Arena* arena) {
    if (capacity_ == 0) {
      capacity_ = 4;
      data_ = arena->Allocate<T>(capacity_);
    } else {
      Reserve(arena, size_t{2} * capacity_);
    }
  }
  [[gnu::noinline]] void Reserve(Arena* arena, size_t capacity) {
    T* data = arena->Allocate<T>(capacity);
    for (uint32_t i = 0; i < used_; ++i) new (&data[i]) T(data_[i]);
    data_ = data;
    capacity_ = static_cast<uint32_t>(capacity);
  }

  T* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t used_ = 0;  // elements that were ever in the list
  uint32_t capacity_ = 0;
  bool nil_ = true;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_ARENA_H_
