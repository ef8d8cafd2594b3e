// Ten thousand aborts, of everything that can be aborted: main.ts in a process of its own, which has no handler for rejections.

import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

const COUNT = 10_000;

it("aborts leave nothing behind, and never end the process", async () => {
  const outfile = "build/aborts/main.js";
  await build({
    entryPoints: ["test/aborts/main.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile,
    logLevel: "warning",
  });
  // The script of threads lies beside the bundle.
  copyFileSync("build/engine-helper.js", "build/aborts/engine-helper.js");
  const folder = mkdtempSync(join(tmpdir(), "foldvox-aborts-"));
  const child = spawn(process.execPath, [outfile, String(COUNT), "1", folder], { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  let complaints = "";
  child.stdout.on("data", (text) => {
    told += text;
  });
  child.stderr.on("data", (text) => {
    complaints += text;
  });
  // It has nothing left to do when it has told: a timer or thread that is left would keep it.
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(complaints).toBe("");
  expect(code).toBe(0);
  const { aborted, ...rest } = JSON.parse(told);
  expect(aborted).toBe(COUNT);
  expect(rest).toMatchObject({ odd: [], lockedOut: 0, requests: ["GET", "HEAD"], left: [], resources: [] });
  // The runtime keeps some connections and threads of its own.
  expect(rest.files).toBeLessThan(20);
  expect(rest.threads).toBeLessThan(8);
}, 600_000);
