// foldvox/plain: the engine is the stand-in's (src/plain/webassembly.ts), which takes any bytes for it; the model is a file.

export { bundledModel, bundledSideFile, FILES_ADVICE } from "./files.ts";

export const bundledEngines = [() => new Uint8Array()];
export const bundledThreadEngines = [];
