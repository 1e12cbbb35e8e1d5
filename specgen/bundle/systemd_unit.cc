#include "specgen/bundle/systemd_unit.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "specgen/base/printable.h"

namespace specgen {
namespace {

void AppendExec(std::string_view key, std::string_view prefix,
                const std::vector<std::string_view>& words, std::string* out) {
  std::vector<std::string> quoted;
  quoted.reserve(words.size());
  for (std::string_view word : words) quoted.push_back(SystemdQuote(word));
  absl::StrAppend(out, key, "=", prefix, absl::StrJoin(quoted, " "), "\n");
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
      facts.id,
      "\n"
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
  AppendExec("ExecStartPre", "",
             {facts.specgen, "bundle", "--start", facts.bundle}, &out);
  AppendExec("ExecStart", "",
             {facts.runtime, "run", "--bundle", facts.bundle, facts.id}, &out);
  AppendExec("ExecStop", "-", {facts.runtime, "kill", facts.id, "TERM"}, &out);
  AppendExec("ExecStopPost", "-",
             {facts.runtime, "delete", "--force", facts.id}, &out);
  AppendExec("ExecStopPost", "-",
             {facts.specgen, "bundle", "--stop", facts.bundle}, &out);
  absl::StrAppend(&out,
                  "\n"
                  "[Install]\n"
                  "WantedBy=multi-user.target\n");
  return out;
}

}  // namespace specgen
