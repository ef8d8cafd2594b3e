// The suite of runtimes/ in every runtime that is here: in CI those that .ci/run fetches. npm run runtimes runs more.

import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { disagreements } from "../../runtimes/agreement.mjs";
import { type Finding, RUNTIMES } from "../../runtimes/list.mjs";

const MODELS = ["commands-tiny"];
// quickjs-wasm is slow, and test/examples/quickjs.test.ts runs it anyway.
const [first, ...others] = RUNTIMES.filter(({ name }) => name !== "quickjs-wasm").map((runtime) => ({
  ...runtime,
  models: MODELS,
}));
let reference: Finding[];

beforeAll(async () => {
  reference = await first!.run(MODELS);
  expect(disagreements(first!, reference, reference)).toEqual([]);
}, 120_000);

it("has the checksums that docs/runtimes.md tells", () => {
  const page = readFileSync(new URL("../../docs/runtimes.md", import.meta.url), "utf8");
  for (const { checksum } of reference) expect(page, "npm run runtimes writes it anew").toContain(`\`${checksum}\``);
});

for (const runtime of others) {
  it.skipIf(!runtime.source.present())(
    `${runtime.name} hears the same words, by the same bits, in the same memory`,
    async () => {
      expect(disagreements(runtime, await runtime.run(MODELS), reference)).toEqual([]);
    },
    600_000,
  );
}
