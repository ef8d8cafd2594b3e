// Whatever a server does, loading ends, with a model or a FoldvoxError, and a good model in the cache is never lost.

import { mkdtempSync, promises } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { BrowserCache } from "../../src/loading/browser-cache.ts";
import { FolderCache } from "../../src/loading/folder-cache.ts";
import type { ModelCache } from "../../src/loading/model-cache.ts";
import { downloadModel } from "../../src/loading/model-download.ts";
import { ModelLoader } from "../../src/model/loader.ts";
import { MemoryCacheStorage } from "../support/cache-storage.ts";
import { LIES, type Lie, LyingServer } from "../support/lying-server.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";

const oldModel = modelFile({ ...smallConfig(), name: "old" });
const newModel = modelFile({ ...smallConfig(), name: "new" });

/** Loads a model as a recognizer does, and tells its name. */
async function nameOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const loader = new ModelLoader();
  let isPlaced = false;
  for await (const chunk of bytes) {
    loader.push(chunk);
    if (isPlaced || !loader.header) continue;
    isPlaced = true;
    loader.place((tensor) => new Uint8Array(tensor.bytes));
  }
  loader.finish();
  return loader.header!.config.name;
}

/** The name of the model that is loaded, or the code of the error. */
async function load(url: string, cache: ModelCache | null, reload = false, patienceMs = 100): Promise<string> {
  const how = { cache, reload, fetch, retryMs: 1, askMs: patienceMs, stallMs: patienceMs };
  try {
    return await downloadModel(new URL(url), how, nameOf);
  } catch (error) {
    if (error instanceof FoldvoxError) return error.code;
    throw error;
  }
}

/** From a server that tells the truth, or none: it may be slow where many tests run at once. */
const loadTrue = (url: string, cache: ModelCache) => load(url, cache, false, 20_000);

const CACHES: [string, () => ModelCache][] = [
  ["a folder", () => new FolderCache(promises, mkdtempSync(join(tmpdir(), "foldvox-lies-")))],
  ["a browser", () => new BrowserCache(new MemoryCacheStorage() as unknown as CacheStorage)],
];

/** The lies that hold the truth, if one listens closely. */
const HARMLESS = [
  "a part that was not asked for",
  "a part of a file of unknown length",
  "a part of a shorter file",
  "a window of a thousand bytes",
  "the whole as a part",
  "an encoding that nobody knows",
];

/** How a load may end where nothing good is kept. */
const ENDS = ["new", "io", "bad-model", "model-truncated", "model-corrupt", "model-version"];

const lies = Object.entries(LIES);

it("there are at least sixty kinds", () => {
  expect(lies.length).toBeGreaterThanOrEqual(60);
});

describe.each(CACHES)("with a cache in %s", (_, newCache) => {
  it.concurrent.each(lies)("%s, where a good model is kept: it goes on", async (name, lie) => {
    const server = new LyingServer(oldModel);
    const url = await server.start();
    const cache = newCache();
    expect(await loadTrue(url, cache)).toBe("old");
    // The server has a new file, and lies in place of sending it, when asked about it, or both.
    for (const [headLie, getLie] of [
      [null, lie],
      [lie, lie],
      [lie, null],
    ] as (Lie | null)[][]) {
      Object.assign(server, { file: newModel, etag: '"new"', headLie, lie: getLie });
      const loaded = await load(url, cache);
      expect(["old", "new"], name).toContain(loaded);
      if (getLie && loaded === "new") expect(HARMLESS).toContain(name);
      if (!headLie) expect(ENDS).toContain(await load(url, cache, true));
    }
    await server.stop();
    // Without a network there still is one.
    expect(["old", "new"]).toContain(await loadTrue(url, cache));
  });

  it.concurrent.each(lies)("%s, behind half a download: it ends, and the truth is found later", async (_name, lie) => {
    const server = new LyingServer(newModel);
    const url = await server.start();
    const cache = newCache();
    server.lie = ({ socket, file }) => {
      socket.write(`HTTP/1.1 200 OK\r\netag: "old"\r\ncontent-length: ${file.length}\r\n\r\n`);
      socket.write(file.subarray(0, 6000), () => setTimeout(() => socket.destroy(), 20));
    };
    expect(await load(url, cache)).toBe("io");
    server.lie = lie;
    server.headLie = lie;
    expect(ENDS).toContain(await load(url, cache));
    server.lie = null;
    server.headLie = null;
    expect(await loadTrue(url, cache)).toBe("new");
    await server.stop();
    expect(await loadTrue(url, cache)).toBe("new");
  });
});

it.concurrent.each(lies)("%s, where nothing is kept: it ends", async (_name, lie) => {
  const server = new LyingServer(newModel);
  const url = await server.start();
  server.lie = lie;
  expect(ENDS).toContain(await load(url, null));
  await server.stop();
});
