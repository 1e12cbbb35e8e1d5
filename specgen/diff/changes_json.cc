#include "specgen/diff/changes_json.h"

#include <vector>

#include "specgen/diff/engine_changes.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/json/json_builder.h"

namespace specgen {

void AddChangesJson(const std::vector<Change>& changes,
                    const std::vector<EngineChange>& why, JsonBuilder* json) {
  json->Key("changes").List();
  for (const Change& change : changes) {
    json->Object();
    json->Key("kind").String(ChangeKindName(change.kind));
    json->Key("section").String(change.section);
    json->Key("subject").String(change.subject);
    json->Key("text").String(change.text);
    json->EndObject();
  }
  json->EndList();
  json->Key("why").List();
  for (const EngineChange& change : why) {
    json->Object();
    json->Key("engine").String(change.behaviour->name);
    json->Key("undone").Bool(change.undone);
    json->Key("text").String(change.text);
    json->Key("advisories").Strings(AdvisoryIds(change.text));
    json->EndObject();
  }
  json->EndList();
}

}  // namespace specgen
