// The declarations, for modules of both kinds: build/types and build/cjs/types. And for tools that read no `exports` (TypeScript
// with moduleResolution node, older bundlers): a folder for each sub-path, whose package.json says the same.

import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const TYPES = "build/types";

await Promise.all([TYPES, "build/cjs/types"].map((folder) => rm(folder, { recursive: true, force: true })));
execFileSync("node_modules/.bin/tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
for (const name of await readdir(TYPES, { recursive: true })) {
  if (!name.endsWith(".d.ts")) continue;
  const path = join(TYPES, name);
  const text = await readFile(path, "utf8");
  // tsc leaves the endings of sources, which TypeScript before 5 refuses.
  await writeFile(path, text.replace(/((?:from|import\()\s*"\.[^"]*)\.ts"/g, '$1.js"'));
}
await cp(TYPES, "build/cjs/types", { recursive: true });

const { exports } = JSON.parse(await readFile("package.json", "utf8"));
for (const [path, conditions] of Object.entries(exports)) {
  if (path === "." || typeof conditions === "string") continue;
  await mkdir(path, { recursive: true });
  const file = (name) => `.${name}`;
  const entry = {
    main: file(conditions.require.default),
    module: file(conditions.import.default),
    types: file(conditions.require.types),
  };
  await writeFile(join(path, "package.json"), `${JSON.stringify(entry, null, 2)}\n`);
}
