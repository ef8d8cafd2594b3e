// What the recognizer's worker takes in Chromium, told by the operating system: the memory of a page's process whose worker
// recognizes the example in real time, less that of the same page when its worker only answers. No debugger is attached, because
// its records of every message would be counted too.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serve } from "../../scripts/serve.mjs";
import { executable } from "./support/browsers.ts";

const LIMIT_BYTES = 16 * 1024 * 1024;
const ROUNDS = 3;

/** Gives its worker the recording as a microphone would, and asks for `/done` at the end. */
const PAGE = `<!doctype html><script type="module">
  const empty = "data:text/javascript,onmessage=({data})=>postMessage({id:data.id})";
  const worker = location.search === "?empty" ? new Worker(empty) : new Worker("./worker.js", { type: "module" });
  let id = 0;
  const waiting = new Map();
  worker.onmessage = ({ data }) => {
    if (data.error) throw new Error(data.error.message);
    waiting.get(data.id)?.();
    waiting.delete(data.id);
  };
  const call = (request) => new Promise((done) => {
    waiting.set(id, done);
    worker.postMessage({ id: id++, ...request });
  });
  const recording = await (await fetch("./digits.wav")).arrayBuffer();
  await call({ call: "load", options: { model: new URL("./models/commands.safetensors", location.href).href } });
  await call({ call: "createStream", stream: 0, options: {}, latency: true });
  for (let at = 44; at < recording.byteLength; at += 640) {
    const samples = new Int16Array(recording.slice(at, Math.min(at + 640, recording.byteLength)));
    await Promise.all([
      call({ call: "acceptWaveform", stream: 0, sampleRate: 16000, samples }),
      new Promise((next) => setTimeout(next, 20)),
    ]);
  }
  await call({ call: "inputFinished", stream: 0 });
  await fetch("./done");
</script>`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "foldvox-memory-"));
  writeFileSync(join(folder, "index.html"), PAGE);
  for (const name of ["worker.js", "foldvox.relaxed.wasm", "models", "digits.wav"]) {
    symlinkSync(resolve("build/web", name), join(folder, name));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process or thread has just ended.
    return "";
  }
};

const list = (path: string) => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** The process of this profile that has a worker's thread. */
function workerProcess(profile: string): string | undefined {
  return list("/proc").find((id) => {
    const command = read(`/proc/${id}/cmdline`);
    if (!command.includes("--type=renderer") || !command.includes(profile)) return false;
    return list(`/proc/${id}/task`).some((task) => read(`/proc/${id}/task/${task}/comm`).startsWith("DedicatedWorker"));
  });
}

/** Most bytes that are the process's own, from the worker's first moment to the page's "done". */
async function peakBytes(query: string): Promise<number> {
  const server = await serve(folder);
  const profile = mkdtempSync(join(tmpdir(), "foldvox-profile-"));
  let done = false;
  server.on("request", ({ url }: { url: string }) => {
    done ||= url === "/done";
  });
  const page = `http://localhost:${(server.address() as AddressInfo).port}/${query}`;
  const options = ["--headless", "--no-sandbox", "--disable-breakpad", `--user-data-dir=${profile}`, page];
  const browser = spawn(executable("/usr/bin/chromium", "/usr/bin/chromium-browser"), options, { stdio: "ignore" });
  const deadline = Date.now() + 60_000;
  let peak = 0;
  while (!done && Date.now() < deadline) {
    await new Promise((next) => setTimeout(next, 50));
    const process = workerProcess(profile);
    const dirty = process && read(`/proc/${process}/smaps_rollup`).match(/^Private_Dirty:\s+(\d+)/m)?.[1];
    peak = Math.max(peak, Number(dirty ?? 0) * 1024);
  }
  const ended = new Promise((closed) => browser.once("exit", closed));
  browser.kill();
  await ended;
  server.close();
  server.closeAllConnections();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  expect(done).toBe(true);
  expect(peak).toBeGreaterThan(0);
  return peak;
}

it("stays within 16 MB of an empty worker, from load to the end of the recording", async () => {
  const differences: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const empty = await peakBytes("?empty");
    differences.push((await peakBytes("")) - empty);
  }
  const shown = differences.map((bytes) => (bytes / 1024 / 1024).toFixed(1));
  console.log(`chromium: the worker's peak above an empty one, MiB: ${shown.join(", ")}`);
  differences.sort((a, b) => a - b);
  expect(differences[ROUNDS >> 1]).toBeLessThan(LIMIT_BYTES);
});
