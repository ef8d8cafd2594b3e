// npm run bench:serve: many clients in real time at one server on the same machine. How long after it was spoken is each word told,
// alone and in company, and what does it take?
//
// Each client plays a recording in pieces of 100 ms, again and again, as a conversation of Vosk's protocol each. The clients' own
// work is part of what the machine does, so figures of a server with cores to itself are better.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { Command } from "commander";
import WebSocket from "ws";

const PIECE_SECONDS = 0.1;
const RATE = 16000;
const PIECE_BYTES = PIECE_SECONDS * RATE * 2;
const HEADER_BYTES = 44;
/** Of /proc/PID/stat. */
const TICKS_PER_SECOND = 100;

interface Word {
  readonly word: string;
  readonly end: number;
}

interface Answer {
  readonly partial?: string;
  readonly text?: string;
  readonly result?: readonly Word[];
}

/** What clients have seen. */
interface Seen {
  /** From the end of a word, as the lone client hears it, to its first telling, in ms. */
  readonly words: number[];
  /** From sending a piece to its answer, in ms. */
  readonly answers: number[];
  conversations: number;
  lost: number;
}

const nothing = (): Seen => ({ words: [], answers: [], conversations: 0, lost: 0 });

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const wordCount = (text: string) => (text === "" ? 0 : text.split(" ").length);

/** Plays the recording once, in real time; returns what was heard. `expected` are its words with their times, if known. */
function converse(
  url: string,
  audio: Uint8Array,
  expected: readonly Word[] | null,
  seen: Seen | null,
): Promise<Word[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const heard: Word[] = [];
    const sentAt: number[] = [];
    let startedAt = 0;
    let answered = 0;
    let told = 0;
    socket.on("open", async () => {
      startedAt = performance.now();
      for (let at = 0, piece = 1; at < audio.length; at += PIECE_BYTES, piece++) {
        // A piece cannot be had before its last sample has been spoken.
        await delay(Math.max(0, startedAt + 1000 * PIECE_SECONDS * piece - performance.now()));
        sentAt.push(performance.now());
        socket.send(audio.subarray(at, at + PIECE_BYTES));
      }
      socket.send('{"eof":1}');
    });
    socket.on("message", (data) => {
      const now = performance.now();
      const { partial, result = [] } = JSON.parse(String(data)) as Answer;
      const sent = sentAt[answered++];
      if (sent !== undefined) seen?.answers.push(now - sent);
      heard.push(...result);
      for (const known = heard.length + wordCount(partial ?? ""); told < known; told++) {
        const word = expected?.[told];
        if (word) seen?.words.push(now - startedAt - 1000 * word.end);
      }
    });
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
  });
}

/** So many clients for so long, begun evenly over one recording. */
async function crowd(url: string, audio: Uint8Array, expected: readonly Word[], count: number, seconds: number) {
  const seen = nothing();
  const spread = (1000 * audio.length) / (2 * RATE);
  const until = performance.now() + spread + 1000 * seconds;
  const right = expected.map(({ word }) => word).join(" ");
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      await delay((i / count) * spread);
      while (performance.now() < until) {
        const heard = await converse(url, audio, expected, seen);
        seen.conversations++;
        if (heard.map(({ word }) => word).join(" ") !== right) seen.lost++;
      }
    }),
  );
  return seen;
}

/** Seconds of processor that a process has had. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const residentMiB = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

function startServer(args: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ["build/cli.js", "serve", "--port", "0", "--no-wyoming", ...args]);
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (data) => {
      log += data;
      const line = log.split("\n").find((one) => one.includes('"listening"'));
      if (line) resolve({ child, url: `ws://127.0.0.1:${(JSON.parse(line) as { port: number }).port}` });
    });
    child.once("close", () => reject(new Error(log)));
  });
}

const program = new Command("npm run bench:serve --")
  .option("--streams <n,n>", "clients at the same time", "1,50,100,200")
  .option("--seconds <n>", "of each, beyond one recording", Number, 30)
  .option("--model <file>", "of the server", "models/commands.safetensors")
  .option("--grammar <file>", "of the server")
  .option("--audio <wav>", "16-bit mono at 16 kHz", "examples/digits.wav")
  .option("--threads <n>", "of the server", String(cpus().length))
  .parse();
const flags = program.opts<{
  streams: string;
  seconds: number;
  model: string;
  grammar?: string;
  audio: string;
  threads: string;
}>();
const counts = flags.streams.split(",").map(Number);
const audio = new Uint8Array(readFileSync(flags.audio)).subarray(HEADER_BYTES);
const grammar = flags.grammar === undefined ? [] : ["--grammar", flags.grammar];
const room = String(Math.max(...counts) + 8);
const args = [
  "-m",
  flags.model,
  ...grammar,
  "--threads",
  flags.threads,
  "--streams",
  room,
  "--max-connections",
  "65536",
];
const { child, url } = await startServer(args);
const pid = child.pid!;
const expected = await converse(url, audio, null, null);

const TITLES = [
  ...["streams", "word p50, ms", "word p99, ms", "p99 beyond alone, ms", "answer p50, ms", "answer p99, ms"],
  ...[
    "server, cores",
    "server, ms a second of audio",
    "clients, cores",
    "resident, MiB",
    "conversations",
    "words lost in",
  ],
];
console.log(`${cpus().length} cores: ${cpus()[0]!.model}; ${flags.model}${flags.grammar ? " with a grammar" : ""}`);
console.log(`| ${TITLES.join(" | ")} |`);
console.log(`|${TITLES.map(() => " --: |").join("")}`);
let alone = Number.NaN;
for (const count of counts) {
  const [startedAt, server, clients, residentBefore] = [
    performance.now(),
    processorSeconds(pid),
    processorSeconds(process.pid),
    residentMiB(pid),
  ];
  const seen = await crowd(url, audio, expected, count, flags.seconds);
  const seconds = (performance.now() - startedAt) / 1000;
  const serverSeconds = processorSeconds(pid) - server;
  const audioSeconds = (seen.conversations * audio.length) / (2 * RATE);
  const worst = percentile(seen.words, 0.99);
  if (Number.isNaN(alone)) alone = worst;
  const cells = [
    ...[count, percentile(seen.words, 0.5).toFixed(0), worst.toFixed(0), (worst - alone).toFixed(0)],
    ...[percentile(seen.answers, 0.5).toFixed(1), percentile(seen.answers, 0.99).toFixed(1)],
    ...[(serverSeconds / seconds).toFixed(2), ((1000 * serverSeconds) / audioSeconds).toFixed(2)],
    ((processorSeconds(process.pid) - clients) / seconds).toFixed(2),
    `${residentBefore.toFixed(0)} to ${residentMiB(pid).toFixed(0)}`,
    ...[seen.conversations, seen.lost],
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
child.kill("SIGTERM");
