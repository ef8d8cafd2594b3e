// npm run bench:serve: many clients in real time at one server on the same machine. How long after it was spoken is each word told,
// alone and in company, and what does it take? Writes bench/results/serve.json and the tables of docs/scale.md.
//
// The clients' own work is part of what the machine does, so figures of a server with cores to itself are better.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import { Command } from "commander";
import { machine } from "../machine.ts";
import { type Load, SCALE_COLUMNS, scaleRow, writeLoads } from "../report/scale.ts";
import { format } from "../table.ts";
import { converse, crowd, percentile, RATE, type Word } from "./crowd.ts";
import { processorSeconds, residentMiB, type Server, startServer } from "./server-process.ts";

const HEADER_BYTES = 44;
/** How often in a run the server's memory is read. */
const LOOKS = 4;

interface Flags {
  readonly streams: string;
  readonly seconds: number;
  readonly model: string;
  readonly grammar?: string;
  readonly audio: string;
  readonly threads: string;
}

const { streams, seconds, model, grammar, audio, threads } = new Command("npm run bench:serve --")
  .option("--streams <n,n>", "clients at the same time", "1,50,100,200")
  .option("--seconds <n>", "of each, beyond one recording", Number, 30)
  .option("--model <file>", "of the server", "models/commands.safetensors")
  .option("--grammar <file>", "of the server")
  .option("--audio <wav>", "16-bit mono at 16 kHz", "examples/digits.wav")
  .option("--threads <n>", "of the server", String(cpus().length))
  .parse()
  .opts<Flags>();

/** Resident MiB of a process at even times of the next seconds. */
function watchMemory(pid: number, forSeconds: number): { readonly seen: number[]; stop(): void } {
  const seen = [residentMiB(pid)];
  const timer = setInterval(() => seen.push(residentMiB(pid)), (1000 * forSeconds) / LOOKS);
  return { seen, stop: () => clearInterval(timer) };
}

async function load(
  { child, url }: Server,
  recording: Uint8Array,
  expected: readonly Word[],
  count: number,
  alone: number | null,
): Promise<Load> {
  const pid = child.pid!;
  const recordingSeconds = recording.length / (2 * RATE);
  const [startedAt, serverBefore, clientsBefore] = [
    performance.now(),
    processorSeconds(pid),
    processorSeconds(process.pid),
  ];
  const memory = watchMemory(pid, seconds + 2 * recordingSeconds);
  const seen = await crowd(url, recording, expected, count, seconds);
  memory.stop();
  const took = (performance.now() - startedAt) / 1000;
  const serverSeconds = processorSeconds(pid) - serverBefore;
  const cores = [serverSeconds, processorSeconds(process.pid) - clientsBefore].map((each) => (each / took).toFixed(2));
  console.log(`${count} streams for ${took.toFixed(0)} s; cores: server ${cores[0]}, clients ${cores[1]}`);
  const worst = percentile(seen.words, 0.99);
  return {
    model: basename(model, ".safetensors"),
    grammar: grammar === undefined ? null : basename(grammar),
    streams: count,
    seconds: took,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    wordMs: [percentile(seen.words, 0.5), worst],
    beyondAloneMs: worst - (alone ?? worst),
    answerMs: percentile(seen.answers, 0.99),
    msPerSecond: (1000 * serverSeconds) / (seen.conversations * recordingSeconds),
    residentMiB: [...memory.seen, residentMiB(pid)],
    conversations: seen.conversations,
    wrong: seen.wrong,
  };
}

const counts = streams.split(",").map(Number);
const recording = new Uint8Array(readFileSync(audio)).subarray(HEADER_BYTES);
const room = String(Math.max(...counts) + 8);
const server = await startServer([
  ...["-m", model, "--threads", threads, "--streams", room, "--max-connections", "65536"],
  ...(grammar === undefined ? [] : ["--grammar", grammar]),
]);
try {
  const expected = await converse(server.url, recording, null, null);
  console.log(`${machine()}; the lone client hears: ${expected.map(({ word }) => word).join(" ")}\n`);
  const loads: Load[] = [];
  for (const count of counts) {
    const made = await load(server, recording, expected, count, loads[0]?.wordMs[1] ?? null);
    loads.push(made);
    console.log(`resident, MiB, through the run: ${made.residentMiB.map((value) => value.toFixed(0)).join(", ")}`);
    console.log(format({ title: "", columns: SCALE_COLUMNS, rows: [scaleRow(made)] }));
  }
  writeLoads(loads);
} finally {
  server.child.kill("SIGTERM");
}
