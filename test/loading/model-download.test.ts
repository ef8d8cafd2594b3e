// Downloads, with a server that breaks them off, over both kinds of cache.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, promises, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

const page = new TextEncoder().encode("<html>Log in</html>");
const longer = new Uint8Array(Buffer.concat([content, content.subarray(0, 1000)]));
const isModel = (bytes: Uint8Array) =>
  [content, other, longer, content.subarray(0, 1000)].some((model) => Buffer.compare(bytes, model) === 0);

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

const HOW = { cache: null, reload: false, fetch, retryMs: 1, askMs: 200, stallMs: 2000 };

async function collect(received: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of received) chunks.push(chunk.slice());
  return new Uint8Array(Buffer.concat(chunks));
}

/** fetch refuses URLs with a user's name. */
const withoutUser: typeof fetch = (location, options) => {
  const bare = new URL(String(location));
  bare.username = "";
  return fetch(bare, options);
};

/** A disk on which one operation fails, or all from then on. */
function failingDisk(moment: number, lasts: boolean): { fs: typeof promises; hasFailed: () => boolean } {
  let count = 0;
  const maybe = () => {
    const fails = lasts ? count >= moment : count === moment;
    count++;
    if (fails) throw Object.assign(new Error("the disk is broken"), { code: "EIO" });
  };
  const failing = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name);
        if (typeof value !== "function") return value;
        return async (...given: unknown[]) => {
          // A file that cannot be closed is closed all the same.
          if (name === "close") await value.apply(object, given);
          maybe();
          if (name === "close") return;
          const result = await value.apply(object, given);
          return name === "open" ? failing(result) : result;
        };
      },
    });
  return { fs: failing({ ...promises } as typeof promises), hasFailed: () => count > moment };
}

/** All bytes, or the error that the download ends with. */
async function download({ cache = null, reload = false, signal, leaveAfter = Infinity }: Options = {}) {
  let chunks: Uint8Array[] = [];
  const how = { ...HOW, cache, reload, signal };
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

const same = (bytes: Uint8Array, expected: Uint8Array = content) => expect(Buffer.compare(bytes, expected)).toBe(0);

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
    const error = await rejectionOf(downloadModel(url, HOW, use));
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

  it.each([204, 304, 401, 410])("tells at once of a status %i", async (status) => {
    server.faults = Array.from({ length: 9 }, () => ({ status }));
    expect((await rejectionOf(download())).message).toMatch(new RegExp(`answered ${status}`));
    expect(server.requests).toHaveLength(1);
  });

  it("tells at once of redirects in a circle, and of a host that does not exist", async () => {
    server.faults = Array.from({ length: 200 }, () => ({ status: 302, location: "/model.safetensors" }));
    expect((await rejectionOf(download())).message).toMatch(/redirect/);
    expect(server.requests.length).toBeLessThan(30);
    server.faults = [];
    url = new URL("http://nowhere.invalid/model.safetensors?token=secret");
    const started = performance.now();
    const how = { ...HOW, retryMs: 5000, stallMs: 20_000 };
    const error = await rejectionOf(downloadModel(url, how, collect));
    expect(error.code).toBe("io");
    expect(error.message).not.toMatch(/secret/);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("gives up a server that does not answer, or stops in the middle", async () => {
    server.faults = Array.from({ length: 9 }, () => ({ hang: true }));
    expect((await rejectionOf(download())).message).toMatch(/nothing came/);
    expect(server.requests).toHaveLength(5);
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

  it("is not held up by a server that says nothing when asked about it", async () => {
    const cache = newCache();
    await download({ cache });
    server.heads = "hang";
    same(await download({ cache }));
    expect(server.requests).toEqual(["GET", "HEAD"]);
  });

  it.each<[string, (server: ModelServer) => void]>([
    ["a page of a captive portal", (server) => Object.assign(server, { content: page })],
    [
      "a server that fails",
      (server) => Object.assign(server, { faults: Array.from({ length: 9 }, () => ({ status: 503 })) }),
    ],
    ["a file that is gone", (server) => Object.assign(server, { faults: [{ status: 404 }] })],
  ])("goes on with the old where a new tag is followed by %s, and keeps it", async (_, spoil) => {
    const cache = newCache();
    await download({ cache });
    server.etag = '"two"';
    spoil(server);
    same(await download({ cache }));
    await server.stop();
    same(await download({ cache }));
    await server.start();
  });

  it("asked for anew fails where that fails, and keeps the old", async () => {
    const cache = newCache();
    await download({ cache });
    server.content = page;
    expect((await rejectionOf(download({ cache, reload: true }))).code).toBe("bad-model");
    await server.stop();
    same(await download({ cache }));
    await server.start();
  });

  it.each([null, 'W/"two"'])(
    "broken off, and of another file since, with the tag %j: starts anew by itself",
    async (etag) => {
      const cache = newCache();
      server.etag = etag?.replace("two", "one") ?? null;
      await download({ cache, leaveAfter: 1_500_000 });
      server.etag = etag;
      // As long as the one before, and longer.
      server.content = other;
      same(await download({ cache }), other);
      server.etag = '"three"';
      server.content = content;
      await download({ cache, leaveAfter: 1_500_000 });
      server.etag = null;
      server.content = longer;
      same(await download({ cache }), longer);
    },
  );

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

  it("tells nobody what a URL may hold of secrets", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
    url.search = "?token=secret";
    url.username = "someone";
    await downloadModel(
      new URL(url),
      { ...HOW, cache: new FolderCache(promises, folder), fetch: withoutUser },
      collect,
    );
    for (const name of readdirSync(folder)) {
      expect(name).not.toMatch(/secret|someone/);
      if (name.endsWith(".json")) expect(readFileSync(join(folder, name), "utf8")).not.toMatch(/secret|someone/);
    }
  });

  it("that holds a pipe, or a folder, where a file should be is done without", async () => {
    for (const end of ["", ".part", ".json", ".part.json", ".lock"]) {
      for (const make of [
        (path: string) => void execFileSync("mkfifo", [path]),
        (path: string) => void mkdirSync(path),
      ]) {
        const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
        const cache = new FolderCache(promises, folder);
        await download({ cache });
        const path = join(folder, `${readdirSync(folder).find((name) => name.endsWith("tensors"))}${end}`);
        rmSync(path, { force: true });
        make(path);
        same(await download({ cache }));
        if (end !== ".lock") expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
      }
    }
  });

  it("on a disk that fails once, or from then on, at any moment: loads, and loses no good model", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
    await download({ cache: new FolderCache(promises, folder) });
    let failed = true;
    for (let moment = 0; failed; moment++) {
      failed = false;
      for (const lasts of [false, true]) {
        server.content = Buffer.compare(server.content, content) === 0 ? other : content;
        server.etag = `"${moment} ${lasts}"`;
        const disk = failingDisk(moment, lasts);
        same(await download({ cache: new FolderCache(disk.fs, folder) }), server.content);
        failed ||= disk.hasFailed();
        // Whichever of the two it is, it is whole; and nobody is kept out.
        await server.stop();
        const kept = await download({ cache: new FolderCache(promises, folder) });
        expect(isModel(kept)).toBe(true);
        url = new URL(await server.start(url.port));
      }
      expect(moment).toBeLessThan(200);
    }
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
