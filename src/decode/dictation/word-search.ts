// The search for words in rows of phonemes: tokens walk a tree of words, utterance by utterance. The result is the same however the
// audio is cut.

import type { SoundRow } from "../phonemes/sound-row.ts";
import { NOTHING } from "../tokens/paths.ts";
import { TokenPassing } from "../tokens/token-passing.ts";
import { TIE, type WalkedWords, WordWalk } from "./word-walk.ts";

export interface WordSearchOptions {
  readonly words: WalkedWords;
  readonly blank: number;
  /** Hypotheses further behind the best than this, in nats, are given up. */
  readonly beam: number;
  /** Tokens kept from row to row. */
  readonly mostTokens: number;
  /** Whether hypotheses that have met and lost are remembered. */
  readonly keepsAlternatives: boolean;
}

/** A hypothesis: its score, the record of its last whole word, and whether it is not in the middle of another. */
export interface Hypothesis {
  readonly score: number;
  readonly record: number;
  readonly isWhole: boolean;
}

/** Alternatives further behind than this, in nats, are not remembered. */
const ALTERNATIVE_NATS = 8;
const ROOT = 0;

export class WordSearch {
  private readonly options: WordSearchOptions;
  private readonly passing: TokenPassing;
  private readonly walk: WordWalk;
  /** The record behind which the utterance begins: what is before it has been told. */
  private told = NOTHING;
  /** The last record that all hypotheses are known to share. */
  private settled = NOTHING;
  private isResting = false;

  constructor(options: WordSearchOptions) {
    this.options = options;
    const { words, blank, beam, mostTokens, keepsAlternatives } = options;
    this.passing = new TokenPassing({ beam, mostTokens, alternativeNats: keepsAlternatives ? ALTERNATIVE_NATS : null });
    this.walk = new WordWalk(words, this.passing, blank, 0);
    this.restart(0);
  }

  /** Begins anew, with row `row`. */
  restart(row: number): void {
    this.passing.restart(row, ROOT, this.options.words.scorer.start);
    this.told = NOTHING;
    this.settled = NOTHING;
    this.isResting = false;
  }

  /** Where hypotheses come from. */
  get trace() {
    return this.passing.trace;
  }

  /** Tokens alive. */
  get active(): number {
    return this.passing.now.count;
  }

  /** The word of a record. */
  wordOf(record: number): number {
    return this.walk.wordOf(record);
  }

  /** How many phonemes the word of a record has. */
  soundsOf(record: number): number {
    return this.walk.soundsOf(record);
  }

  /** Takes the next row. */
  accept(sounds: SoundRow): void {
    const { passing } = this;
    // What follows the first certain blank changes nothing any more.
    if (sounds.isSilent && this.isResting) {
      passing.row++;
      return;
    }
    passing.begin();
    const { now, next } = passing;
    for (let token = 0; token < now.count; token++) this.walk.pass(token, ROOT, sounds);
    const count = next.count;
    for (let token = 0; token < count; token++) this.walk.endWords(token, ROOT);
    passing.end();
    if (this.options.keepsAlternatives) this.meet();
    this.isResting = sounds.isSilent;
    const own = Int32Array.of(this.told, this.settled);
    passing.collect(own);
    this.told = own[0]!;
    this.settled = own[1]!;
  }

  /** The best hypothesis, be its last word whole or not. */
  leader(): Hypothesis {
    const { now } = this.passing;
    let [leader, most] = [0, Number.NEGATIVE_INFINITY];
    for (let token = 0; token < now.count; token++) {
      const score = now.score(token) + (now.node[token] === ROOT ? TIE : 0);
      if (score > most) [leader, most] = [token, score];
    }
    return this.hypothesis(leader, 0);
  }

  /** Hypotheses of whole words as whole utterances, the best first. */
  ends(): Hypothesis[] {
    const { now } = this.passing;
    const { scorer } = this.options.words;
    const ends: Hypothesis[] = [];
    for (let token = 0; token < now.count; token++) {
      if (now.node[token] === ROOT) ends.push(this.hypothesis(token, scorer.end(now.state[token]!)));
    }
    return ends.sort((a, b) => b.score - a.score);
  }

  private hypothesis(token: number, more: number): Hypothesis {
    const { now } = this.passing;
    const { score, record } = now.better(token);
    return { score: score[token]! + more, record: record[token]!, isWhole: now.node[token] === ROOT };
  }

  /** The record behind which the utterance begins; NOTHING at the stream's start. */
  get toldRecord(): number {
    return this.told;
  }

  /** The record up to which all hypotheses were the same when settle() was last called. */
  get settledRecord(): number {
    return this.settled;
  }

  /** Records that all hypotheses share now, and did not when this was last called. */
  settle(): number[] {
    const shared = this.passing.shared(null, this.settled) ?? this.settled;
    const records = this.trace.recordsTo(shared, this.settled);
    this.settled = shared;
    return records;
  }

  /** Records up to one, behind those that are settled. */
  recordsTo(record: number): number[] {
    return this.trace.recordsTo(record, this.settled);
  }

  /** Ends the utterance with a record: hypotheses that say something else up to there are given up, the others go on. */
  tell(record: number): void {
    this.passing.keep(record);
    this.told = record;
    this.settled = record;
  }

  /**
   * Two hypotheses of other words may stand at the root in the same state, one just spoken and one at rest: the worse one is an
   * alternative of the better.
   */
  private meet(): void {
    const { now, trace, row } = this.passing;
    const { spoken, rested } = now;
    for (let token = 0; token < now.count; token++) {
      const apart = spoken.score[token]! - rested.score[token]!;
      if (now.node[token] !== ROOT || !(Math.abs(apart) <= ALTERNATIVE_NATS)) continue;
      const [said, before] = [spoken.record[token]!, rested.record[token]!];
      // Only what has been spoken in this row is new.
      if (said < 0 || before < 0 || trace.madeRow[said] !== row - 1 || trace.text[said] === trace.text[before])
        continue;
      if (apart > 0) trace.addAlternative(said, before, apart);
      else trace.addAlternative(before, said, -apart);
    }
  }
}
