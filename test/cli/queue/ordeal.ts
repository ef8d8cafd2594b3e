// Many recordings through workers that are killed again and again, and a store that is killed too.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResultDocument } from "../../../src/cli/queue/result.ts";
import { bytesOf, recognizer } from "../../support/engines.ts";
import { root } from "../../support/root.ts";
import { readWav } from "../../support/wav.ts";
import { foldvox, Store, TestWorker } from "./support.ts";

export interface Ordeal {
  readonly files: number;
  readonly workers: number;
  /** How often each worker is killed with -9; the store is killed once. */
  readonly kills: number;
}

export interface OrdealOutcome {
  readonly right: number;
  /** What differs from what it should be, file by file. */
  readonly wrong: readonly string[];
  /** Results that more than one attempt says to have written. */
  readonly twice: readonly string[];
  /** Files that no result should have left behind. */
  readonly leftovers: readonly string[];
  readonly dead: number;
  readonly seconds: number;
  /** Workers, and stores, that were killed. */
  readonly killed: number;
  readonly storesKilled: number;
}

const HEADER = 44;
const TENTH = 3200;

/** Recordings that differ: the example, begun later and later, and ended earlier. */
function makeRecordings(folder: string, count: number): void {
  const wav = readFileSync(join(root, "examples/digits.wav"));
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const from = HEADER + TENTH * (i % 40);
    const audio = wav.subarray(from, wav.length - TENTH * (Math.floor(i / 40) % 40));
    const header = Buffer.from(wav.subarray(0, HEADER));
    header.writeUInt32LE(audio.length, 40);
    writeFileSync(join(folder, `${String(i).padStart(4, "0")}.wav`), Buffer.concat([header, audio]));
  }
}

/** What is heard in each, without any queue. */
function expectedTexts(folder: string): Map<string, string> {
  const loaded = recognizer("simd", bytesOf("models/commands.safetensors"));
  const texts = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    const stream = loaded.createStream();
    stream.acceptWaveform(16000, readWav(readFileSync(join(folder, name))));
    stream.inputFinished();
    texts.set(
      name,
      stream
        .results()
        .map(({ text }) => text)
        .join(" "),
    );
    stream.free();
  }
  return texts;
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function ordeal({ files, workers, kills }: Ordeal): Promise<OrdealOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "foldvox-ordeal-"));
  const [inputs, results] = [join(folder, "in"), join(folder, "out")];
  makeRecordings(inputs, files);
  const expected = expectedTexts(inputs);
  const done = () => readdirSync(results).filter((name) => name.endsWith(".json")).length;
  mkdirSync(results);
  const store = await Store.start();
  const submit = () => foldvox(["submit", inputs, "--queue", store.url, "--out", results]);
  const submitted = await submit();
  if (submitted.status !== 0) throw new Error(submitted.stderr);

  const startedAt = performance.now();
  const everybody: TestWorker[] = [];
  const hire = () => {
    const worker = new TestWorker(store.url);
    everybody.push(worker);
    return worker;
  };
  const atWork = Array.from({ length: workers }, hire);
  let killed = 0;
  let storeKilled = false;
  const rounds = workers * kills;
  for (let round = 0; round < rounds || done() < files; ) {
    await delay(50);
    const share = done() / files;
    if (!storeKilled && share >= 0.5) {
      storeKilled = true;
      await store.kill();
      await delay(1000);
      await store.start();
      // Whoever is not sure what the store has heard submits again.
      await submit();
    }
    // Spread over the work: before the first result, and until shortly before the last.
    if (round < rounds && share >= (0.9 * round) / rounds) {
      const i = round++ % workers;
      // It is in the midst of a job as soon as it works at all.
      while (!atWork[i]!.log.some(({ event }) => event === "working")) await delay(20);
      await delay(Math.round(((round * 7) % 10) * 20));
      await atWork[i]!.kill("SIGKILL");
      killed++;
      atWork[i] = hire();
    }
    if (performance.now() - startedAt > 3_600_000) break;
  }
  const waited = await foldvox(["submit", "--queue", store.url, "--wait"]);
  const status = await foldvox(["queue", "status", "--queue", store.url]);
  const { dead } = JSON.parse(status.stdout) as { dead: number };
  if (waited.status !== 0 && dead === 0) throw new Error(waited.stderr);
  const seconds = (performance.now() - startedAt) / 1000;
  for (const worker of atWork) await worker.kill("SIGTERM");
  await store.kill();

  const wrong: string[] = [];
  for (const [name, text] of expected) {
    try {
      const document = JSON.parse(readFileSync(join(results, `${name}.json`), "utf8")) as ResultDocument;
      if (document.text !== text) wrong.push(`${name}: ${document.text} instead of ${text}`);
      if (!/^[0-9a-f]{64}$/.test(document.modelSha256)) wrong.push(`${name}: no checksum`);
    } catch (error) {
      wrong.push(`${name}: ${(error as Error).message}`);
    }
  }
  const writers = new Map<string, number>();
  for (const { event, outcome, input } of everybody.flatMap(({ log }) => log)) {
    if (event === "job" && outcome === "written") writers.set(String(input), (writers.get(String(input)) ?? 0) + 1);
  }
  const twice = [...writers].filter(([, count]) => count > 1).map(([input]) => input);
  const leftovers = readdirSync(results).filter((name) => !/^\d{4}\.wav\.json$/.test(name));
  return {
    right: expected.size - wrong.length,
    wrong,
    twice,
    leftovers,
    dead,
    seconds,
    killed,
    storesKilled: storeKilled ? 1 : 0,
  };
}
