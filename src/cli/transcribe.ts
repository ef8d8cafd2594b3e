// foldvox transcribe: audio in, words out while it plays; or many files, one transcript each (batch.ts).

import { setTimeout as delay } from "node:timers/promises";
import type { WordResult } from "../decode/text/results.ts";
import { FoldvoxError } from "../errors.ts";
import { untilAborted } from "../loading/abort.ts";
import type { Recognizer } from "../recognizer/recognizer.ts";
import { piecesOf } from "../turns.ts";
import { naming } from "./audio-file.ts";
import { AudioInput } from "./audio-input.ts";
import { isAddress, STDIN } from "./audio-source.ts";
import { transcribeBatch } from "./batch.ts";
import { isFolder } from "./batch-files.ts";
import { modelTable } from "./bundled-models.ts";
import { type ChannelChoice, MOST_CHANNELS } from "./channels.ts";
import { type DecodingFlags, streamOptions } from "./decoding-flags.ts";
import { openRecognizer, writeWhole } from "./files.ts";
import { onInterrupt } from "./interrupt.ts";
import { Listener, wordsLater } from "./listener.ts";
import { memoryTable } from "./memory-table.ts";
import { OUTPUT_FORMATS, type OutputFormat, wordLine } from "./printers.ts";
import { StatusLine } from "./status-line.ts";
import { Transcript } from "./transcript.ts";

export interface TranscribeFlags extends DecodingFlags {
  model?: string;
  file?: string;
  output: OutputFormat;
  outputFile?: string;
  maxLen?: number;
  words?: boolean;
  memory?: boolean;
  realtime?: boolean;
  channel: ChannelChoice;
  offset: number;
  duration?: number;
  rawFormat: "s16le" | "f32le";
  rawRate: number;
  rawChannels: number;
  list?: string;
  out?: string;
  threads?: number;
  overwrite?: boolean;
  quiet?: boolean;
  printProgress?: boolean;
  listModels?: boolean;
}

const partOf = ({ offset, duration }: TranscribeFlags) => ({ offset, duration: duration ?? null });

/** Feeds a recognizer 100 ms at a time and shows what it says. */
class Session {
  /** Seconds spent computing. */
  computeSeconds = 0;
  readonly listener: Listener;
  /** Whether the user has ended it before the audio did. */
  isInterrupted = false;
  private readonly transcript: Transcript;
  private readonly status: StatusLine;
  private readonly flags: TranscribeFlags;
  private readonly input: AudioInput;
  private readonly showsWords: boolean;
  private readonly startedAt = performance.now();
  private readonly written: string[] = [];
  private wordsShown = 0;

  constructor(recognizer: Recognizer, flags: TranscribeFlags, input: AudioInput) {
    this.listener = new Listener(recognizer, flags.channel, flags.offset);
    this.transcript = new Transcript(flags.output, {
      maxLength: flags.maxLen,
      hasSpeakers: flags.channel === "each",
    });
    this.flags = flags;
    this.input = input;
    // Other forms have no place for words before their utterance has ended.
    this.showsWords = flags.words === true && flags.output === "txt";
    this.status = new StatusLine({ quiet: flags.quiet === true, printsProgress: flags.printProgress === true });
  }

  async run(): Promise<void> {
    this.write(this.transcript.header);
    const { signal, release } = onInterrupt();
    try {
      for await (const channels of untilAborted(this.input.chunks(), signal)) await this.hear(channels, signal);
    } catch (error) {
      if (!signal.aborted) throw naming(this.input.path, error);
      this.isInterrupted = true;
    } finally {
      release();
    }
    this.timed(() => this.listener.finish());
    this.show(true);
    this.write(this.transcript.end());
    this.status.clear();
    if (this.flags.outputFile !== undefined) await this.save(this.flags.outputFile);
    const { warning } = this.listener;
    if (warning !== null) process.stderr.write(`${this.input.path}: ${warning}\n`);
  }

  private async hear(channels: Float32Array[], signal: AbortSignal): Promise<void> {
    const { sampleRate } = this.input;
    const pieces = channels.map((samples) => [...piecesOf(samples, sampleRate)]);
    for (let i = 0; i < pieces[0]!.length && !signal.aborted; i++) {
      const piece = pieces.map((all) => all[i]!);
      if (this.flags.realtime) await this.waitForAudio(piece[0]!.length / sampleRate);
      this.timed(() => this.listener.accept(sampleRate, piece));
      this.show(false);
    }
  }

  private write(text: string): void {
    if (text === "") return;
    if (this.flags.outputFile === undefined) process.stdout.write(text);
    else this.written.push(text);
  }

  /** The name is as whisper.cpp takes it: without the form's ending. */
  private async save(path: string): Promise<void> {
    const ending = `.${OUTPUT_FORMATS[this.flags.output]}`;
    await writeWhole(path.endsWith(ending) ? path : path + ending, this.written.join(""));
  }

  private timed(work: () => void): void {
    const before = performance.now();
    work();
    this.computeSeconds += (performance.now() - before) / 1000;
  }

  /** A chunk cannot be had before its last sample has been spoken. */
  private async waitForAudio(chunkSeconds: number): Promise<void> {
    const due = this.startedAt + (this.listener.audioSeconds + chunkSeconds) * 1000;
    await delay(Math.max(0, due - performance.now()));
  }

  private show(ended: boolean): void {
    for (const heard of this.listener.take()) {
      this.showWords(heard.result.result);
      this.wordsShown = 0;
      this.status.clear();
      this.write(this.transcript.add([heard]));
    }
    const [stream] = this.listener.streams;
    if (!stream) return;
    const { partial, committed, partial_result: words } = stream.partial();
    // A word that is still going on may grow; only settled ones have their end.
    const settled = words.slice(0, committed === "" ? 0 : committed.split(" ").length);
    this.showWords(wordsLater(settled, this.flags.offset));
    if (!ended) this.status.show(partial, stream.audioSeconds, this.input.seconds, this.computeSeconds);
  }

  private showWords(words: readonly WordResult[]): void {
    if (!this.showsWords) return;
    const { offset } = this.flags;
    for (const word of words.slice(this.wordsShown)) {
      this.status.clear();
      this.write(wordLine(word, offset + this.listener.audioSeconds));
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

function reportSavings({ streams }: Listener): void {
  for (const stream of streams) {
    const { audioSeconds, skippedSeconds, multiplyAdds, energy } = stream.savings();
    const [most] = energy;
    process.stderr.write(
      `${skippedSeconds.toFixed(1)} of ${audioSeconds.toFixed(1)} s skipped as silence: ${(multiplyAdds / 1e6).toFixed(0)} million multiply-adds, an estimated ${most!.millijoules.toFixed(1)} mJ (${most!.placement})\n`,
    );
  }
}

async function transcribeOne(path: string, flags: TranscribeFlags): Promise<void> {
  const { rawFormat: format, rawRate: sampleRate, rawChannels: channels, channel, quiet, words } = flags;
  if (channel === "each" && words) {
    throw new FoldvoxError("bad-argument", "--words shows one channel's words; choose it with --channel.");
  }
  if (path === STDIN && process.stdin.isTTY) {
    process.stderr.write(
      `Waiting for audio from stdin: a file, or samples (${format}, ${sampleRate} Hz, ${channels} channel(s)). Ctrl-D ends it.\n`,
    );
  }
  const maxStreams = channel === "each" ? MOST_CHANNELS : 1;
  const recognizer = await openRecognizer(flags.model, { ...(await streamOptions(flags)), maxStreams });
  const session = new Session(recognizer, flags, new AudioInput(path, partOf(flags), { format, sampleRate, channels }));
  await session.run();
  const { listener } = session;
  if (!quiet) reportSpeed(recognizer, listener.audioSeconds, session.computeSeconds);
  if (flags.skipSilence && !quiet) reportSavings(listener);
  if (flags.memory) process.stderr.write(memoryTable(recognizer.memoryReport()));
  recognizer.free();
  if (!session.isInterrupted) return;
  // Who ends what comes from stdin ends it as it is meant to end; of a file something is missing.
  if (path === STDIN) process.stdin.destroy();
  else process.exitCode = 130;
}

/** What only one input can have. */
const ONE_INPUT = {
  words: "--words",
  memory: "--memory",
  realtime: "--realtime",
  outputFile: "--output-file",
} as const;

/** One input goes to stdout; several, a folder, a list, or a place for transcripts make a batch. */
export async function transcribe(paths: string[], flags: TranscribeFlags): Promise<void> {
  if (flags.listModels) {
    process.stdout.write(await modelTable());
    return;
  }
  const all = flags.file === undefined ? paths : [...paths, flags.file];
  const [only] = all;
  const { list, out } = flags;
  const several = all.length > 1 || list !== undefined || out !== undefined;
  const isBatch = several || (only !== undefined && (await isFolder(only)));
  if (!isBatch && only === undefined && process.stdin.isTTY) {
    throw new FoldvoxError(
      "bad-argument",
      "There is nothing to transcribe; name a file, or - for stdin. --help tells more.",
    );
  }
  if (!isBatch) return transcribeOne(only ?? STDIN, flags);
  if (all.includes(STDIN)) throw new FoldvoxError("bad-argument", "Audio from stdin cannot be part of a batch.");
  const address = all.find(isAddress);
  if (address !== undefined) {
    throw new FoldvoxError(
      "bad-argument",
      `${address} cannot be part of a batch; transcribe it alone, with --output-file.`,
    );
  }
  for (const [name, flag] of Object.entries(ONE_INPUT)) {
    if (flags[name as keyof typeof ONE_INPUT] === undefined) continue;
    throw new FoldvoxError("bad-argument", `${flag} is for one input; a batch has no place for it.`);
  }
  const { model, threads, overwrite = false, output, channel, maxLen, quiet = false, printProgress = false } = flags;
  const transcript = { format: output, maxLength: maxLen, channel, part: partOf(flags) };
  const batch = { model, list, out, threads, overwrite, transcript, quiet, printProgress };
  if (!(await transcribeBatch(all, await streamOptions(flags), batch))) process.exitCode = 1;
}
