// A thread of a batch: its own recognizer, one file after the other.

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { FoldvoxError } from "../errors.ts";
import type { Stream, StreamOptions } from "../recognizer/stream.ts";
import { readAudioFile } from "./audio-file.ts";
import type { Job } from "./batch-files.ts";
import { openRecognizer } from "./files.ts";
import { ioError } from "./io-error.ts";
import { type OutputFormat, printerFor } from "./printers.ts";

/** What a thread is started with. */
export interface BatchSetup {
  readonly task: "batch";
  readonly model: string | undefined;
  readonly options: StreamOptions;
  readonly format: OutputFormat;
}

/** What it answers to each job. */
export type BatchReply =
  | { readonly audioSeconds: number }
  /** `isFinal`: the file itself is to blame, so that trying again is of no use. */
  | { readonly problem: string; readonly isFinal: boolean };

/** What it says meanwhile. */
export interface BatchProgress {
  readonly heardSeconds: number;
}

/** Milliseconds between two pieces of progress. */
const PROGRESS_MS = 1000;

/** Whether a failure is the file's, whoever tries it. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof FoldvoxError)) return false;
  if (error.code === "io") return (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  return ["bad-audio", "bad-wav", "unsupported"].includes(error.code);
}

async function transcript(stream: Stream, path: string, format: OutputFormat, onProgress: () => void): Promise<string> {
  const printer = printerFor(format);
  const texts = [printer.header];
  let sampleRate = 16000;
  const take = () => texts.push(...stream.results().map((result) => printer.final(result)));
  const audio = readAudioFile(path, (known) => {
    sampleRate = known.sampleRate;
  });
  for await (const samples of audio) {
    stream.acceptWaveform(sampleRate, samples);
    take();
    onProgress();
  }
  stream.inputFinished();
  take();
  return [...texts, printer.end()].join("");
}

/** Written beside and renamed: a transcript that is there is whole. */
async function writeTranscript(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, text);
    await rename(part, path);
  } catch (cause) {
    // Where it could not be written, it may be impossible to look for it.
    await rm(part, { force: true }).catch(() => {});
    throw ioError(path, cause);
  }
}

/** Answers jobs until the port is closed. */
export async function serveBatch(): Promise<void> {
  const { model, options, format } = workerData as BatchSetup;
  const recognizer = await openRecognizer(model, options);
  const stream = recognizer.createStream();
  const port = parentPort!;
  port.on("message", async ({ input, output }: Job) => {
    let reply: BatchReply;
    let toldAt = performance.now();
    const onProgress = () => {
      if (performance.now() - toldAt < PROGRESS_MS) return;
      toldAt = performance.now();
      const progress: BatchProgress = { heardSeconds: stream.audioSeconds };
      port.postMessage(progress);
    };
    try {
      stream.reset();
      await writeTranscript(output, await transcript(stream, input, format, onProgress));
      reply = { audioSeconds: stream.audioSeconds };
    } catch (error) {
      const problem = error instanceof FoldvoxError ? `${error.message} (${error.code})` : (error as Error).message;
      reply = { problem, isFinal: isFinal(error) };
    }
    port.postMessage(reply);
  });
}
