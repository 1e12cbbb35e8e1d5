// Files get the modes that they are made with.
#ifndef SPECGEN_BASE_USUAL_UMASK_H_
#define SPECGEN_BASE_USUAL_UMASK_H_

#include <sys/stat.h>
#include <sys/types.h>

namespace specgen {

// While it lives, the process has the umask that dockerd gives itself, whatever
// the caller's: one such as 0277 would take directories away from their owner.
// It is the whole process's, so no other thread may make files meanwhile.
class UsualUmask {
 public:
  UsualUmask() : old_(umask(022)) {}
  ~UsualUmask() { umask(old_); }
  UsualUmask(const UsualUmask&) = delete;
  UsualUmask& operator=(const UsualUmask&) = delete;

 private:
  const mode_t old_;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_USUAL_UMASK_H_
