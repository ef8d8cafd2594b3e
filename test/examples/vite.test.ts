// examples/vite and examples/react build with Vite as they stand; in browsers they run in test/web/examples.test.ts.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "foldvox-vite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(["vite", "react"])("examples/%s", (example) => {
  it("builds, with everything that foldvox loads by its URL", async () => {
    const outDir = join(folder, example);
    await build({ root: join(root, "examples", example), build: { outDir, emptyOutDir: true }, logLevel: "warn" });
    const files = readdirSync(join(outDir, "assets"));
    const wanted = [
      /^worker-.*\.js$/,
      /^capture-worklet-.*\.js$/,
      /simd-.*\.wasm$/,
      /scalar-.*\.wasm$/,
      /^commands-(?!tiny).*\.safetensors$/,
    ];
    for (const pattern of wanted) expect(files.filter((file) => pattern.test(file))).toHaveLength(1);
    // Models that the page does not name stay behind.
    expect(files.filter((file) => /commands-tiny|english/.test(file))).toEqual([]);
    const model = files.find((file) => /^commands-(?!tiny).*\.safetensors$/.test(file))!;
    expect(statSync(join(outDir, "assets", model)).size).toBe(statSync(join(root, "models/commands.safetensors")).size);
    const script = files.find((file) => /^index-.*\.js$/.test(file))!;
    expect(readFileSync(join(outDir, "assets", script), "utf8")).not.toMatch(/blob:|\beval\(|https?:\/\/cdn/);
  });
});
