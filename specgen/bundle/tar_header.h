// One entry of a tar archive.
#ifndef SPECGEN_BUNDLE_TAR_HEADER_H_
#define SPECGEN_BUNDLE_TAR_HEADER_H_

#include <cstdint>
#include <map>
#include <string>

namespace specgen {

// Of an archive that was read, every value is as the archive has it; nothing is
// checked beyond what TarReader says.
struct TarHeader {
  // As in the header, but 0 is '0' or, of a path that ends in "/", '5'.
  char type = '0';
  std::string path;
  std::string target;
  int64_t size = 0;  // of a file, holes counted
  int64_t mode = 0;
  int64_t uid = 0;
  int64_t gid = 0;
  int64_t modified = 0;              // seconds since 1970
  int32_t modified_nanoseconds = 0;  // of the sign of the seconds
  int64_t device_major = 0;
  int64_t device_minor = 0;
  // The pax records SCHILY.xattr.*, which are all of them that Docker takes.
  std::map<std::string, std::string> xattrs;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TAR_HEADER_H_
