// Runs a script in the QuickJS that npm has, which is itself WebAssembly: node quickjs.mjs SCRIPT.

import { readFileSync } from "node:fs";
import variant from "@jitl/quickjs-ng-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";

const context = (await newQuickJSWASMModuleFromVariant(variant)).newRuntime().newContext();

/** Makes a function of this side callable by the script. */
function give(name, work) {
  const handle = context.newFunction(name, work);
  context.setProp(context.global, name, handle);
  handle.dispose();
}
give("print", (line) => console.log(context.getString(line)));
give("processorTime", () => {
  const { user, system } = process.cpuUsage();
  return context.newNumber((user + system) / 1000);
});
context.unwrapResult(context.evalCode(readFileSync(process.argv[2], "utf8"), "plain.js")).dispose();
