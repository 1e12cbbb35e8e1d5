// How much memory a piece of code asks for: a measure that depends on no clock
// and no machine. Code that copies too often shows in it as well.
#ifndef SPECGEN_FUZZ_HEAP_METER_H_
#define SPECGEN_FUZZ_HEAP_METER_H_

#include <cstddef>

namespace specgen::fuzz {

// The bytes that this thread has asked the heap for, freed or not, since it
// started. Take the difference of two calls.
//
// Under AddressSanitizer it counts malloc; elsewhere the program's operator new
// is replaced by one that counts.
size_t HeapBytes();

// The most bytes that this thread held at once since the meter was made, beyond
// those that it held then. One at a time.
class PeakHeapMeter {
 public:
  PeakHeapMeter();
  PeakHeapMeter(const PeakHeapMeter&) = delete;
  PeakHeapMeter& operator=(const PeakHeapMeter&) = delete;
  size_t bytes() const;

 private:
  ptrdiff_t before_;
};

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_HEAP_METER_H_
