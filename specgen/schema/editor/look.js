// Opens configs as VS Code does, with its own service for JSON, and looks at
// what it underlines and offers: see tools/check_editor.
//
//   node look.js CHECKOUT
//
// Exit code: 0 all is as it should be, 1 findings.
"use strict";
const fs = require("fs");
const path = require("path");
const {getLanguageService, TextDocument} = require("vscode-json-languageservice");

const checkout = process.argv[2];
const SCHEMAS = {
  "config.json": "specgen/schema/config.schema.json",
  ".specgen.json": "specgen/lint/specgen.schema.json",
};
// The file, its text with a "|" where the cursor is, what is underlined, what is
// among the offers there, and what is told of the place.
const LOOKS = [
  ["config.json", '{"netwrok": {}}', [], []],
  ["other.json", '{"$schema": "./config.schema.json", "entrypoint": "/p"}', ['"/p"'], []],
  ["config.json", '{"entrypoint": "/p", "linux": {"capabilities": [1]}}', ['"/p"', "1"], []],
  ["config.json", "{|}", [], ["$schema", "entrypoint", "interface", "propagatedMount"]],
  ["config.json", '{"interface": {"types": ["|"]}}', [], ['"docker.volumedriver/1.0"', '"docker.csinode/1.0"']],
  ["config.json", '{"linux": {"|": 1}}', [], ["allowAllDevices", "capabilities", "devices"]],
  ["config.json", '{"mounts": [{"options": ["|"]}]}', [], ['"rbind"', '"rshared"']],
  ["config.json", '{"pid|host": 1}', ["1"], ["pidhost"], "all processes of the machine"],
  ["config.json", '{"pidhost": |true}', [], ["true", "false"]],
  [".specgen.json", '{"lint": {"failLevel": "|"}}', ['""'], ['"note"', '"warning"', '"error"']],
  [".specgen.json", '{"lint": {"ignore": [{"rules": ["SG001"], "reason": "known"}]}}', [], []],
  [".specgen.json", '{"lint": {"ignore": [{"rules": ["SG001"]}], "x": 1}}', ['"x"', "{"], []],
];
let findings = 0;

function check(what, got, wanted) {
  if (JSON.stringify(got) === JSON.stringify(wanted)) return;
  ++findings;
  console.log(`check_editor: ${what}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

async function look(service, [name, text, underlined, offered, told = ""]) {
  const cursor = text.indexOf("|");
  const document = TextDocument.create(`file:///specgen/schema/${name}`, "json", 1, text.replace("|", ""));
  const json = service.parseJSONDocument(document);
  const problems = await service.doValidation(document, json);
  check(`underlines in ${text}`, problems.map(({range}) => document.getText(range)).sort(), underlined);
  if (cursor < 0) return;
  const {items} = await service.doComplete(document, document.positionAt(cursor), json);
  const labels = items.map(({label}) => label);
  check(`offers in ${text}`, offered.filter(offer => labels.includes(offer)), offered);
  const hover = await service.doHover(document, document.positionAt(cursor), json);
  check(`"${told}" is told in ${text}`, `${hover?.contents}`.includes(told), true);
}

async function main() {
  const service = getLanguageService({
    workspaceContext: {resolveRelativePath: (relative, document) => new URL(relative, document).href},
    schemaRequestService: async uri => fs.promises.readFile(path.join(checkout, uri.slice("file:///".length)), "utf8"),
  });
  service.configure({
    schemas: Object.entries(SCHEMAS).map(([name, file]) => ({fileMatch: [name], uri: "file:///" + file})),
  });
  const plugins = path.join(checkout, "testdata/plugins");
  const configs = fs.readdirSync(plugins).map(
      name => ["config.json", fs.readFileSync(path.join(plugins, name, "config.json"), "utf8"), [], []]);
  if (configs.length < 7) throw new Error("the plugins are gone");
  for (const one of LOOKS.concat(configs)) await look(service, one);

  console.log(`check_editor: ${LOOKS.length + configs.length} looks, ${findings} findings`);
  process.exitCode = findings ? 1 : 0;
}

main();
