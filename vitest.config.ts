// The suites: `unit` is npm test; the others need what their scripts prepare (package.json).

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Node 20 has relaxed SIMD behind a flag, and computes it wrongly in code that is not optimized yet. Our tests of that are in
// test/engine/relaxed.test.ts; all others of the relaxed build want what later versions give.
const before22 = Number(process.versions.node.split(".")[0]) < 22;

const project = (name: string, include: string, test: object) => ({
  test: { name, include: [include], ...test },
});

/** For tests that wait for others: browsers, package managers, PyTorch. */
const waits = (milliseconds: number) => ({ testTimeout: milliseconds, hookTimeout: milliseconds });

export default defineConfig({
  test: {
    // vitest leaves a processor to itself, which on a machine of two is half.
    maxWorkers: availableParallelism(),
    projects: [
      project("unit", "test/**/*.test.{ts,tsx}", {
        exclude: ["test/web/**"],
        testTimeout: 60_000,
        execArgv: before22 ? ["--experimental-wasm-relaxed-simd", "--no-liftoff"] : [],
      }),
      project("web", "test/web/**/*.test.ts", { ...waits(120_000), fileParallelism: false }),
      project("package", "test/package/**/*.package.ts", { ...waits(900_000), fileParallelism: false }),
      project("parity", "test/**/*.parity.ts", waits(1_800_000)),
    ],
  },
});
