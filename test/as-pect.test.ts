// The AssemblyScript tests, of functions that the engine does not export: test/assembly/, run by as-pect.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("passes the tests of test/assembly", async () => {
  const { stdout } = await promisify(execFile)("node_modules/.bin/asp", ["--summary", "--no-logo"]);
  expect(stdout).toContain("Pass!");
}, 600_000);
