// The streams of one input: a stream for its mean or for one channel, or one for each channel.

import { type FinalResult, toMilliseconds, type WordResult } from "../decode/text/results.ts";
import type { Recognizer } from "../recognizer/recognizer.ts";
import type { Stream } from "../recognizer/stream.ts";
import { type ChannelChoice, chosen, PhaseWatch, speakerOf } from "./channels.ts";

/** An utterance, and the channel it comes from where each is heard on its own. */
export interface Heard {
  readonly result: FinalResult;
  readonly speaker: string | undefined;
}

/** Words with their times later by so many seconds. */
export function wordsLater(words: readonly WordResult[], seconds: number): readonly WordResult[] {
  if (seconds === 0) return words;
  const later = (time: number) => toMilliseconds(time + seconds);
  return words.map((word) => ({ ...word, start: later(word.start), end: later(word.end) }));
}

/** A result, all of it later. */
function later(result: FinalResult, seconds: number): FinalResult {
  const moved = (words: readonly WordResult[]) => wordsLater(words, seconds);
  const alternatives = result.alternatives?.map((one) => ({ ...one, result: moved(one.result) }));
  return { ...result, result: moved(result.result), ...(alternatives && { alternatives }) };
}

export class Listener {
  /** Opened with the first samples, which tell how many channels there are. */
  readonly streams: Stream[] = [];
  private readonly recognizer: Recognizer;
  private readonly choice: ChannelChoice;
  private readonly offset: number;
  private readonly phases = new PhaseWatch();

  /** `offset` is where in the recording the audio begins, in seconds. */
  constructor(recognizer: Recognizer, choice: ChannelChoice, offset: number) {
    this.recognizer = recognizer;
    this.choice = choice;
    this.offset = offset;
  }

  /** Seconds of audio so far. */
  get audioSeconds(): number {
    return this.streams[0]?.audioSeconds ?? 0;
  }

  /** Errors: bad-argument for channels that are not there. */
  accept(sampleRate: number, channels: readonly Float32Array[]): void {
    if (this.choice === "mix") this.phases.accept(channels);
    const signals = chosen(channels, this.choice);
    while (this.streams.length < signals.length) this.streams.push(this.recognizer.createStream());
    for (const [i, samples] of signals.entries()) this.streams[i]!.acceptWaveform(sampleRate, samples);
  }

  finish(): void {
    for (const stream of this.streams) stream.inputFinished();
  }

  /** Utterances since the last call. */
  take(): Heard[] {
    return this.streams.flatMap((stream, channel) =>
      stream.results().map((result) => ({
        result: later(result, this.offset),
        speaker: this.choice === "each" ? speakerOf(channel, this.streams.length) : undefined,
      })),
    );
  }

  /** What the user should know of the recording; null if nothing. */
  get warning(): string | null {
    if (!this.phases.isOpposite) return null;
    return "the two channels are each other's opposite, so their mean is silence; hear one with --channel left";
  }

  /** Gives the streams back. */
  free(): void {
    for (const stream of this.streams) stream.free();
  }
}
