#include "specgen/host/live_host.h"

#include <dirent.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/files.h"
#include "specgen/base/no_memory.h"
#include "specgen/host/architecture.h"
#include "specgen/host/mount_table.h"
#include "specgen/host/path_walk.h"

namespace specgen {
namespace {

// Far beyond any kernel's NR_CPUS.
constexpr uint32_t kMaxCpu = (1 << 16) - 1;

// Go calls again when a signal interrupts a call on a file.
template <typename Call>
auto RetryOnSignal(Call call) {
  while (true) {
    const auto answer = call();
    if (answer != -1 || errno != EINTR) return answer;
  }
}

// A path with the NUL behind it that system calls want, without allocating.
class KernelPath {
 public:
  // 0, or the errno for a path that cannot be given to the kernel.
  int Set(std::string_view path) {
    if (const int error = CheckPath(path); error != 0) return error;
    path.copy(bytes_.data(), path.size());
    bytes_[path.size()] = '\0';
    return 0;
  }
  const char* c_str() const { return bytes_.data(); }

 private:
  std::array<char, kMaxPathBytes + 1> bytes_;
};

FileFacts FactsOf(const struct stat& st) {
  FileFacts facts = {.mode = st.st_mode, .uid = st.st_uid, .gid = st.st_gid};
  if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
    facts.major = gnu_dev_major(st.st_rdev);
    facts.minor = gnu_dev_minor(st.st_rdev);
  }
  return facts;
}

// Go's strconv.Atoi, for numbers that a CPU can have.
bool ParseCpu(std::string_view text, uint32_t* cpu) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *cpu);
  return error == std::errc() && end == text.data() + text.size() &&
         *cpu <= kMaxCpu;
}

// getcwd(2); 0 or errno.
int GetWorkingDirectory(std::string* path) {
  char buffer[PATH_MAX];
  if (getcwd(buffer, sizeof(buffer)) == nullptr) return errno;
  path->assign(buffer);
  return 0;
}

}  // namespace

LiveSystem LiveSystem::FromProcess() {
  LiveSystem system;
  if (const char* state_dir = std::getenv("ROOTLESSKIT_STATE_DIR");
      state_dir != nullptr) {
    system.rootlesskit_state_dir = state_dir;
  }
  // Room for the CPUs of any kernel; a plain cpu_set_t holds 1024.
  std::vector<cpu_set_t> set((kMaxCpu + 1) / CPU_SETSIZE);
  const size_t bytes = set.size() * sizeof(cpu_set_t);
  if (sched_getaffinity(0, bytes, set.data()) == 0) {
    system.usable_cpus =
        static_cast<uint32_t>(std::max(1, CPU_COUNT_S(bytes, set.data())));
  }
  return system;
}

LiveHost::LiveHost(LiveSystem system)
    : Host(live_files_, live_facts_),
      system_(std::move(system)),
      live_files_(system_) {
  live_facts_.architecture.IsFoundBy([] {
    const Machine* const machine = ThisMachine();
    return machine != nullptr ? machine->architecture : std::string_view();
  });
  live_facts_.possible_cpus.IsFoundBy([this] { return FindPossibleCpus(); });
  live_facts_.thermal_throttle_cpus.IsFoundBy(
      [this] { return FindThermalThrottleCpus(); });
  live_facts_.in_user_namespace.IsFoundBy(
      [this] { return IsInUserNamespace(); });
  const std::string& state_dir = system_.rootlesskit_state_dir;
  live_facts_.under_rootlesskit.Is(!state_dir.empty());
  live_facts_.detached_network_namespace.IsFoundBy([this, &state_dir] {
    return facts.under_rootlesskit() && IsThere(state_dir + "/netns");
  });
  live_facts_.unified_cgroups.IsFoundBy([this] { return HasUnifiedCgroups(); });
}

int LiveHost::Files::Lstat(std::string_view path, FileFacts* facts) const {
  KernelPath kernel_path;
  if (const int error = kernel_path.Set(path); error != 0) return error;
  struct stat st;
  if (RetryOnSignal([&] { return lstat(kernel_path.c_str(), &st); }) != 0) {
    return errno;
  }
  *facts = FactsOf(st);
  return 0;
}

int LiveHost::Files::Stat(std::string_view path, FileFacts* facts) const {
  KernelPath kernel_path;
  if (const int error = kernel_path.Set(path); error != 0) return error;
  struct stat st;
  if (RetryOnSignal([&] { return stat(kernel_path.c_str(), &st); }) != 0) {
    return errno;
  }
  *facts = FactsOf(st);
  return 0;
}

int LiveHost::Files::ReadLink(std::string_view path,
                              std::string* target) const {
  KernelPath kernel_path;
  if (const int error = kernel_path.Set(path); error != 0) return error;
  char buffer[PATH_MAX];  // more than any target has
  const ssize_t size = RetryOnSignal(
      [&] { return readlink(kernel_path.c_str(), buffer, sizeof(buffer)); });
  if (size < 0) return errno;
  target->assign(buffer, static_cast<size_t>(size));
  return 0;
}

int LiveHost::Files::ListDirectory(std::string_view path,
                                   std::vector<std::string>* names) const {
  KernelPath kernel_path;
  if (const int error = kernel_path.Set(path); error != 0) return error;
  DIR* opened;
  do {
    opened = opendir(kernel_path.c_str());
  } while (opened == nullptr && errno == EINTR);
  // It is opendir() that wants memory; the kernel has what it needs.
  if (opened == nullptr && errno == ENOMEM) ThrowNoMemory();
  if (opened == nullptr) return errno;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opened, closedir);
  names->clear();
  while (true) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) {
      if (errno == EINTR) continue;
      break;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names->emplace_back(name);
  }
  if (errno != 0) return errno;
  std::sort(names->begin(), names->end());
  return 0;
}

int LiveHost::Files::MountFlags(std::string_view path, uint64_t* flags) const {
  KernelPath kernel_path;
  if (const int error = kernel_path.Set(path); error != 0) return error;
  struct statfs answer;
  if (RetryOnSignal(
          [&] { return system_.statfs(kernel_path.c_str(), &answer); }) != 0) {
    return errno;
  }
  *flags = static_cast<uint64_t>(answer.f_flags);
  return 0;
}

int LiveHost::Files::WorkingDirectory(std::string* path) const {
  if (const int error = GetWorkingDirectory(path); error != 0) return error;
  // Else it is outside of the root directory.
  return path->front() == '/' ? 0 : ENOENT;
}

bool LiveHost::IsThere(const std::string& path) const {
  FileFacts facts;
  return live_files_.Stat(path, &facts) == 0;
}

std::vector<uint32_t> LiveHost::FindPossibleCpus() const {
  std::vector<uint32_t> cpus;
  if (const absl::StatusOr<std::string> possible = ReadWholeFile(
          absl::StrCat(system_.sys, "/devices/system/cpu/possible"));
      possible.ok()) {
    cpus = ParseCpuList(*possible);
  }
  if (cpus.empty()) {
    cpus.resize(size_t{system_.usable_cpus} + 1);
    std::iota(cpus.begin(), cpus.end(), 0);
  }
  return cpus;
}

std::vector<uint32_t> LiveHost::FindThermalThrottleCpus() const {
  std::vector<uint32_t> cpus;
  for (const uint32_t cpu : facts.possible_cpus()) {
    if (IsThere(absl::StrCat(system_.sys, "/devices/system/cpu/cpu", cpu,
                             "/thermal_throttle"))) {
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

bool LiveHost::IsInUserNamespace() const {
  const absl::StatusOr<std::string> uid_map =
      ReadWholeFile(absl::StrCat(system_.proc, "/self/uid_map"));
  return uid_map.ok() && IsUidMapOfUserNamespace(*uid_map);
}

bool LiveHost::HasUnifiedCgroups() const {
  struct statfs cgroups;
  return system_.statfs(absl::StrCat(system_.sys, "/fs/cgroup").c_str(),
                        &cgroups) == 0 &&
         cgroups.f_type == CGROUP2_SUPER_MAGIC;
}

absl::StatusOr<std::vector<MountPoint>> LiveHost::MountPoints() const {
  const std::string path = absl::StrCat(system_.proc, "/self/mountinfo");
  absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (!text.ok()) return text.status();
  return ParseMountInfo(*text, path);
}

absl::StatusOr<std::string> LiveHost::WorkingDirectory() {
  std::string path;
  if (const int error = GetWorkingDirectory(&path); error != 0) {
    return HostError(error,
                     absl::StrCat("the working folder: ", GoErrnoText(error),
                                  ": change to a folder that is there"));
  }
  if (path.front() != '/') {
    return absl::NotFoundError(
        "the working folder is outside the root folder: change to one inside");
  }
  return path;
}

std::vector<uint32_t> ParseCpuList(std::string_view text) {
  std::vector<uint32_t> cpus;
  for (const std::string_view range :
       absl::StrSplit(absl::StripAsciiWhitespace(text), ',')) {
    const std::pair<std::string_view, std::string_view> ends =
        absl::StrSplit(range, absl::MaxSplits('-', 1));
    const bool is_range = range.find('-') != std::string_view::npos;
    uint32_t first, last;
    if (!ParseCpu(ends.first, &first)) return {};
    last = first;
    if (is_range && !ParseCpu(ends.second, &last)) return {};
    for (uint32_t cpu = first; cpu <= last; ++cpu) {
      if (cpus.size() > kMaxCpu) return {};  // some of them twice
      cpus.push_back(cpu);
    }
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

bool IsUidMapOfUserNamespace(std::string_view uid_map) {
  if (uid_map.empty()) return false;
  const std::string_view line = uid_map.substr(0, uid_map.find('\n'));
  if (line.empty()) return true;
  const std::vector<std::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  int64_t numbers[3];
  if (words.size() < 3) return false;
  for (size_t i = 0; i < 3; ++i) {
    if (!absl::SimpleAtoi(words[i], &numbers[i])) return false;
  }
  return !(numbers[0] == 0 && numbers[1] == 0 && numbers[2] == 4294967295);
}

}  // namespace specgen
