// Where things lie: URLs and, in Node, paths.

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readUrl, toUrl } from "../src/platform.ts";
import { errorOf, rejectionOf } from "./support/errors.ts";

const model = new URL("../models/commands-tiny.safetensors", import.meta.url);

describe("toUrl", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("leaves URLs alone", () => {
    expect(toUrl(model)).toBe(model);
    expect(toUrl("https://example.org/a b.wasm").href).toBe("https://example.org/a%20b.wasm");
  });

  it("takes paths, from the working directory", () => {
    const path = fileURLToPath(model);
    expect(toUrl(path).href).toBe(model.href);
    expect(toUrl(relative(process.cwd(), path)).href).toBe(model.href);
    expect(toUrl("50 % of #1?.wasm").href).toBe(pathToFileURL("50 % of #1?.wasm").href);
  });

  it("in a page takes them from there, and there are no paths", () => {
    vi.stubGlobal("location", { href: "https://example.org/app/index.html" });
    expect(toUrl("models/a.safetensors").href).toBe("https://example.org/app/models/a.safetensors");
    expect(toUrl("/b").href).toBe("https://example.org/b");
  });

  it("refuses a path where there is no file system", () => {
    vi.stubGlobal("process", {});
    expect(errorOf(() => toUrl("models/a.safetensors"))).toMatchObject({ code: "bad-argument" });
  });
});

describe("readUrl", () => {
  it("reads a path", async () => {
    const read = await readUrl(relative(process.cwd(), fileURLToPath(model)));
    expect(Buffer.compare(read, readFileSync(model))).toBe(0);
  });

  it("says which path it could not read", async () => {
    const error = await rejectionOf(readUrl("no/such.safetensors"));
    expect(error.code).toBe("io");
    expect(error.message).toContain("no/such.safetensors");
  });
});
