// The hosts of runtimes/hosts as scripts for runtimes that do not take the files as they are.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "@swc/core";
import { build } from "esbuild";
import { workFolder } from "./cache.mjs";
import { filesOf } from "./suite.js";

/** One module, `external` left for the runtime to find. */
export async function moduleBundle(host, folder, external = []) {
  const outfile = join(folder, `${host}.mjs`);
  const entryPoints = [`runtimes/hosts/${host}.js`];
  await build({
    entryPoints,
    bundle: true,
    format: "esm",
    outfile,
    external: ["node:*", ...external],
    logLevel: "error",
  });
  return outfile;
}

/** One ES5 script with the files and everything else inside; extraRuns as in runtimes/hosts/plain.js. */
export async function plainScript(models, extraRuns = null) {
  const bundled = await build({
    entryPoints: ["runtimes/hosts/plain.js"],
    bundle: true,
    format: "iife",
    write: false,
    // build/index.js looks for its files beside itself; here it is given everything.
    define: { "import.meta.url": '"file:///"' },
    external: ["node:*"],
    logLevel: "error",
  });
  const es5 = await transform(bundled.outputFiles[0].text, { jsc: { target: "es5" }, isModule: false });
  const paths = ["examples/digits.wav", ...models.flatMap(filesOf)];
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(path, "base64")]));
  const data = `var FILES = ${JSON.stringify(Object.fromEntries(files))}, MODELS = ${JSON.stringify(models)}, EXTRA_RUNS = ${extraRuns};\n`;
  const script = join(await workFolder("plain"), `${[...models, extraRuns ?? ""].join("-")}.js`);
  await writeFile(script, data + es5.code);
  return script;
}
