// Runs transcribe.mjs in QuickJS, which npm has as quickjs-emscripten. A QuickJS of your own needs the same two functions.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import variant from "@jitl/quickjs-ng-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const runtime = (await newQuickJSWASMModuleFromVariant(variant)).newRuntime();
runtime.setModuleLoader(
  (path) => readFileSync(path, "utf8"),
  (from, name) => (name === "foldvox/plain" ? join(root, "build/plain.js") : join(dirname(from), name)),
);
const context = runtime.newContext();

/** Makes a function of this side callable by the script. */
function give(name, work) {
  const handle = context.newFunction(name, work);
  context.setProp(context.global, name, handle);
  handle.dispose();
}
give("readFile", (path) => {
  const bytes = readFileSync(join(root, context.getString(path)));
  return context.newArrayBuffer(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
});
give("print", (line) => console.log(context.getString(line)));

const script = join(root, "examples/quickjs/transcribe.mjs");
context.unwrapResult(context.evalCode(readFileSync(script, "utf8"), script, { type: "module" })).dispose();
