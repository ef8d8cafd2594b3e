// npm run parity: the suites that need what scripts/parity.mjs has PyTorch make first.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.parity.ts"], testTimeout: 1_800_000, hookTimeout: 1_800_000 },
});
