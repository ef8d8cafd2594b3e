// Filter banks in WebAssembly: each is an instance of the engine in a small memory of its own, of which only the product of matrices
// is called. A recognizer's arena is planned before anybody knows the sample rate, and streams of one rate share a bank.

import { type BankMaker, FilterBanks, plainBank, plainBanks } from "../audio/filter-bank.ts";
import type { WasmModule } from "../web-types.ts";
import { STATIC_BYTES } from "./arena.ts";
import type { EngineExports } from "./exports.ts";
import { isThreaded } from "./module.ts";

const PAGE = 65536;

const engineBank =
  (module: WasmModule): BankMaker =>
  (size) => {
    const { sets, rows, taps, step } = size;
    const filters = STATIC_BYTES;
    const window = filters + 4 * sets * rows * taps;
    const out = window + 4 * size.window;
    const pages = Math.ceil((out + 4 * size.out) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isThreaded(module) });
    const instance = new WebAssembly.Instance(module as WebAssembly.Module, { env: { memory } });
    const { matmulF32 } = instance.exports as unknown as EngineExports;
    const { buffer } = memory;
    return {
      filters: new Float32Array(buffer, filters, sets * rows * taps),
      window: new Float32Array(buffer, window, size.window),
      out: new Float32Array(buffer, out, size.out),
      // The rows of the product's first matrix are windows, each `step` behind the one before.
      apply: (set, at, groups, place) =>
        matmulF32(
          out + 4 * place,
          4 * rows,
          window + 4 * at,
          4 * step,
          filters + 4 * set * rows * taps,
          4 * taps,
          0,
          groups,
          rows,
          taps,
        ),
    };
  };

const byModule = new WeakMap<WasmModule, FilterBanks>();

/** The banks of an engine, for all recognizers of its module. */
export function filterBanks(module: WasmModule, exports: EngineExports): FilterBanks {
  if (exports.plain) return plainBanks;
  const make = engineBank(module);
  const banks =
    byModule.get(module) ??
    new FilterBanks((size) => {
      try {
        return make(size);
      } catch {
        // Chrome before 115 makes no instance at once on a page's main thread; or there is no more memory of this kind.
        return plainBank(size);
      }
    });
  byModule.set(module, banks);
  return banks;
}
