// The scalar build before optimization, when nothing has been inlined and every function still has the name of its source.

import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import binaryen from "binaryen";

/** The whole engine as a module of binaryen, without the features that wasm2js does not know. */
export async function scalarFunctions() {
  const folder = await mkdtemp(join(tmpdir(), "foldvox-"));
  const file = join(folder, "scalar.wasm");
  const without = ["nontrapping-f2i", "bulk-memory"].flatMap((feature) => ["--disable", feature]);
  const options = ["--target", "scalar", "--optimizeLevel", "0", "--debug", ...without, "--outFile", file];
  execFileSync("node_modules/.bin/asc", ["assembly/index.ts", ...options], { stdio: "inherit" });
  const module = binaryen.readBinary(await readFile(file));
  await rm(folder, { recursive: true });
  return module;
}

/** The function of assembly/ that has this name. */
export function functionNamed(module, name) {
  const all = Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)),
  );
  const found = all.filter((f) => f.name.startsWith("assembly/") && f.name.replace(/<.*/, "").endsWith(`/${name}`));
  if (found.length !== 1) throw new Error(`${found.length} functions of assembly/ are called ${name}`);
  return found[0];
}
