// scripts/serve.mjs: what ends no server.

import { spawnSync } from "node:child_process";
import { get } from "node:http";
import { expect, it } from "vitest";
import { serve } from "../../scripts/serve.mjs";

/** As it stands: fetch and URL would mend the path. */
const statusOf = (port: number, path: string) =>
  new Promise((resolve, reject) => {
    get({ port, path, host: "localhost" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });

it("answers paths that are none, and goes on", async () => {
  const server = await serve("examples");
  const { port } = server.address() as { port: number };
  for (const path of ["/%E0%A4%A", "//", "/\\..\\..", "/../../package.json", "http://[::"]) {
    expect(await statusOf(port, path), path).toBe(404);
  }
  expect(await statusOf(port, "/digits.txt")).toBe(200);
  const second = spawnSync(process.execPath, ["scripts/serve.mjs", "examples", String(port)], { encoding: "utf8" });
  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(/^Port \d+ cannot be used: .*another program listens there.*\.\n$/);
  server.close();
});
