// The texts that Go gives to errno values.
#ifndef SPECGEN_BASE_ERRNO_TEXT_H_
#define SPECGEN_BASE_ERRNO_TEXT_H_

#include <string>

namespace specgen {

// What Go's syscall.Errno(error).Error() returns on Linux, such as "no such
// file or directory"; "errno N" for a number that has no text. These differ
// from the C library's in case and in some words.
std::string GoErrnoText(int error);

}  // namespace specgen

#endif  // SPECGEN_BASE_ERRNO_TEXT_H_
