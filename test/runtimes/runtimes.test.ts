// The suite of runtimes/ in every runtime that is here: in CI those that .ci/run fetches. commands-tiny only; npm run runtimes runs all.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { disagreements } from "../../runtimes/agreement.mjs";
import { type Finding, RUNTIMES } from "../../runtimes/list.mjs";

const MODELS = ["commands-tiny"];
const [first, ...others] = RUNTIMES.map((runtime) => ({ ...runtime, models: MODELS }));
let reference: Finding[];

beforeAll(async () => {
  execFileSync(process.execPath, ["scripts/build-js.mjs"], { cwd: fileURLToPath(new URL("../../", import.meta.url)) });
  reference = await first!.run(MODELS);
  expect(disagreements(first!, reference, reference)).toEqual([]);
}, 120_000);

for (const runtime of others) {
  it.skipIf(!runtime.source.present())(
    `${runtime.name} hears the same words, by the same bits, in the same memory`,
    async () => {
      expect(disagreements(runtime, await runtime.run(MODELS), reference)).toEqual([]);
    },
    600_000,
  );
}
