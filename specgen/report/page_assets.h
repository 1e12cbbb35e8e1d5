// The style and the script of the page, report.css and report.js, compiled in.
#ifndef SPECGEN_REPORT_PAGE_ASSETS_H_
#define SPECGEN_REPORT_PAGE_ASSETS_H_

#include <string_view>

namespace specgen {

extern const std::string_view kReportStyle;
extern const std::string_view kReportScript;
// "sha256-..." of the script, for the page's Content-Security-Policy.
extern const std::string_view kReportScriptHash;

}  // namespace specgen

#endif  // SPECGEN_REPORT_PAGE_ASSETS_H_
