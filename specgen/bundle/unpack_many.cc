// Unpacks layers that another program sends, for a comparison with Docker's own
// code: tools/reference/unpacker.
//
//   unpack_many DIRECTORY [--tar]
//
// From standard input: the number of layers, and each with its size in front,
// all numbers 32 bits in the machine's order. They are unpacked to a new
// DIRECTORY/rootfs; then one line is the answer: "ok", or why not. With --tar
// they are first unpacked as `bundle --tar` does it, and the archive of that is
// unpacked to the rootfs.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/tree_archive.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"

namespace specgen {
namespace {

void Check(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::exit(2);
}

// False at the end of the input.
bool ReadNumber(uint32_t* number) {
  return std::fread(number, sizeof(*number), 1, stdin) == 1;
}

// Enough for all that is compared.
constexpr TreeLimits kLimits = {.bytes = 16 << 20, .entries = 1 << 14};

absl::Status UnpackNext(TreeWriter* writer) {
  uint32_t size;
  Check(ReadNumber(&size), "a size");
  std::string bytes(size, '\0');
  Check(std::fread(bytes.data(), 1, size, stdin) == size, "a layer");
  UniqueFd fd(memfd_create("layer", MFD_CLOEXEC));
  Check(fd.ok() && pwrite(fd.get(), bytes.data(), size, 0) ==
                       static_cast<ssize_t>(size),
        "a file in memory");
  BlobReader reader(std::move(fd), "layer");
  return UnpackTar(&reader, Whiteouts::kApply, writer);
}

absl::Status UnpackCase(const std::string& rootfs, uint32_t layers,
                        Ownership ownership, TreeLedger* ledger) {
  absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
      TreeWriter::Open(rootfs, ownership, kLimits);
  absl::Status status = writer.status();
  for (; layers > 0; --layers) {
    if (status.ok()) {
      status = UnpackNext(writer->get());
      continue;
    }
    uint32_t size;
    Check(ReadNumber(&size), "a size");
    for (; size > 0; --size) Check(std::getc(stdin) != EOF, "a layer");
  }
  if (status.ok()) status = (*writer)->Finish();
  if (status.ok()) *ledger = (*writer)->TakeLedger();
  return status;
}

void MakeRootfs(int parent) {
  Check(RemoveTree(parent, "rootfs") == 0, "what was there");
  Check(mkdirat(parent, "rootfs", 0755) == 0, "a rootfs");
}

absl::Status ThroughArchive(int parent, const std::string& rootfs,
                            const TreeLedger& ledger) {
  UniqueFd archive(memfd_create("archive", MFD_CLOEXEC));
  UniqueFd tree(openat(parent, "rootfs", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Check(archive.ok() && tree.ok(), "an archive of the tree");
  absl::Status status =
      ArchiveTree(tree.get(), rootfs, ledger, ".",
                  UniqueFd(fcntl(archive.get(), F_DUPFD_CLOEXEC, 0)));
  if (!status.ok()) return status;
  Check(lseek(archive.get(), 0, SEEK_SET) == 0, "the archive");
  MakeRootfs(parent);
  absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
      TreeWriter::Open(rootfs, Ownership::kKeep, kLimits);
  if (!writer.ok()) return writer.status();
  BlobReader reader(std::move(archive), "archive");
  status = UnpackTar(&reader, Whiteouts::kKeep, writer->get());
  return status.ok() ? (*writer)->Finish() : status;
}

void UnpackAll(const std::string& directory, bool through_archive) {
  const UniqueFd parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY));
  Check(parent.ok(), directory.c_str());
  const std::string rootfs = absl::StrCat(directory, "/rootfs");
  uint32_t layers;
  while (ReadNumber(&layers)) {
    MakeRootfs(parent.get());
    TreeLedger ledger;
    absl::Status status = UnpackCase(
        rootfs, layers, through_archive ? Ownership::kRecord : Ownership::kKeep,
        &ledger);
    if (status.ok() && through_archive) {
      status = ThroughArchive(parent.get(), rootfs, ledger);
    }
    std::puts(status.ok() ? "ok" : absl::CEscape(status.message()).c_str());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  const bool through_archive =
      argc == 3 && std::string_view(argv[2]) == "--tar";
  if (argc != 2 && !through_archive) {
    std::fprintf(stderr, "usage: unpack_many DIRECTORY [--tar]\n");
    return 2;
  }
  umask(0);
  specgen::UnpackAll(argv[1], through_archive);
  return 0;
}
