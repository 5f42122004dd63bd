// Makes the library's types from what the programs say of themselves: the OpenAPI document and the messages' schemas.
// TALKTIME_SCHEMAS names a folder that holds them already, where there is no Python.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const WEB = import.meta.dirname;
const ROOT = join(WEB, "..");
const GENERATED = join(WEB, "client", "src", "generated");
// What has a default may be left out by who writes it, and is always there for who reads it.
const DOCUMENTS = {
  openapi: { name: "rest", defaultNonNullable: true },
  "from-client": { name: "from-client", defaultNonNullable: false },
  "to-client": { name: "to-client", defaultNonNullable: true },
};

const given = process.env.TALKTIME_SCHEMAS;
const folder = given ?? mkdtempSync(join(tmpdir(), "talktime-schemas-"));
try {
  if (!given) writeDocuments(folder);
  mkdirSync(GENERATED, { recursive: true });
  for (const [document, { name, defaultNonNullable }] of Object.entries(DOCUMENTS)) {
    const source = pathToFileURL(join(folder, `${document}.json`));
    const types = await openapiTS(source, { enumValues: true, defaultNonNullable });
    writeIfChanged(join(GENERATED, `${name}.ts`), `// Made by generate.mjs.\n${astToString(types)}`);
  }
} finally {
  if (!given) rmSync(folder, { recursive: true });
}

function writeDocuments(target) {
  const ours = join(ROOT, ".venv", "bin", "python");
  const python = process.env.PYTHON ?? (existsSync(ours) ? ours : "python3");
  for (const module of ["api.docs", "signaling.protocol"])
    execFileSync(python, ["-m", module, target], { cwd: ROOT, stdio: "inherit" });
}

// A file that stays as it is does not wake whoever watches it.
function writeIfChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
