#include "specgen/privileges/grants_json.h"

namespace specgen {

void AddGrantsJson(std::string_view key, const std::vector<Grant>& grants,
                   JsonBuilder* json) {
  json->Key(key).List();
  for (const Grant& grant : grants) {
    json->Object();
    json->Key("level").String(GrantLevelName(grant.level));
    json->Key("id").String(grant.id);
    json->Key("what").String(grant.what);
    json->Key("why").String(grant.why);
    if (grant.assumed) json->Key("assumed").Bool(true);
    json->EndObject();
  }
  json->EndList();
}

}  // namespace specgen
