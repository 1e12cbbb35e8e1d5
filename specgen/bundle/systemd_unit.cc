#include "specgen/bundle/systemd_unit.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "specgen/base/printable.h"
#include "specgen/bundle/plan.h"

namespace specgen {
namespace {

void AppendExec(std::string_view key, std::string_view prefix,
                const std::vector<std::string_view>& words, std::string* out) {
  std::vector<std::string> quoted;
  quoted.reserve(words.size());
  for (std::string_view word : words) quoted.push_back(SystemdQuote(word));
  absl::StrAppend(out, key, "=", prefix, absl::StrJoin(quoted, " "), "\n");
}

// A folder as os.MkdirAll makes it: those above it get the same mode.
void AppendMakeFolder(std::string_view path, uint32_t mode, std::string* out) {
  const std::string script =
      absl::StrFormat("umask %03o && exec mkdir -p \"$0\"", 0777 & ~mode);
  AppendExec("ExecStartPre", "", {"/bin/sh", "-c", script, path}, out);
}

void AppendStep(const BundleStep& step, std::string* out) {
  switch (step.kind) {
    case BundleStep::Kind::kMakeFolder:
      AppendMakeFolder(step.path, step.mode, out);
      break;
    case BundleStep::Kind::kBind:
      AppendExec("ExecStartPre", "",
                 {"/bin/sh", "-c",
                  "mountpoint -q \"$1\" || exec mount --rbind \"$0\" \"$1\"",
                  step.from, step.path},
                 out);
      break;
    case BundleStep::Kind::kShare:
      AppendExec("ExecStartPre", "",
                 {"/bin/mount", "--make-rshared", step.path}, out);
      break;
    default:
      break;
  }
}

// A value that is no command: one line, "%" doubled.
std::string UnitText(std::string_view text) {
  std::string out;
  for (char c : Printable(text)) {
    if (c == '%') out.push_back('%');
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::string SystemdQuote(std::string_view word) {
  std::string out;
  bool plain = !word.empty();
  const bool printable = Printable(word) == word;
  for (char c : word) {
    const unsigned char u = static_cast<unsigned char>(c);
    if (c == '%' || c == '$') {
      out.push_back(c);  // doubled
      out.push_back(c);
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
      plain = false;
    } else if (u < 0x20 || u == 0x7f || (u >= 0x80 && !printable)) {
      absl::StrAppend(&out, absl::StrFormat("\\x%02x", u));
      plain = false;
    } else {
      if (c == ' ' || c == '\'' || c == ';') plain = false;
      out.push_back(c);
    }
  }
  return plain ? out : absl::StrCat("\"", out, "\"");
}

std::string SystemdUnit(const UnitFacts& facts) {
  std::string out = absl::StrCat(
      "# Made by specgen bundle --systemd.\n"
      "[Unit]\n"
      "Description=Docker plugin ",
      UnitText(facts.id), facts.description.empty() ? "" : ": ",
      UnitText(facts.description), "\n",
      "After=local-fs.target network.target\n"
      "\n"
      "[Service]\n"
      "Delegate=yes\n"
      "KillMode=mixed\n"
      "TimeoutStopSec=10\n"
      "Restart=always\n"
      "RestartSec=1\n");
  AppendExec("ExecStartPre", "-",
             {facts.runtime, "delete", "--force", facts.id}, &out);
  bool has_runtime_folder = false;
  for (const BundleStep& step : facts.plan->start) {
    has_runtime_folder =
        has_runtime_folder || step.path == facts.runtime_folder;
  }
  if (!has_runtime_folder) {
    AppendMakeFolder(
        facts.runtime_folder,
        facts.runtime_folder_mode != 0 ? facts.runtime_folder_mode : 0700,
        &out);
  }
  for (const BundleStep& step : facts.plan->start) AppendStep(step, &out);
  AppendExec("ExecStart", "",
             {facts.runtime, "run", "--bundle", facts.bundle, facts.id}, &out);
  AppendExec("ExecStop", "-", {facts.runtime, "kill", facts.id, "TERM"}, &out);
  AppendExec("ExecStopPost", "-",
             {facts.runtime, "delete", "--force", facts.id}, &out);
  // The deepest mounts first.
  std::vector<std::string> mounted;
  for (const BundleStep& step : facts.plan->start) {
    if (step.kind == BundleStep::Kind::kBind) mounted.push_back(step.path);
  }
  for (size_t i = mounted.size(); i-- > 0;) {
    AppendExec("ExecStopPost", "-", {"/bin/umount", "-R", mounted[i]}, &out);
  }
  AppendExec("ExecStopPost", "-", {"/bin/rm", "-rf", facts.runtime_folder},
             &out);
  absl::StrAppend(&out,
                  "\n"
                  "[Install]\n"
                  "WantedBy=multi-user.target\n");
  return out;
}

}  // namespace specgen
