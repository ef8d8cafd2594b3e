// src/cli/queue/places.ts, s3.ts

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FinalFailure, fetchInput, isRemote, isThere, nameOf, writeOnce } from "../../../src/cli/queue/places.ts";
import { objectUrl } from "../../../src/cli/queue/s3.ts";
import { errorOf, rejectionOf } from "../../support/errors.ts";
import { root } from "../../support/root.ts";
import { ended, freePort } from "./support.ts";

const folder = () => mkdtempSync(join(tmpdir(), "foldvox-places-"));

describe("addresses", () => {
  it("are paths or not, and have names", () => {
    expect(["/a/b.wav", "b.wav", "s3.wav"].map(isRemote)).toEqual([false, false, false]);
    expect(["http://x/a", "https://x/a", "s3://b/a"].map(isRemote)).toEqual([true, true, true]);
    expect(nameOf("https://x.org/talks/one%20two.mp3?key=a/b")).toBe("one two.mp3");
    expect(nameOf("https://x.org/")).toBe("x.org");
    expect(nameOf("s3://bucket/a/b.wav")).toBe("b.wav");
  });

  it("of objects have a bucket and a key", () => {
    process.env.AWS_ENDPOINT_URL = "http://store:9000/";
    expect(objectUrl("s3://talks/2024/one two.wav")).toBe("http://store:9000/talks/2024/one%20two.wav");
    delete process.env.AWS_ENDPOINT_URL;
    expect(objectUrl("s3://talks/a.wav")).toBe("https://s3.us-east-1.amazonaws.com/talks/a.wav");
    for (const wrong of ["s3://talks", "s3://talks/", "s3:///a"]) {
      expect(errorOf(() => objectUrl(wrong)).code).toBe("bad-argument");
    }
  });
});

describe("writeOnce", () => {
  it("lets one of many writers write, and leaves nothing else behind", async () => {
    const path = join(folder(), "sub", "a.json");
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(100_000));
    const written = await Promise.all(texts.map((text) => writeOnce(path, text, false)));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toBe(texts[written.indexOf(true)]);
    expect(readdirSync(join(path, ".."))).toEqual(["a.json"]);
    expect(await writeOnce(path, "new", false)).toBe(false);
    expect(await writeOnce(path, "new", true)).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it("says where it cannot write", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const error = await rejectionOf(writeOnce(join(file, "a.json"), "text", false));
    expect(error).toMatchObject({ code: "io", message: expect.stringContaining(file) });
  });

  it("knows what is there", async () => {
    const path = join(folder(), "a");
    expect(await isThere(path)).toBe(false);
    writeFileSync(path, "");
    expect(await isThere(path)).toBe(true);
    expect(await isThere(join(path, "b"))).toBe(false);
  });
});

describe("fetchInput", () => {
  let web: Server;
  let url: string;
  beforeAll(async () => {
    web = createServer(({ url }, response) => {
      if (url === "/half") {
        response.writeHead(200, { "content-length": "100" });
        response.write("half");
        setTimeout(() => response.destroy(), 50);
      } else {
        response.writeHead(Number(url!.slice(1))).end("text");
      }
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => web.once("listening", resolve));
    url = `http://127.0.0.1:${(web.address() as { port: number }).port}`;
  });
  afterAll(() => web.close());

  it("leaves files where they are, and downloads the rest", async () => {
    expect(await fetchInput("/a/b.wav", "/nowhere")).toBe("/a/b.wav");
    const path = join(folder(), "audio");
    expect(await fetchInput(`${url}/200`, path)).toBe(path);
    expect(readFileSync(path, "utf8")).toBe("text");
  });

  it("tells what will not change from what may", async () => {
    const path = join(folder(), "audio");
    for (const status of [401, 403, 404, 410]) {
      await expect(fetchInput(`${url}/${status}`, path)).rejects.toBeInstanceOf(FinalFailure);
    }
    for (const name of ["408", "429", "500", "503", "half"]) {
      expect((await rejectionOf(fetchInput(`${url}/${name}`, path))).code).toBe("io");
    }
    expect((await rejectionOf(fetchInput("http://127.0.0.1:1/a", path))).message).toMatch(/could not be reached/);
  });
});

const moto = join(root, "build/venv/bin/moto_server");

describe.skipIf(!existsSync(moto))("a store that speaks S3 (skipped without Python's moto)", () => {
  let store: ChildProcess;
  beforeAll(async () => {
    const port = await freePort();
    store = spawn(moto, ["-H", "127.0.0.1", "-p", String(port)]);
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    process.env.AWS_ACCESS_KEY_ID = "key";
    process.env.AWS_SECRET_ACCESS_KEY = "secret";
    const made = async () =>
      (await fetch(`http://127.0.0.1:${port}/talks`, { method: "PUT" }).catch(() => null))?.status;
    while ((await made()) !== 200) await new Promise((resolve) => setTimeout(resolve, 200));
  });
  afterAll(async () => {
    store.kill();
    await ended(store);
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
  });

  it("keeps an object that was written once", async () => {
    const address = "s3://talks/2024/one two.json";
    expect(await isThere(address)).toBe(false);
    expect(await writeOnce(address, "first", false)).toBe(true);
    expect(await writeOnce(address, "second", false)).toBe(false);
    expect(await isThere(address)).toBe(true);
    const path = join(folder(), "audio");
    await fetchInput(address, path);
    expect(readFileSync(path, "utf8")).toBe("first");
    expect(await writeOnce(address, "third", true)).toBe(true);
    await fetchInput(address, path);
    expect(readFileSync(path, "utf8")).toBe("third");
    await expect(fetchInput("s3://talks/none", path)).rejects.toBeInstanceOf(FinalFailure);
  });
});
