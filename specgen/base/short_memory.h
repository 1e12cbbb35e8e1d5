// What a program does when it gets no memory: it puts in order what it would
// leave behind, says so in one line, and ends.
//
// Nothing is unwound. An exception out of the middle of a container of Abseil's
// leaves it in a state in which it cannot be destroyed.
#ifndef SPECGEN_BASE_SHORT_MEMORY_H_
#define SPECGEN_BASE_SHORT_MEMORY_H_

namespace specgen {

// Makes the program end so, with that exit code, from now on wherever `new`
// gets no memory. To be called once, by main(); a library leaves it alone. Some
// memory is kept back for the clean-ups.
void EndWhenMemoryIsShort(int exit_code);

// While one lives, its clean-up is done before the program ends so. At most
// eight live at once; a further one does nothing. One thread makes and destroys
// them.
class CleanUpWhenMemoryIsShort {
 public:
  CleanUpWhenMemoryIsShort(void (*clean_up)(void* what), void* what);
  ~CleanUpWhenMemoryIsShort();
  CleanUpWhenMemoryIsShort(const CleanUpWhenMemoryIsShort&) = delete;
  CleanUpWhenMemoryIsShort& operator=(const CleanUpWhenMemoryIsShort&) = delete;

 private:
  void* const what_;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_SHORT_MEMORY_H_
