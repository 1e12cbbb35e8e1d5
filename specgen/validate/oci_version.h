// Versions of the OCI runtime spec.
#ifndef SPECGEN_VALIDATE_OCI_VERSION_H_
#define SPECGEN_VALIDATE_OCI_VERSION_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace specgen {

// Releases of github.com/opencontainers/runtime-spec (its tags), in order.
enum class OciVersion : uint8_t {
  k1_0_0_rc1,
  k1_0_0_rc2,
  k1_0_0_rc3,
  k1_0_0_rc4,
  k1_0_0_rc5,
  k1_0_0_rc6,
  k1_0_0,
  k1_0_1,
  k1_0_2,
  k1_1_0_rc_1,
  k1_1_0_rc_2,
  k1_1_0_rc_3,
  k1_1_0,
  k1_2_0,
  k1_2_1,
  k1_3_0,
};
inline constexpr OciVersion kOldestOci = OciVersion::k1_0_0_rc1;
inline constexpr OciVersion kNewestOci = OciVersion::k1_3_0;

// "1.0.0-rc1".
std::string_view OciVersionName(OciVersion version);

// The versions whose rules a document with that ociVersion follows.
// runtime-spec's "X-dev" is what came after X on the way to the next release
// (its specs-go/version.go), so such a document may follow either.
struct OciVersionRange {
  OciVersion from;
  OciVersion to;
};

// The range of "1.0.2-dev", "1.2.0+build.5" and the like; none if it is no
// release and no "-dev" of one.
std::optional<OciVersionRange> FindOciVersion(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_VALIDATE_OCI_VERSION_H_
