import { defineConfig } from "vitest/config";

// Node 20 has relaxed SIMD behind a flag, and computes it wrongly in code that is not optimized yet. Our tests of that are in
// test/engine/relaxed.test.ts; all others of the relaxed build want what later versions give.
const before22 = Number(process.versions.node.split(".")[0]) < 22;

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    exclude: ["test/web/**"],
    testTimeout: 60_000,
    execArgv: before22 ? ["--experimental-wasm-relaxed-simd", "--no-liftoff"] : [],
  },
});
