// Stands in for WebAssembly where there is none. The one module it knows is foldvox's engine, translated to JavaScript by
// npm run build. Import it before foldvox.

import { instantiate } from "../../build/foldvox.plain.js";

class Memory {
  constructor({ initial }) {
    this.buffer = new ArrayBuffer(initial * 65536);
  }
}

class Module {}

class Instance {
  constructor(_, imports) {
    this.exports = instantiate(imports);
  }
}

globalThis.WebAssembly ??= { Memory, Module, Instance, Global: class {}, Table: class {} };
