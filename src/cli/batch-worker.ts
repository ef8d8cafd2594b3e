// A thread of a batch: its own recognizer, one file after the other.

import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { FoldvoxError } from "../errors.ts";
import type { StreamOptions } from "../recognizer/stream-options.ts";
import { AudioInput, type Part } from "./audio-input.ts";
import type { Job } from "./batch-files.ts";
import { type ChannelChoice, MOST_CHANNELS } from "./channels.ts";
import { openRecognizer, partOf } from "./files.ts";
import { makeFolder } from "./folders.ts";
import { ioError } from "./io-error.ts";
import { Listener } from "./listener.ts";
import type { OutputFormat } from "./printers.ts";
import { Transcript } from "./transcript.ts";

/** What transcripts are of, and how they look. */
export interface TranscriptSetup {
  readonly format: OutputFormat;
  readonly maxLength?: number | undefined;
  /** Default: the mean of all. */
  readonly channel?: ChannelChoice;
  /** Default: the whole recording. */
  readonly part?: Part;
}

/** What a thread is started with. */
export interface BatchSetup extends TranscriptSetup {
  readonly task: "batch";
  readonly model: string | undefined;
  readonly options: StreamOptions;
}

/** What it answers to each job. */
export type BatchReply =
  | { readonly audioSeconds: number; readonly warning: string | null }
  /** `isFinal`: the file itself is to blame, so that trying again is of no use. */
  | { readonly problem: string; readonly isFinal: boolean };

/** What it says meanwhile. */
export interface BatchProgress {
  readonly heardSeconds: number;
  /** Of the whole; null where that is not known. */
  readonly ofSeconds: number | null;
}

/** Milliseconds between two pieces of progress. */
const PROGRESS_MS = 1000;

/** Whether a failure is the file's, whoever tries it. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof FoldvoxError)) return false;
  if (error.code === "io") return (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  return ["bad-audio", "bad-wav", "unsupported"].includes(error.code);
}

/** Feeds a file to the listener; returns its transcript. */
async function transcriptOf(
  listener: Listener,
  input: AudioInput,
  { format, maxLength, channel }: TranscriptSetup,
  onProgress: () => void,
): Promise<string> {
  const transcript = new Transcript(format, { maxLength, hasSpeakers: channel === "each" });
  const texts = [transcript.header];
  for await (const channels of input.chunks()) {
    listener.accept(input.sampleRate, channels);
    texts.push(transcript.add(listener.take()));
    onProgress();
  }
  listener.finish();
  texts.push(transcript.add(listener.take()), transcript.end());
  return texts.join("");
}

/** Written beside and renamed: a transcript that is there is whole. */
async function writeTranscript(path: string, text: string): Promise<void> {
  // Of its own: another batch may be writing the same transcript.
  const part = partOf(path);
  try {
    await makeFolder(dirname(path));
    await writeFile(part, text);
    await rename(part, path);
  } catch (cause) {
    // Where it could not be written, it may be impossible to look for it.
    await rm(part, { force: true }).catch(() => {});
    throw ioError(path, cause);
  }
}

const WHOLE: Part = { offset: 0, duration: null };

/** Answers jobs until the port is closed. */
export async function serveBatch(): Promise<void> {
  const { model, options, ...setup } = workerData as BatchSetup;
  const { channel = "mix", part = WHOLE } = setup;
  const recognizer = await openRecognizer(model, { ...options, maxStreams: channel === "each" ? MOST_CHANNELS : 1 });
  const port = parentPort!;
  port.on("message", async ({ input: path, output }: Job) => {
    let reply: BatchReply;
    const listener = new Listener(recognizer, channel, part.offset);
    const input = new AudioInput(path, part);
    let toldAt = performance.now();
    const onProgress = () => {
      if (performance.now() - toldAt < PROGRESS_MS) return;
      toldAt = performance.now();
      const progress: BatchProgress = { heardSeconds: listener.audioSeconds, ofSeconds: input.seconds };
      port.postMessage(progress);
    };
    try {
      await writeTranscript(output, await transcriptOf(listener, input, setup, onProgress));
      reply = { audioSeconds: listener.audioSeconds, warning: listener.warning };
    } catch (error) {
      const problem = error instanceof FoldvoxError ? `${error.message} (${error.code})` : (error as Error).message;
      reply = { problem, isFinal: isFinal(error) };
    } finally {
      listener.free();
    }
    port.postMessage(reply);
  });
}
