// npm run bench:transducer: the base-size Emformer RNN-T in int8, one thread, beside torchaudio in fp32, one thread. Needs what
// `npm run parity` has made in build/parity; FOLDVOX_PYTHON names a Python with torchaudio.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { withFile, withNewFile } from "../src/cli/random-access.ts";
import { BASE_ARGUMENTS } from "../src/convert/emformer-arguments.ts";
import { openStateDict } from "../src/convert/open-state-dict.ts";
import { convertTorchaudio } from "../src/convert/torchaudio.ts";
import { createRecognizer, type Recognizer } from "../src/index.ts";
import { readSafetensors } from "../src/model/safetensors.ts";
import { BUILDS, moduleOf } from "./engines.ts";
import { format } from "./table.ts";

const ROUNDS = 7;
const STEPS = 10;
const parity = (name: string) => new URL(`./parity/${name}`, import.meta.url);
const MODEL = parity("base.int8.safetensors");

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

function timed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

/** torchaudio in a process of its own, a step at a time on request. */
class Torchaudio {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor() {
    const python = process.env.FOLDVOX_PYTHON ?? "python3";
    this.child = spawn(python, ["-m", "training.goldens.time_torchaudio", parity("base.json").pathname]);
    this.child.stderr.pipe(process.stderr);
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  async stepMs(): Promise<number> {
    this.child.stdin.write(`${STEPS}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error("torchaudio did not answer: set FOLDVOX_PYTHON to a Python that has it");
    return Number(value);
  }

  end(): void {
    this.child.stdin.end();
  }
}

async function convert(): Promise<void> {
  const model = { name: "base", arguments: BASE_ARGUMENTS, weights: "int8" as const };
  await withFile(parity("base.pt").pathname, async (file) => {
    const state = await openStateDict(file);
    await withNewFile(MODEL.pathname, (sink) => convertTorchaudio(state, model, sink));
  });
}

/** Seconds from a file to a recognizer, and by how much loading raised the process's peak over what it then keeps. */
async function load(): Promise<{ recognizer: Recognizer; seconds: number; residentMb: number; peakMb: number }> {
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const wasm = moduleOf(BUILDS[0]!);
  const recognizer = await createRecognizer({ model: MODEL, wasm, decoding: { beam: 10 } });
  const seconds = (performance.now() - start) / 1000;
  const residentMb = (process.memoryUsage().rss - before) / 1e6;
  const peakMb = (process.resourceUsage().maxRSS * 1024 - before) / 1e6;
  return { recognizer, seconds, residentMb, peakMb };
}

async function main(): Promise<void> {
  if (process.argv[2] === "convert") return convert();
  const { recognizer, seconds, residentMb, peakMb } = await load();
  const golden = readSafetensors(new Uint8Array(readFileSync(parity("base.golden.safetensors"))));
  const floats = (name: string) => new Float32Array(golden.get(name)!.bytes.slice().buffer);
  // 500 rows are 20 s, in which greedy search says 3 to 5 tokens a second.
  const output = floats("output").subarray(0, 500 * 1024);
  const audioSeconds = 20;
  const waveform = Float32Array.from({ length: 16000 * audioSeconds }, (_, i) => Math.sin(i * i * 0.37) * 0.1);
  const features = floats("features").subarray(0, STEPS * 16 * 80);
  const torchaudio = new Torchaudio();

  const rows: { ours: number; theirs: number; audio: number; greedy: number; beam: number }[] = [];
  let tokens = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // The first step of a stream has more frames and no left context: the difference is within the noise of ten.
    const ours = timed(() => recognizer.encode({ features })) / STEPS;
    const theirs = await torchaudio.stepMs();
    const audio = timed(() => recognizer.encode({ waveform })) / 1000 / audioSeconds;
    const greedy = timed(() => recognizer.decode(output, { decoding: {} })) / 1000 / audioSeconds;
    const beam = timed(() => {
      tokens = recognizer.decode(output)[0]!.tokens!.length;
    });
    rows.push({ ours, theirs, audio, greedy, beam: beam / 1000 / audioSeconds });
  }
  torchaudio.end();
  const of = (pick: (row: (typeof rows)[number]) => number) => median(rows.map(pick));
  const { memoryBytes, regions } = recognizer.memoryReport();
  const states = regions.filter(({ name }) => name.startsWith("stream")).reduce((sum, { bytes }) => sum + bytes, 0);
  const table = {
    title: "Emformer RNN-T, base size, int8, one thread",
    columns: ["what", "value"],
    rows: [
      ["encoder step of 160 ms, ms", of(({ ours }) => ours)],
      ["torchaudio fp32, one thread, ms", of(({ theirs }) => theirs)],
      ["torchaudio / foldvox", of(({ ours, theirs }) => theirs / ours)],
      ["real-time factor, features and encoder", of(({ audio }) => audio)],
      ["real-time factor, greedy search", of(({ greedy }) => greedy)],
      ["real-time factor, beam 10", of(({ beam }) => beam)],
      ["real-time factor, all with beam 10", of(({ audio, beam }) => audio + beam)],
      ["tokens a second", tokens / audioSeconds],
      ["WebAssembly memory, MB", memoryBytes / 1e6],
      ["memory / (tensors + states)", memoryBytes / (recognizer.header.dataBytes + states)],
      ["load from disk, s", seconds],
      ["resident after loading, MB more than before", residentMb],
      ["peak while loading, MB more than before", peakMb],
    ] as [string, number][],
  };
  console.log(
    `${recognizer.build} build, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}; ${ROUNDS} rounds taking turns\n`,
  );
  console.log(format(table));
  writeFileSync(new URL("./bench-transducer.json", import.meta.url), `${JSON.stringify(table, null, 2)}\n`);
}

await main();
