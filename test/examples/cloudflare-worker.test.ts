// examples/cloudflare-worker under workerd, Cloudflare's own runtime, which compiles no WebAssembly from bytes.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectedResults, rawDigits, root } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "foldvox-workerd-"));
let server: Miniflare;

beforeAll(async () => {
  // As wrangler does it: scripts in one bundle, .wasm and data beside it.
  await build({
    entryPoints: [join(root, "examples/cloudflare-worker/worker.mjs")],
    bundle: true,
    format: "esm",
    outfile: join(folder, "worker.mjs"),
    external: ["node:*", "*.wasm", "*.safetensors"],
  });
  const modules = [
    { type: "ESModule" as const, path: join(folder, "worker.mjs") },
    {
      type: "CompiledWasm" as const,
      path: join(folder, "foldvox/foldvox.simd.wasm"),
      contents: readFileSync(join(root, "build/foldvox.simd.wasm")),
    },
    {
      type: "Data" as const,
      path: join(folder, "foldvox/models/commands.safetensors"),
      contents: readFileSync(join(root, "models/commands.safetensors")),
    },
  ];
  server = new Miniflare({ modules, modulesRoot: folder, compatibilityDate: "2026-01-01" });
  await server.ready;
});

afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const post = (body: Uint8Array, query = "") =>
  server.dispatchFetch(`http://localhost/${query}`, { method: "POST", body });

it("answers with utterances, to several requests at a time", async () => {
  const answers = await Promise.all([post(rawDigits), post(rawDigits)]);
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(expectedResults());
  }
});

it("says what is wrong with a request", async () => {
  expect((await server.dispatchFetch("http://localhost/")).status).toBe(405);
  const answer = await post(rawDigits, "?rate=12");
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: "bad-argument" });
});
