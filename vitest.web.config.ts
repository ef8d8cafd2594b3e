// Tests in real browsers, which come from the system: scripts/install-browsers.sh, then npm run test:web.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/web/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
});
