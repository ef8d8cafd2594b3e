// As much of WebAssembly as the host uses, for places that have none or may not compile it. The one module it knows is the
// engine, translated to JavaScript by scripts/build-js.mjs. In foldvox/plain it stands wherever the host says WebAssembly.

import { instantiate } from "../../build/foldvox.plain.js";

class Memory {
  readonly buffer: ArrayBuffer;

  constructor({ initial }: { initial: number }) {
    this.buffer = new ArrayBuffer(initial * 65536);
  }
}

/** Whatever bytes it is given, it is the engine. */
// biome-ignore lint/complexity/noStaticOnlyClass: it stands for WebAssembly.Module
class Module {
  static exports(): [] {
    return [];
  }
}

class Instance {
  readonly exports: object;

  constructor(_: Module, imports: { env: { memory: Memory } }) {
    this.exports = { ...instantiate(imports), plain: true };
  }
}

const standIn = {
  Memory,
  Module,
  Instance,
  validate: () => true,
  compile: async () => new Module(),
  instantiate: async (module: Module, imports: { env: { memory: Memory } }) => new Instance(module, imports),
};

export { standIn as WebAssembly };
