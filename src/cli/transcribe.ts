// foldvox transcribe: audio in, words out while it plays.

import { setTimeout as delay } from "node:timers/promises";
import { PcmDecoder } from "../audio/pcm.ts";
import type { WordResult } from "../decode/results.ts";
import type { Recognizer } from "../recognizer.ts";
import type { Stream } from "../stream.ts";
import { openRecognizer, readWavFile } from "./files.ts";
import { memoryTable } from "./memory-table.ts";
import { type Printer, printerFor } from "./printers.ts";
import { StatusLine } from "./status-line.ts";

export { OUTPUT_FORMATS } from "./printers.ts";

interface TranscribeOptions {
  model?: string;
  file?: string;
  output: string;
  words?: boolean;
  memory?: boolean;
  realtime?: boolean;
  rawFormat: "s16le" | "f32le";
  rawRate: number;
}

/** Audio with what is known of it: `seconds` is null for a stream whose end is not known. */
interface AudioInput {
  sampleRate: number;
  seconds: number | null;
  chunks: AsyncIterable<Float32Array>;
}

async function* rawChunks(format: "s16le" | "f32le"): AsyncGenerator<Float32Array> {
  const decoder = new PcmDecoder(format, 1);
  for await (const bytes of process.stdin) yield decoder.decode(bytes as Uint8Array);
}

function audioInput(path: string, options: TranscribeOptions): AudioInput {
  if (path === "-") return { sampleRate: options.rawRate, seconds: null, chunks: rawChunks(options.rawFormat) };
  const input: AudioInput = { sampleRate: 16000, seconds: null, chunks: [] as unknown as AsyncIterable<Float32Array> };
  input.chunks = readWavFile(path, (format) => {
    input.sampleRate = format.sampleRate;
    input.seconds = format.frames === null ? null : format.frames / format.sampleRate;
  });
  return input;
}

/** Feeds a stream 100 ms at a time and shows what it says. */
class Session {
  /** Seconds spent computing. */
  computeSeconds = 0;
  private readonly stream: Stream;
  private readonly printer: Printer;
  private readonly status: StatusLine;
  private readonly options: TranscribeOptions;
  private readonly input: AudioInput;
  private readonly startedAt = performance.now();
  private wordsShown = 0;

  constructor(stream: Stream, printer: Printer, options: TranscribeOptions, input: AudioInput) {
    this.stream = stream;
    this.printer = printer;
    this.options = options;
    this.input = input;
    this.status = new StatusLine();
  }

  async run(): Promise<void> {
    for await (const samples of this.input.chunks) {
      const step = Math.ceil(this.input.sampleRate / 10);
      for (let at = 0; at < samples.length; at += step) {
        const chunk = samples.subarray(at, at + step);
        if (this.options.realtime) await this.waitForAudio(chunk.length / this.input.sampleRate);
        this.timed(() => this.stream.acceptWaveform(this.input.sampleRate, chunk));
        this.show(false);
      }
    }
    this.timed(() => this.stream.inputFinished());
    this.show(true);
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
      this.printer.final(result);
    }
    const { partial, committed, partial_result: words } = this.stream.partial();
    // A word that is still going on may grow; only settled ones have their end.
    this.showWords(words.slice(0, committed === "" ? 0 : committed.split(" ").length));
    if (!ended) this.status.show(partial, this.stream.audioSeconds, this.input.seconds, this.computeSeconds);
  }

  private showWords(words: readonly WordResult[]): void {
    if (!this.options.words) return;
    for (const word of words.slice(this.wordsShown)) {
      this.status.clear();
      this.printer.word?.(word, this.stream.audioSeconds);
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

export async function transcribe(argument: string | undefined, options: TranscribeOptions): Promise<void> {
  const path = argument ?? options.file ?? "-";
  const recognizer = await openRecognizer(options.model);
  const stream = recognizer.createStream();
  const session = new Session(stream, printerFor(options.output), options, audioInput(path, options));
  await session.run();
  reportSpeed(recognizer, stream.audioSeconds, session.computeSeconds);
  if (options.memory) process.stderr.write(memoryTable(recognizer.memoryReport()));
  recognizer.free();
}
