// foldvox transcribe: audio in, words out while it plays; or many files, one transcript each (batch.ts).

import { setTimeout as delay } from "node:timers/promises";
import { PcmDecoder } from "../audio/pcm.ts";
import type { WordResult } from "../decode/text/results.ts";
import { FoldvoxError } from "../errors.ts";
import type { Recognizer } from "../recognizer/recognizer.ts";
import type { Stream } from "../recognizer/stream.ts";
import { readAudioFile } from "./audio-file.ts";
import { transcribeBatch } from "./batch.ts";
import { isFolder } from "./batch-files.ts";
import { type DecodingFlags, streamOptions } from "./decoding-flags.ts";
import { openRecognizer } from "./files.ts";
import { memoryTable } from "./memory-table.ts";
import { type OutputFormat, type Printer, printerFor, wordLine } from "./printers.ts";
import { StatusLine } from "./status-line.ts";

export interface TranscribeFlags extends DecodingFlags {
  model?: string;
  file?: string;
  output: OutputFormat;
  words?: boolean;
  memory?: boolean;
  realtime?: boolean;
  rawFormat: "s16le" | "f32le";
  rawRate: number;
  rawChannels: number;
  list?: string;
  out?: string;
  threads?: number;
  overwrite?: boolean;
}

/** Audio with what is known of it: `seconds` is null for a stream whose end is not known. */
interface AudioInput {
  sampleRate: number;
  seconds: number | null;
  chunks: AsyncIterable<Float32Array>;
}

/** How WAV, FLAC, Ogg and MP3 files with tags begin. */
const FILES = /^(RIFF|RF64|fLaC|OggS|ID3)/;

async function* rawChunks({ rawFormat, rawChannels }: TranscribeFlags): AsyncGenerator<Float32Array> {
  const decoder = new PcmDecoder(rawFormat, rawChannels);
  let isFirst = true;
  for await (const bytes of process.stdin) {
    if (isFirst && FILES.test(new TextDecoder("latin1").decode((bytes as Uint8Array).subarray(0, 4)))) {
      throw new FoldvoxError(
        "bad-argument",
        "What comes from stdin begins as an audio file does; - takes raw samples. Give the file's name, or decode it first: ffmpeg -i FILE -ar 16000 -ac 1 -f s16le -",
      );
    }
    isFirst = false;
    yield decoder.decode(bytes as Uint8Array);
  }
}

function audioInput(path: string, flags: TranscribeFlags): AudioInput {
  if (path === "-") return { sampleRate: flags.rawRate, seconds: null, chunks: rawChunks(flags) };
  const input: AudioInput = { sampleRate: 16000, seconds: null, chunks: [] as unknown as AsyncIterable<Float32Array> };
  input.chunks = readAudioFile(path, ({ sampleRate, frames }) => {
    input.sampleRate = sampleRate;
    input.seconds = frames === null ? null : frames / sampleRate;
  });
  return input;
}

const out = (text: string) => {
  if (text !== "") process.stdout.write(text);
};

/** Feeds a stream 100 ms at a time and shows what it says. */
class Session {
  /** Seconds spent computing. */
  computeSeconds = 0;
  private readonly stream: Stream;
  private readonly printer: Printer;
  private readonly status: StatusLine;
  private readonly flags: TranscribeFlags;
  private readonly input: AudioInput;
  private readonly showsWords: boolean;
  private readonly startedAt = performance.now();
  private wordsShown = 0;

  constructor(stream: Stream, flags: TranscribeFlags, input: AudioInput) {
    this.stream = stream;
    this.printer = printerFor(flags.output);
    this.flags = flags;
    this.input = input;
    // Other forms have no place for words before their utterance has ended.
    this.showsWords = flags.words === true && flags.output === "txt";
    this.status = new StatusLine();
  }

  async run(): Promise<void> {
    out(this.printer.header);
    for await (const samples of this.input.chunks) {
      const step = Math.ceil(this.input.sampleRate / 10);
      for (let at = 0; at < samples.length; at += step) {
        const chunk = samples.subarray(at, at + step);
        if (this.flags.realtime) await this.waitForAudio(chunk.length / this.input.sampleRate);
        this.timed(() => this.stream.acceptWaveform(this.input.sampleRate, chunk));
        this.show(false);
      }
    }
    this.timed(() => this.stream.inputFinished());
    this.show(true);
    out(this.printer.end());
    this.status.clear();
  }

  private timed(work: () => void): void {
    const before = performance.now();
    work();
    this.computeSeconds += (performance.now() - before) / 1000;
  }

  /** A chunk cannot be had before its last sample has been spoken. */
  private async waitForAudio(chunkSeconds: number): Promise<void> {
    const due = this.startedAt + (this.stream.audioSeconds + chunkSeconds) * 1000;
    await delay(Math.max(0, due - performance.now()));
  }

  private show(ended: boolean): void {
    for (const result of this.stream.results()) {
      this.showWords(result.result);
      this.wordsShown = 0;
      this.status.clear();
      out(this.printer.final(result));
    }
    const { partial, committed, partial_result: words } = this.stream.partial();
    // A word that is still going on may grow; only settled ones have their end.
    this.showWords(words.slice(0, committed === "" ? 0 : committed.split(" ").length));
    if (!ended) this.status.show(partial, this.stream.audioSeconds, this.input.seconds, this.computeSeconds);
  }

  private showWords(words: readonly WordResult[]): void {
    if (!this.showsWords) return;
    for (const word of words.slice(this.wordsShown)) {
      this.status.clear();
      out(wordLine(word, this.stream.audioSeconds));
    }
    this.wordsShown = Math.max(this.wordsShown, words.length);
  }
}

function reportSpeed(recognizer: Recognizer, audioSeconds: number, computeSeconds: number): void {
  if (audioSeconds === 0) return;
  const rtf = computeSeconds / audioSeconds;
  process.stderr.write(
    `${audioSeconds.toFixed(2)} s of audio in ${computeSeconds.toFixed(3)} s: real-time factor ${rtf.toFixed(4)} (${recognizer.build})\n`,
  );
}

function reportSavings(stream: Stream): void {
  const { audioSeconds, skippedSeconds, multiplyAdds, energy } = stream.savings();
  const [most] = energy;
  process.stderr.write(
    `${skippedSeconds.toFixed(1)} of ${audioSeconds.toFixed(1)} s skipped as silence: ${(multiplyAdds / 1e6).toFixed(0)} million multiply-adds, an estimated ${most!.millijoules.toFixed(1)} mJ (${most!.placement})\n`,
  );
}

async function transcribeOne(path: string, flags: TranscribeFlags): Promise<void> {
  const recognizer = await openRecognizer(flags.model, await streamOptions(flags));
  const stream = recognizer.createStream();
  const session = new Session(stream, flags, audioInput(path, flags));
  await session.run();
  reportSpeed(recognizer, stream.audioSeconds, session.computeSeconds);
  if (flags.skipSilence) reportSavings(stream);
  if (flags.memory) process.stderr.write(memoryTable(recognizer.memoryReport()));
  recognizer.free();
}

/** What only one input can have. */
const ONE_INPUT = ["words", "memory", "realtime"] as const;

/** One input goes to stdout; several, a folder, a list, or a place for transcripts make a batch. */
export async function transcribe(paths: string[], flags: TranscribeFlags): Promise<void> {
  const all = flags.file === undefined ? paths : [...paths, flags.file];
  const [only] = all;
  const { list, out } = flags;
  const several = all.length > 1 || list !== undefined || out !== undefined;
  const isBatch = several || (only !== undefined && (await isFolder(only)));
  if (!isBatch) return transcribeOne(only ?? "-", flags);
  if (all.includes("-")) throw new FoldvoxError("bad-argument", "Raw audio from stdin cannot be part of a batch.");
  for (const name of ONE_INPUT) {
    if (flags[name]) throw new FoldvoxError("bad-argument", `--${name} is for one input; a batch has no place for it.`);
  }
  const { model, threads, overwrite = false, output } = flags;
  const batch = { model, list, out, threads, overwrite, format: output };
  if (!(await transcribeBatch(all, await streamOptions(flags), batch))) process.exitCode = 1;
}
