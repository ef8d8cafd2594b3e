// Loading through createRecognizer: progress, the fit check before the download, damaged copies, abort.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecognizer, createRecognizerSync, type LoadProgress, type RecognizerOptions } from "../../src/index.ts";
import type { EncoderConfig } from "../../src/model/config.ts";
import { expectedTensors } from "../../src/model/tensors.ts";
import { engineModule } from "../support/engines.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";
import { ModelServer } from "../support/model-server.ts";

const file = modelFile(smallConfig());
// The folder is chosen once for the process: before anything asks for it.
const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
process.env.XDG_CACHE_HOME = folder;

let server: ModelServer;
let model: string;

beforeEach(async () => {
  rmSync(join(folder, "foldvox"), { recursive: true, force: true });
  server = new ModelServer(file);
  model = await server.start();
});

afterEach(() => server.stop());

async function load(options: RecognizerOptions = {}): Promise<string> {
  const recognizer = await createRecognizer({ model, wasm: engineModule("simd"), ...options });
  const { name } = recognizer.header.config;
  recognizer.free();
  return name;
}

describe("createRecognizer", () => {
  it("tells the bytes as they come, of as many as the header announces", async () => {
    const seen: LoadProgress[] = [];
    async function* pieces() {
      for (let at = 0; at < file.length; at += 5000) yield file.subarray(at, at + 5000);
    }
    for (const source of [pieces(), model]) {
      seen.length = 0;
      await load({ model: source, onProgress: (progress) => seen.push(progress) });
      expect(seen.at(-1)).toEqual({ loadedBytes: file.length, totalBytes: file.length });
      const loaded = seen.map(({ loadedBytes }) => loadedBytes);
      expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    }
  });

  /** The file that the model is kept in. */
  const cachedFile = () =>
    join(folder, "foldvox", readdirSync(join(folder, "foldvox")).find((name) => /\.safetensors$/.test(name))!);

  it("keeps models, and loads anew what is damaged on the disk", async () => {
    expect(await load()).toBe("small");
    const cached = cachedFile();
    for (const damage of [
      (bytes: Uint8Array) => bytes.subarray(0, 4000),
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
      (bytes: Uint8Array) => bytes.fill(0),
    ]) {
      writeFileSync(cached, damage(new Uint8Array(readFileSync(cached))));
      server.requests.length = 0;
      expect(await load()).toBe("small");
      expect(server.requests).toEqual(["HEAD", "GET"]);
      expect(Buffer.compare(readFileSync(cached), file)).toBe(0);
    }
  });

  it("loads anew what is damaged also while another process has it open", async () => {
    await load();
    const cached = cachedFile();
    writeFileSync(cached, new Uint8Array(file.length));
    writeFileSync(`${cached}.lock`, String(process.ppid));
    server.requests.length = 0;
    expect(await load()).toBe("small");
    expect(server.requests).toEqual(["HEAD", "GET"]);
  });

  it("does as the cache option says", async () => {
    await load();
    server.requests.length = 0;
    await load({ cache: "no-store" });
    await load({ cache: "reload" });
    await load();
    expect(server.requests).toEqual(["GET", "GET", "HEAD"]);
    await expect(load({ cache: "never" as "reload" })).rejects.toMatchObject({ code: "bad-argument" });
  });

  it("tells what is wrong with a file without what its URL may keep secret", async () => {
    server.content = new Uint8Array(20000);
    const error = (await load({ model: `${model}?token=abc#def` }).catch((cause) => cause)) as Error;
    expect(error.message).toContain("model.safetensors");
    expect(error.message).not.toMatch(/token|abc|def/);
    const data = (await load({ model: `data:,${"secret".repeat(1000)}` }).catch((cause) => cause)) as Error;
    expect(data.message).toMatch(/data:/);
    expect(data.message).not.toContain("secret");
  });

  it("does not keep what is no model", async () => {
    server.content = new Uint8Array(20000);
    await expect(load()).rejects.toMatchObject({ code: "bad-model" });
    server.content = file;
    server.requests.length = 0;
    expect(await load()).toBe("small");
    expect(server.requests).toEqual(["GET"]);
  });

  it("refuses a model that is too large before its weights arrive", async () => {
    let bytes = 0;
    async function* pieces() {
      for (let at = 0; at < file.length; at += 1000) {
        bytes = at + 1000;
        yield file.subarray(at, at + 1000);
      }
    }
    const error = await load({ model: pieces(), maxBytes: 65536 }).catch((reason) => reason);
    expect(error).toMatchObject({ code: "out-of-memory" });
    expect(error.message).toMatch(/needs \d+ bytes .* 65536 of maxBytes/);
    expect(bytes).toBeLessThan(file.length);
    expect(await load({ maxBytes: 1e9 })).toBe("small");
    await expect(load({ maxBytes: -1 })).rejects.toMatchObject({ code: "bad-argument" });
  });

  it("ends when it is aborted, before and while it loads", async () => {
    await expect(load({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    const controller = new AbortController();
    async function* stuck() {
      yield file.subarray(0, 5000);
      controller.abort();
      await new Promise(() => {});
    }
    await expect(load({ model: stuck(), signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("what may take memory", () => {
  /** The header alone of a model: it says of every tensor where its data would be. */
  function headerAlone(encoder: Partial<EncoderConfig>): Uint8Array {
    const config = smallConfig(encoder);
    const entries: Record<string, unknown> = {
      __metadata__: { format: "foldvox", version: "2", sha256: "0".repeat(64), config: JSON.stringify(config) },
    };
    let offset = 0;
    for (const { name, shape, kind } of expectedTensors(config)) {
      if (kind === "optional") continue;
      const end = offset + 4 * shape.reduce((product, size) => product * size, 1);
      entries[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
      offset = end;
    }
    const json = new TextEncoder().encode(JSON.stringify(entries));
    const bytes = new Uint8Array(8 + json.length);
    new DataView(bytes.buffer).setUint32(0, json.length, true);
    bytes.set(json, 8);
    return bytes;
  }

  async function* parts(bytes: Uint8Array) {
    yield bytes;
  }

  const hungry = headerAlone({
    segment: 256,
    leftContext: 4096,
    memory: 64,
    rightContext: 256,
    width: 2048,
    projection: 512,
  });

  it("is no header without the weights that would pay for it", async () => {
    const before = process.memoryUsage().rss;
    for (const model of [parts(hungry), hungry, new Blob([hungry as Uint8Array<ArrayBuffer>])]) {
      const error = await load({ model }).catch((reason) => reason);
      expect(error.code).toMatch(/^(out-of-memory|model-truncated)$/);
    }
    expect(() => createRecognizerSync({ model: hungry, wasm: engineModule("simd") })).toThrow(/bytes/);
    // What somebody allows is asked of the system, but not used before the weights are there.
    await expect(load({ model: parts(hungry), maxBytes: 4e9 })).rejects.toMatchObject({ code: "model-truncated" });
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

describe("what makes no sense", () => {
  const detached = new Uint8Array(file).buffer;
  structuredClone(detached, { transfer: [detached] });
  async function* oddChunks() {
    yield detached;
  }

  it.each<[string, object]>([
    ["a detached model", { model: detached }],
    ["detached chunks", { model: oddChunks() }],
    ["a symbol for a cache", { cache: Symbol("default") }],
    ["a symbol for bytes", { maxBytes: Symbol("much") }],
    ["a text for bytes", { maxBytes: "1e9" }],
    ["a signal that is none", { signal: {} }],
    ["a signal that lacks something", { signal: { aborted: false, addEventListener() {} } }],
    ["an engine that is none", { wasm: 5 }],
    ["an iterable of numbers", { model: { [Symbol.asyncIterator]: () => ({ next: async () => 5 }) } }],
    ["an iterable without an iterator", { model: { [Symbol.asyncIterator]: () => null } }],
  ])("such as %s, is told as a FoldvoxError", async (_, options) => {
    const { model = file, ...rest } = options as { model?: Uint8Array };
    const error = await load({ model, ...rest }).catch((reason) => reason);
    expect(error.name).toBe("FoldvoxError");
    expect(error.code).toMatch(/^(bad-argument|model-truncated)$/);
  });
});
