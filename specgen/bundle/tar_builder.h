// Writes tar archives for tests, also such as no program would.
#ifndef SPECGEN_BUNDLE_TAR_BUILDER_H_
#define SPECGEN_BUNDLE_TAR_BUILDER_H_

#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace specgen {

struct TarMember {
  std::string path;
  char type = '0';  // '0' file, '1' hard link, '2' symbolic link, '3' character
                    // device, '4' block device, '5' directory, '6' FIFO
  std::string content = {};
  std::string target = {};
  uint32_t mode = 0644;
  int64_t modified = 1000000000;
  // Says to have that many bytes, whatever there is.
  int64_t claimed_size = -1;
  // Records of a pax header before it.
  std::vector<std::pair<std::string, std::string>> pax = {};
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
};

inline std::string TarBlock(const TarMember& m, std::string_view content) {
  char header[512] = {};
  const int64_t size = m.claimed_size >= 0
                           ? m.claimed_size
                           : static_cast<int64_t>(content.size());
  std::strncpy(header, m.path.c_str(), 100);
  std::snprintf(header + 100, 8, "%07o", m.mode);
  // Who runs the test may give files to nobody else.
  std::snprintf(header + 108, 8, "%07o", static_cast<unsigned>(geteuid()));
  std::snprintf(header + 116, 8, "%07o", static_cast<unsigned>(getegid()));
  std::snprintf(header + 124, 12, "%011llo",
                static_cast<unsigned long long>(size));
  std::snprintf(header + 136, 12, "%011llo",
                static_cast<unsigned long long>(m.modified));
  std::memset(header + 148, ' ', 8);
  header[156] = m.type;
  std::strncpy(header + 157, m.target.c_str(), 100);
  std::memcpy(header + 257, "ustar\00000", 8);
  std::snprintf(header + 329, 8, "%07o", m.device_major);
  std::snprintf(header + 337, 8, "%07o", m.device_minor);
  unsigned sum = 0;
  for (unsigned char c : header) sum += c;
  std::snprintf(header + 148, 8, "%06o", sum);
  std::string block(header, sizeof(header));
  block.append(content);
  block.resize((block.size() + 511) / 512 * 512);
  return block;
}

inline std::string Tar(const std::vector<TarMember>& members) {
  std::string tar;
  for (const TarMember& m : members) {
    std::string records;
    for (const auto& [key, value] : m.pax) {
      const std::string body = " " + key + "=" + value + "\n";
      size_t length = body.size() + 1;
      while (std::to_string(length).size() + body.size() != length) ++length;
      records += std::to_string(length) + body;
    }
    if (!records.empty()) {
      TarMember header;
      header.path = "pax";
      header.type = 'x';
      tar += TarBlock(header, records);
    }
    tar += TarBlock(m, m.content);
  }
  tar.append(1024, '\0');
  return tar;
}

inline std::string Gzip(std::string_view bytes) {
  z_stream stream = {};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8,
               Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TAR_BUILDER_H_
