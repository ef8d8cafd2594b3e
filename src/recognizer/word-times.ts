// When words were spoken: what decoders tell of it, set right by the sound.
//
// Of a model whose tokens are words, a decoder knows when a word came out: about at its end, and nothing tells its beginning. The
// sound does: a word begins and ends where it rises from what is quiet around it and falls again, or where the word before ends
// and the next begins. Models whose tokens are parts of words tell both, and are left alone.

import { Loudness, STEPS_PER_DECIBEL } from "../audio/loudness.ts";
import type { FinalResult, PartialResult, WordResult } from "../decode/text/results.ts";
import type { ModelConfig } from "../model/config.ts";

/** All in blocks of 10 ms. How far from where it is told a word may end. */
const BEHIND = 6;
const BEFORE = 16;
/** Quiet for longer than this parts words from what is before them; stops are quiet for less. */
const PAUSE = 12;
const LONGEST_WORD = 75;
/** A word that seems shorter than the one is taken to be as long as the other: noise has hidden its beginning. */
const SHORTEST_WORD = 12;
const USUAL_WORD = 36;
/** What is quiet: so much below the word's loudest, or in the lower third between the quiet of the last two seconds and that. */
const BELOW_LOUDEST = 28 * STEPS_PER_DECIBEL;
const QUIET_SHARE = 0.35;
const FLOOR_BLOCKS = 200;
const FLOOR_SHARE = 0.1;
const PER_SECOND = 100;

export class WordTimes {
  private readonly loudness: Loudness;
  private readonly rowBlocks: number;
  private readonly leadRows: number;
  private readonly rightRows: number;
  private rows = 0;
  /** Where the last word before this utterance ended, in blocks. */
  private spoken = 0;

  constructor({ encoder, features, head }: ModelConfig) {
    this.loudness = new Loudness(features.sampleRate / PER_SECOND);
    this.rowBlocks = (encoder.stride * features.hopSamples * PER_SECOND) / features.sampleRate;
    this.leadRows = head.lead / encoder.stride;
    this.rightRows = encoder.rightContext;
  }

  /** The next samples of the audio, at the model's rate. */
  accept(samples: Float32Array): void {
    this.loudness.accept(samples);
  }

  /** So many rows more have been decoded: times are told by no sound beyond those, in whatever chunks it comes. */
  advance(rows: number): void {
    this.rows += rows;
  }

  partial(partial: PartialResult): PartialResult {
    return { ...partial, partial_result: this.align(partial.partial_result), ...this.alternatives(partial) };
  }

  /** Of an utterance that ends here. */
  final(final: FinalResult): FinalResult {
    const result = this.align(final.result);
    const aligned = { ...final, result, ...this.alternatives(final) };
    const end = result[result.length - 1]?.end;
    if (end !== undefined) this.spoken = Math.max(this.spoken, blockAfter(end));
    return aligned;
  }

  /** Back to the beginning. */
  reset(): void {
    this.loudness.reset();
    this.rows = 0;
    this.spoken = 0;
  }

  private alternatives({ alternatives }: PartialResult | FinalResult) {
    return alternatives
      ? { alternatives: alternatives.map((one) => ({ ...one, result: this.align(one.result) })) }
      : {};
  }

  private align(words: readonly WordResult[]): WordResult[] {
    const heard = Math.floor((this.rows - this.leadRows + this.rightRows) * this.rowBlocks);
    const known = Math.min(this.loudness.end, heard);
    let before = this.spoken;
    return words.map((word, i) => {
      const next = words[i + 1];
      const aligned = this.place(word, before, next ? blockBefore(next.start) : known, known);
      before = blockAfter(aligned.end);
      return aligned;
    });
  }

  /** The word from the end of the one before, at the earliest, to somewhat behind the start of the next. */
  private place(word: WordResult, before: number, nextStart: number, known: number): WordResult {
    const end = blockBefore(word.end);
    const low = Math.max(before, end - LONGEST_WORD);
    const high = Math.min(known, end + BEHIND, Math.max(end, nextStart));
    // Nothing can be said of sound that is not kept any more or has not come, nor of words that leave each other no room.
    if (low < this.loudness.first || high - low < 2 || end - low < 2) return word;
    const quiet = this.quietIn(low, high);
    const isLoud = (block: number) => this.loudness.at(block) > quiet;
    let last = Math.min(end, high);
    for (let block = high - 1; block >= Math.max(low + 1, end - BEFORE); block--) {
      if (!isLoud(block)) continue;
      // Loud to where the next word may have begun: then the decoder knows better.
      if (block + 1 < high || high === known) last = block + 1;
      break;
    }
    const onset = this.onset(low, last - 1, isLoud);
    const isWhole = last - onset >= SHORTEST_WORD && (onset > low || low === before);
    const first = isWhole ? onset : Math.max(low, Math.min(onset, last - USUAL_WORD));
    return { ...word, start: Math.min(first, last - 1) / PER_SECOND, end: last / PER_SECOND };
  }

  /** The first loud block of those that lead up to `from` with no pause between. */
  private onset(low: number, from: number, isLoud: (block: number) => boolean): number {
    let first = from;
    let quiet = 0;
    for (let block = from; block >= low && quiet <= PAUSE; block--) {
      quiet = isLoud(block) ? 0 : quiet + 1;
      if (quiet === 0) first = block;
    }
    return first;
  }

  /** The level up to which these blocks are quiet. */
  private quietIn(low: number, high: number): number {
    let loudest = 0;
    for (let block = low; block < high; block++) loudest = Math.max(loudest, this.loudness.at(block));
    const from = Math.max(this.loudness.first, Math.min(low, high - FLOOR_BLOCKS));
    const levels = Array.from({ length: high - from }, (_, i) => this.loudness.at(from + i)).sort((a, b) => a - b);
    const floor = levels[Math.floor(FLOOR_SHARE * levels.length)]!;
    return Math.max(loudest - BELOW_LOUDEST, floor + QUIET_SHARE * (loudest - floor));
  }
}

/** The first block that begins no earlier than that. */
const blockAfter = (seconds: number) => Math.ceil(seconds * PER_SECOND - 1e-6);

/** The last block that begins no later than that. */
const blockBefore = (seconds: number) => Math.floor(seconds * PER_SECOND + 1e-6);
