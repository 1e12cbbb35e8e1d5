// Memory for the many small parts of one answer, freed all at once.
#ifndef SPECGEN_BASE_ARENA_H_
#define SPECGEN_BASE_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "specgen/base/copy_bytes.h"
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
    return reinterpret_cast<T*>(AllocateAligned<alignof(T)>(count * sizeof(T)));
  }
  // `size` bytes for objects of any type.
  void* AllocateBytes(size_t size) {
    return AllocateAligned<alignof(std::max_align_t)>(size);
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

  // The parts, one behind the other. Inlined, so that the sizes of literals are
  // known.
  template <typename... Part>
  [[gnu::always_inline]] std::string_view Concat(const Part&... parts) {
    const size_t size = (std::string_view(parts).size() + ...);
    char* const copy = Allocate<char>(size);
    char* next = copy;
    (Put(parts, &next), ...);
    return {copy, size};
  }

 private:
  [[gnu::always_inline]] static void Put(std::string_view part, char** next) {
    CopyBytes(*next, part.data(), part.size());
    *next += part.size();
  }

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

  template <size_t alignment>
  char* AllocateAligned(size_t size) {
    static_assert(alignment <= alignof(std::max_align_t));
    size += kGap;
    const size_t pad = -reinterpret_cast<uintptr_t>(next_) & (alignment - 1);
    // Without a block there is no room either.
    if (static_cast<size_t>(end_ - next_) < size + pad) [[unlikely]] {
      AddBlock(size);  // which is aligned for any type
      next_ += size;
      Unpoison(next_ - size, size - kGap);
      return next_ - size;
    }
    char* const at = next_ + pad;
    next_ = at + size;
    Unpoison(at, size - kGap);
    return at;
  }
  [[gnu::noinline, gnu::cold]] void AddBlock(size_t at_least) {
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

// What a Slice is, whatever its elements are. All zeros is a nil slice.
class SliceBase {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool is_nil() const { return !made_; }

  void SetNil() { *this = SliceBase(); }

  // A new list of length 0 that is not nil.
  void SetEmpty() {
    SetNil();
    made_ = true;
  }

  // Go's slice = slice[:i], and an element more: what was there before, or a
  // new one, which is zeros. `element` is the size of one; i is at most the
  // number of those that were ever there.
  void* ExtendBytes(Arena* arena, size_t i, size_t element) {
    made_ = true;
    if (i >= capacity_) GrowByOne(arena, element);
    char* const at = static_cast<char*>(data_) + i * element;
    if (i >= used_) {
      std::memset(at, 0, element);
      used_ = static_cast<uint32_t>(i + 1);
    }
    if (i >= size_) size_ = static_cast<uint32_t>(i + 1);
    return at;
  }

  // Go's slice = slice[:0], and `size` elements more, which are to be written:
  // what they hold is what was there before, or anything.
  void* ResizeBytes(Arena* arena, size_t size, size_t element) {
    made_ = true;
    if (size > capacity_) Reserve(arena, size, element);
    size_ = static_cast<uint32_t>(size);
    if (used_ < size_) used_ = size_;
    return data_;
  }

  // Cuts to `size`, which is not larger; the rest stays behind it.
  void Truncate(size_t size) { size_ = static_cast<uint32_t>(size); }

 protected:
  [[gnu::noinline]] void GrowByOne(Arena* arena, size_t element) {
    Reserve(arena, capacity_ == 0 ? 4 : 2 * size_t{capacity_}, element);
  }
  void Reserve(Arena* arena, size_t capacity, size_t element) {
    void* const data = arena->AllocateBytes(capacity * element);
    if (used_ > 0) std::memcpy(data, data_, used_ * element);
    data_ = data;
    capacity_ = static_cast<uint32_t>(capacity);
  }

  void* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t used_ = 0;  // elements that were ever in the list
  uint32_t capacity_ = 0;
  bool made_ = false;
};

// A Go slice of the decoded plugin: a list that may be nil, whose elements
// beyond its length survive until it grows over them again. encoding/json
// decodes a repeated key into the elements that are there, so they matter.
// Trivially copyable; copies share the elements, as in Go.
//
// T is trivially copyable, and its default value is zeros.
template <typename T>
class Slice : public SliceBase {
 public:
  using value_type = T;

  const T* begin() const { return static_cast<const T*>(data_); }
  const T* end() const { return begin() + size_; }
  T* begin() { return static_cast<T*>(data_); }
  T* end() { return begin() + size_; }
  const T& operator[](size_t i) const { return begin()[i]; }
  T& operator[](size_t i) { return begin()[i]; }

  // A new list, not nil, of copies, with room for `capacity` elements in all.
  void Assign(Arena* arena, const T* items, size_t size, size_t capacity) {
    static_assert(std::is_trivially_copyable_v<T>);
    SetEmpty();
    data_ = arena->Allocate<T>(capacity);
    if (size > 0) std::memcpy(data_, items, size * sizeof(T));
    size_ = used_ = static_cast<uint32_t>(size);
    capacity_ = static_cast<uint32_t>(capacity);
  }

  // Room for `capacity` elements in all.
  void Reserve(Arena* arena, size_t capacity) {
    if (capacity > capacity_) SliceBase::Reserve(arena, capacity, sizeof(T));
  }

  void Append(Arena* arena, const T& item) { Emplace(arena, item); }
  // The same for an item that is made there, of its members.
  template <typename... Member>
  void Emplace(Arena* arena, const Member&... members) {
    made_ = true;
    if (size_ == capacity_) GrowByOne(arena, sizeof(T));
    new (begin() + size_++) T{members...};
    if (used_ < size_) used_ = size_;
  }
};

}  // namespace specgen

#endif  // SPECGEN_BASE_ARENA_H_
