// Runs a script in the QuickJS that npm has, which is itself WebAssembly: node quickjs.mjs SCRIPT.

import { readFileSync } from "node:fs";
import variant from "@jitl/quickjs-ng-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";

const context = (await newQuickJSWASMModuleFromVariant(variant)).newRuntime().newContext();
const print = context.newFunction("print", (line) => console.log(context.getString(line)));
context.setProp(context.global, "print", print);
print.dispose();
context.unwrapResult(context.evalCode(readFileSync(process.argv[2], "utf8"), "plain.js")).dispose();
