// src/cli/queue: submitting and working over a real store.

import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResultDocument } from "../../../src/cli/queue/result.ts";
import { root } from "../../support/root.ts";
import { expectedText } from "../serve/support.ts";
import { ordeal } from "./ordeal.ts";
import { foldvox, Store, storeCommand, TestWorker } from "./support.ts";

describe.skipIf(storeCommand === null)("a queue (skipped without valkey-server or redis-server)", () => {
  let store: Store;
  let web: Server;
  let webUrl: string;
  const requests: string[] = [];
  beforeAll(async () => {
    store = await Store.start();
    const wav = readFileSync(join(root, "examples/digits.wav"));
    web = createServer(({ url }, response) => {
      requests.push(url!);
      if (url === "/gone.wav") response.writeHead(404).end();
      else if (url === "/busy.wav" && requests.filter((one) => one === url).length === 1) response.writeHead(503).end();
      else response.end(wav);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => web.once("listening", resolve));
    webUrl = `http://127.0.0.1:${(web.address() as { port: number }).port}`;
  });
  afterAll(async () => {
    web.close();
    await store.kill();
  });

  const folderOf = (...names: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), "foldvox-queue-"));
    for (const name of names) cpSync(join(root, "examples/digits.wav"), join(folder, name));
    return folder;
  };
  const resultAt = (path: string) => JSON.parse(readFileSync(path, "utf8")) as ResultDocument;
  const queue = (...args: string[]) => foldvox([...args, "--queue", store.url]);

  it("turns files and addresses into documents, once, and tells what is dead and why", async () => {
    const folder = folderOf("a.wav", "b.wav");
    writeFileSync(join(folder, "broken.wav"), "RIFF");
    const out = join(folder, "out");
    const inputs = [folder, `${webUrl}/talk.wav?x=1`, `${webUrl}/gone.wav`, `${webUrl}/busy.wav`];
    const submitted = await queue("submit", ...inputs, "--out", out, "-o", "srt", "-o", "txt");
    expect(submitted).toMatchObject({ status: 0, stderr: expect.stringMatching(/^6 submitted/) });
    expect(JSON.parse((await queue("queue", "status")).stdout)).toMatchObject({ waiting: 6, workers: 0 });

    const worker = new TestWorker(store.url, ["-m", "models/commands.safetensors"]);
    const waited = await queue("submit", "--wait");
    expect(waited).toMatchObject({ status: 1, stderr: expect.stringMatching(/foldvox queue dead/) });
    const done = ["a.wav", "b.wav", "busy.wav", "talk.wav"];
    const names = done.flatMap((name) => [`${name}.json`, `${name}.srt`, `${name}.txt`]);
    expect(readdirSync(out).sort()).toEqual(names.sort());
    for (const name of done) expect(resultAt(join(out, `${name}.json`)).text).toBe(expectedText());
    expect(resultAt(join(out, "a.wav.json"))).toMatchObject({
      input: join(folder, "a.wav"),
      audioSeconds: expect.closeTo(9.42, 2),
      modelSha256: worker.log.find(({ event }) => event === "working")!.model,
      utterances: [{ result: expect.arrayContaining([expect.objectContaining({ word: "three" })]) }],
    });
    expect(readFileSync(join(out, "a.wav.srt"), "utf8")).toMatch(/^1\n00:00:00,/);
    // A server that was busy was asked again; an answer that stays was not.
    expect(requests.filter((url) => url === "/busy.wav")).toHaveLength(2);
    expect(requests.filter((url) => url === "/gone.wav")).toHaveLength(1);
    const dead = (await queue("queue", "dead")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(dead.map(({ input, reason }) => [input.split("/").pop(), reason]).sort()).toEqual([
      ["broken.wav", expect.stringMatching(/bad-wav/)],
      ["gone.wav", expect.stringMatching(/answered 404/)],
    ]);

    // Again, once with what was missing, once with nothing new: nothing is written twice.
    cpSync(join(folder, "a.wav"), join(folder, "broken.wav"));
    await queue("queue", "retry");
    await queue("submit", folder, "--out", out);
    await queue("submit", "--wait");
    expect(resultAt(join(out, "broken.wav.json")).text).toBe(expectedText());
    const written = worker.log.filter(({ event, outcome }) => event === "job" && outcome === "written");
    expect(written).toHaveLength(5);

    writeFileSync(join(out, "a.wav.json"), "{}");
    await queue("submit", join(folder, "a.wav"), "--out", out, "--overwrite");
    await queue("submit", "--wait");
    expect(resultAt(join(out, "a.wav.json")).text).toBe(expectedText());
    await worker.kill("SIGTERM");
    expect(worker.child.exitCode).toBe(0);
  });

  it("writes beside the audio, and leaves a result alone that is there", async () => {
    const folder = folderOf("a.wav", "b.wav");
    writeFileSync(join(folder, "a.wav.json"), "mine");
    await queue("submit", folder);
    const worker = new TestWorker(store.url);
    await queue("submit", "--wait");
    expect(readFileSync(join(folder, "a.wav.json"), "utf8")).toBe("mine");
    expect(resultAt(join(folder, "b.wav.json")).text).toBe(expectedText());
    await worker.kill("SIGTERM");
    expect(
      worker.log
        .filter(({ event }) => event === "job")
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(["already-there", "written"]);
  });

  it("finishes the job in hand when it is told to end", async () => {
    const folder = folderOf("a.wav");
    const worker = new TestWorker(store.url);
    await expect.poll(() => worker.log.map(({ event }) => event), { timeout: 20_000 }).toContain("working");
    await queue("submit", folder);
    const status = async () =>
      JSON.parse((await queue("queue", "status")).stdout) as { active: number; waiting: number };
    await expect.poll(async () => (await status()).waiting, { timeout: 20_000 }).toBe(0);
    await worker.kill("SIGTERM");
    expect(resultAt(join(folder, "a.wav.json")).text).toBe(expectedText());
  });

  it("says what it cannot use", async () => {
    const refusals: [string[], RegExp][] = [
      [["submit", `${webUrl}/x.wav`, "--queue", store.url], /--out/],
      [["submit", "examples/digits.wav", "--queue", "http://x"], /redis:\/\//],
      [["submit", "examples/digits.wav", "--queue", "redis://127.0.0.1:1"], /cannot be reached.*\(io\)/],
      [["submit", "examples/digits.wav", "--out", "https://x/y", "--queue", store.url], /cannot be written to a URL/],
      [["work", "--queue", "redis://127.0.0.1:1"], /cannot be reached.*\(io\)/],
      [["work", "-m", "LICENSE", "--queue", store.url], /\(bad-model\)/],
    ];
    for (const [args, message] of refusals) {
      const { status, stderr } = await foldvox(args);
      expect(stderr).toMatch(message);
      expect(status).toBe(1);
    }
  });

  // npm run soak:queue does the same with 500 files and three kills each.
  it("loses nothing and does nothing twice where workers and store are killed", { timeout: 240_000 }, async () => {
    const outcome = await ordeal({ files: 30, workers: 2, kills: 1 });
    expect(outcome).toMatchObject({
      right: 30,
      wrong: [],
      twice: [],
      leftovers: [],
      dead: 0,
      killed: 2,
      storesKilled: 1,
    });
  });
});
