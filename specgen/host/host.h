// A machine, as far as an engine looks at it when it makes a spec.
//
// The generator never touches the machine it runs on: it asks a Host, and
// returns what an engine would do to it as a plan. A Host is either a recorded
// snapshot (host_snapshot.h) or, at the edge of the program, the live machine
// (live_host.h). Tests and fuzzers bring their own.
#ifndef SPECGEN_HOST_HOST_H_
#define SPECGEN_HOST_HOST_H_

#include "specgen/host/file_tree.h"
#include "specgen/host/machine_facts.h"

namespace specgen {

// Its files and the facts about the rest of it. Only refers to both: who owns
// them derives from this, so that they can be owned as a Host.
class Host {
 public:
  // Members of what derives from this may be given, which are not made yet: as
  // what they are, since of a constant one g++ 16 thinks that it is read here.
  template <typename Files, typename Facts>
  Host(Files& its_files, Facts& its_facts)
      : files(its_files), facts(its_facts) {}
  virtual ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const FileTree& files;
  const MachineFacts& facts;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_H_
