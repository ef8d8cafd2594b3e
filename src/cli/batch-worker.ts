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
export type BatchReply = { readonly audioSeconds: number } | { readonly problem: string };

async function transcript(stream: Stream, path: string, format: OutputFormat): Promise<string> {
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
    await rm(part, { force: true });
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
    try {
      stream.reset();
      await writeTranscript(output, await transcript(stream, input, format));
      reply = { audioSeconds: stream.audioSeconds };
    } catch (error) {
      const problem = error instanceof FoldvoxError ? `${error.message} (${error.code})` : (error as Error).message;
      reply = { problem };
    }
    port.postMessage(reply);
  });
}
