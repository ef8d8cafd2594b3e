// One int8 product for timing: ours, and the same in its C twins.

import type { CTwin } from "./c-twin.ts";
import type { Build } from "./engines.ts";
import { KernelBench } from "./kernels.ts";
import type { Case } from "./rounds.ts";
import { operations, type Product } from "./shapes.ts";

/** Enough products for a few milliseconds, where a pipe's exchange does not count. */
const repeatsFor = (product: Product) => Math.max(1, Math.round(1e8 / operations(product)));

/** Units are 10^9 operations. */
export function ours(product: Product, build: Build): Case {
  const repeats = repeatsFor(product);
  const once = new KernelBench(build).product(product.M, product.N, product.K);
  return {
    name: build,
    units: (repeats * operations(product)) / 1e9,
    run: () => {
      for (let i = 0; i < repeats; i++) once();
    },
  };
}

export function inC(twin: CTwin, product: Product): Case {
  const repeats = repeatsFor(product);
  return {
    name: twin.encoding,
    units: (repeats * operations(product)) / 1e9,
    run: async () => {
      await twin.ask(`product ${product.M} ${product.N} ${product.K} ${repeats}`);
    },
  };
}

const PEAK_REPEATS = 500_000;

/** pmaddwd and paddd on registers alone. */
export function registerPeak(twin: CTwin): Case {
  return {
    name: "peak",
    units: (PEAK_REPEATS * 64 * 16) / 1e9,
    run: async () => {
      await twin.ask(`peak ${PEAK_REPEATS}`);
    },
  };
}
