// Downloads, with a server that breaks them off, over both kinds of cache.

import { mkdtempSync, promises, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { BrowserCache } from "../../src/loading/browser-cache.ts";
import { FolderCache } from "../../src/loading/folder-cache.ts";
import type { ModelCache } from "../../src/loading/model-cache.ts";
import { downloadModel } from "../../src/loading/model-download.ts";
import { MemoryCacheStorage } from "../support/cache-storage.ts";
import { rejectionOf } from "../support/errors.ts";
import { ModelServer } from "../support/model-server.ts";
import { generator } from "../support/random.ts";

const random = generator(1);
const content = Uint8Array.from({ length: 3_000_000 }, () => 256 * random());
const other = Uint8Array.from(content, (byte) => byte ^ 1);

const isModel = (bytes: Uint8Array) =>
  [content, other, content.subarray(0, 1000)].some((model) => Buffer.compare(bytes, model) === 0);

let server: ModelServer;
let url: URL;

beforeEach(async () => {
  server = new ModelServer(content);
  url = new URL(await server.start());
});

afterEach(() => server.stop());

interface Options {
  cache?: ModelCache | null;
  reload?: boolean;
  signal?: AbortSignal;
  /** Stop after this many bytes, as a page that is closed. */
  leaveAfter?: number;
}

class Left extends Error {}

/** All bytes, or the error that the download ends with. */
async function download({ cache = null, reload = false, signal, leaveAfter = Infinity }: Options = {}) {
  let chunks: Uint8Array[] = [];
  const how = { cache, reload, signal, fetch, retryMs: 1, askMs: 200, stallMs: 200 };
  const use = async (received: AsyncIterable<Uint8Array>) => {
    chunks = [];
    let bytes = 0;
    for await (const chunk of received) {
      chunks.push(chunk.slice());
      bytes += chunk.length;
      if (bytes >= leaveAfter) throw new Left();
    }
    if (!isModel(Buffer.concat(chunks))) throw new FoldvoxError("bad-model", "no model");
  };
  await downloadModel(url, how, use).catch((error) => {
    if (!(error instanceof Left)) throw error;
  });
  return new Uint8Array(Buffer.concat(chunks));
}

const same = (bytes: Uint8Array, expected = content) => expect(Buffer.compare(bytes, expected)).toBe(0);

describe("a download", () => {
  it("is all bytes in order", async () => {
    same(await download());
    expect(server.requests).toEqual(["GET"]);
  });

  it("goes on where it broke off, without getting a byte twice", async () => {
    server.faults = [{ cutAfter: 1_000_000 }, { status: 503 }, { cutAfter: 500_000 }];
    same(await download());
    expect(server.requests.every((request) => request.startsWith("GET"))).toBe(true);
    expect(server.requests.length).toBe(4);
    // What was on its way when the connection went may be lost.
    expect(server.bytesSent).toBeLessThan(content.length * 1.7);
  });

  it("from a server without ranges skips what it has", async () => {
    server.hasRanges = false;
    server.faults = [{ cutAfter: 1_000_000 }];
    same(await download());
  });

  it("of a file that changes meanwhile fails rather than mix the two", async () => {
    server.faults = [{ cutAfter: 1_000_000 }];
    const use = async (received: AsyncIterable<Uint8Array>) => {
      for await (const _ of received) {
        server.content = other;
        server.etag = '"two"';
      }
    };
    const how = { cache: null, reload: false, fetch, retryMs: 1, askMs: 200, stallMs: 200 };
    const error = await rejectionOf(downloadModel(url, how, use));
    expect(error.code).toBe("io");
    expect(error.message).toMatch(/changed/);
  });

  it("gives up after five attempts in vain, at once after a refusal", async () => {
    server.faults = Array.from({ length: 9 }, () => ({ status: 500 }));
    expect((await rejectionOf(download())).message).toMatch(/answered 500/);
    expect(server.requests).toHaveLength(5);
    server.faults = [{ status: 404 }];
    expect((await rejectionOf(download())).message).toMatch(/answered 404/);
    expect(server.requests).toHaveLength(6);
  });

  it("fails where the server finds no range in a request that asked for none", async () => {
    server.faults = Array.from({ length: 9 }, () => ({ status: 416 }));
    expect((await rejectionOf(download())).message).toMatch(/answered 416/);
    expect(server.requests).toEqual(["GET"]);
  });

  it("ends when it is aborted, also while the server says nothing", async () => {
    server.faults = [{ hang: true }];
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    await expect(download({ signal: controller.signal })).rejects.toBe(reason);
  });
});

const CACHES: [string, () => ModelCache][] = [
  ["a folder", () => new FolderCache(promises, join(mkdtempSync(join(tmpdir(), "foldvox-cache-")), "deep", "er"))],
  ["a browser", () => new BrowserCache(new MemoryCacheStorage() as unknown as CacheStorage)],
];

describe.each(CACHES)("with a cache in %s", (_, newCache) => {
  it("is made once, then only asked about", async () => {
    const cache = newCache();
    same(await download({ cache }));
    same(await download({ cache }));
    expect(server.requests).toEqual(["GET", "HEAD"]);
  });

  it("goes on with what an earlier one had", async () => {
    const cache = newCache();
    const first = await download({ cache, leaveAfter: 1_500_000 });
    server.bytesSent = 0;
    same(await download({ cache }));
    expect(server.requests.at(-1)).toBe(`GET bytes=${first.length}-`);
    expect(server.bytesSent).toBe(content.length - first.length);
    same(await download({ cache }));
    expect(server.requests.at(-1)).toBe("HEAD");
  });

  it.each([
    ["with ranges", true],
    ["without", false],
  ])("starts anew where the file has changed since, %s", async (__, hasRanges) => {
    const cache = newCache();
    await download({ cache, leaveAfter: 1_500_000 });
    server.content = other;
    server.etag = '"two"';
    server.hasRanges = hasRanges;
    same(await download({ cache }), other);
    server.content = content;
    server.etag = '"three"';
    same(await download({ cache }));
    same(await download({ cache }));
    expect(server.requests.at(-1)).toBe("HEAD");
  });

  it("starts anew where the file has become shorter than what is kept", async () => {
    const cache = newCache();
    await download({ cache, leaveAfter: 1_500_000 });
    const short = content.subarray(0, 1000);
    server.content = short;
    server.etag = null;
    same(await download({ cache }), short);
  });

  it("asks once without a range where the server refuses the rest, and not again", async () => {
    const cache = newCache();
    const { length } = await download({ cache, leaveAfter: 1_500_000 });
    server.requests.length = 0;
    server.faults = [{ status: 416 }, { status: 416 }];
    expect((await rejectionOf(download({ cache }))).message).toMatch(/answered 416/);
    expect(server.requests).toEqual([`GET bytes=${length}-`, "GET"]);
  });

  it("works without a network once it is made", async () => {
    const cache = newCache();
    await download({ cache });
    await server.stop();
    same(await download({ cache }));
    await server.start();
  });

  it("is made again when asked to, and when its bytes were found wrong", async () => {
    const cache = newCache();
    await download({ cache });
    same(await download({ cache, reload: true }));
    expect(server.requests).toEqual(["GET", "GET"]);
    const entry = (await cache.open(url.href))!;
    await entry.dropWhole();
    await entry.close();
    same(await download({ cache }));
    expect(server.requests.at(-1)).toBe("GET");
  });

  it("is passed by when asked to, also while somebody else has the entry open", async () => {
    const cache = newCache();
    await download({ cache });
    const holder = await cache.open(url.href);
    server.requests.length = 0;
    server.content = other;
    same(await download({ cache, reload: true }), other);
    expect(server.requests).toEqual(["GET"]);
    // Theirs has not been touched.
    expect(holder!.whole!.bytes).toBe(content.length);
    await holder!.close();
    same(await download({ cache }));
  });

  it("is not shared by two at the same time", async () => {
    const cache = newCache();
    const [a, b] = await Promise.all([download({ cache }), download({ cache })]);
    same(a);
    same(b);
    same(await download({ cache }));
    expect(server.requests.at(-1)).toBe("HEAD");
    // Once it is whole, any number may read it.
    server.requests.length = 0;
    for (const bytes of await Promise.all([1, 2, 3].map(() => download({ cache })))) same(bytes);
    expect(server.requests).toEqual(["HEAD", "HEAD", "HEAD"]);
  });
});

describe("a folder cache", () => {
  it("describes its files, and leaves no lock", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
    await download({ cache: new FolderCache(promises, folder) });
    const names = readdirSync(folder);
    expect(names).toHaveLength(2);
    expect(names.every((name) => /^[0-9a-f]{16}-model\.safetensors(\.json)?$/.test(name))).toBe(true);
    const description = JSON.parse(readFileSync(join(folder, names.find((name) => name.endsWith("json"))!), "utf8"));
    expect(description).toMatchObject({ validator: '"one"', totalBytes: content.length });
  });

  it("takes over from a process that is gone, not from one that runs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
    const cache = new FolderCache(promises, folder);
    await download({ cache });
    const lock = join(folder, `${readdirSync(folder).find((name) => name.endsWith("tensors"))}.lock`);
    writeFileSync(lock, "999999999");
    same(await download({ cache }));
    expect(server.requests).toEqual(["GET", "HEAD"]);
    // A process that runs keeps its lock: what is whole may be read, but not replaced.
    writeFileSync(lock, String(process.ppid));
    same(await download({ cache }));
    server.etag = '"two"';
    same(await download({ cache }));
    expect(server.requests).toEqual(["GET", "HEAD", "HEAD", "HEAD", "GET"]);
    expect(readFileSync(lock, "utf8")).toBe(String(process.ppid));
  });

  it("that cannot be written to is done without", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "foldvox-cache-")), "file");
    writeFileSync(file, "");
    same(await download({ cache: new FolderCache(promises, join(file, "below")) }));
  });
});

describe("a browser cache", () => {
  it("that is full is done without", async () => {
    const storage = new MemoryCacheStorage();
    storage.quota = 2_000_000;
    same(await download({ cache: new BrowserCache(storage as unknown as CacheStorage) }));
    expect(storage.entries.size).toBe(0);
  });
});
