// Where two hypotheses met in a row, so that one of them had to give way: kept until the row has been pruned, when the loser
// becomes an alternative of the winner's record.

import type { Tokens } from "./tokens.ts";
import type { Trace } from "./trace.ts";

/** Meetings of one row; more are not kept. */
const MOST = 4096;
/** A hypothesis further behind than this in nats is no alternative. */
const ALTERNATIVE_NATS = 12;

/** A hypothesis that has given way. */
export interface Loser {
  readonly score: number;
  /** Its last record; of a new one the record before. */
  readonly record: number;
  readonly isNew: boolean;
  readonly end: number;
  readonly scoreBefore: number;
  readonly history: number;
}

export class Meetings {
  private count = 0;
  private readonly slot = new Int32Array(MOST);
  private readonly isRested = new Uint8Array(MOST);
  private readonly score = new Float64Array(MOST);
  private readonly record = new Int32Array(MOST);
  private readonly isNew = new Uint8Array(MOST);
  private readonly end = new Int32Array(MOST);
  private readonly scoreBefore = new Float64Array(MOST);
  private readonly history = new Int32Array(MOST);

  clear(): void {
    this.count = 0;
  }

  /** Someone lost in `slot`, in the column of those at rest or of those who have spoken. Nothing is kept of who is far behind. */
  add(
    slot: number,
    isRested: boolean,
    behind: number,
    score: number,
    record: number,
    isNew: number,
    end: number,
    scoreBefore: number,
    history: number,
  ): void {
    if (behind > ALTERNATIVE_NATS || this.count === MOST) return;
    const i = this.count++;
    this.slot[i] = slot;
    this.isRested[i] = isRested ? 1 : 0;
    this.score[i] = score;
    this.record[i] = record;
    this.isNew[i] = isNew;
    this.end[i] = end;
    this.scoreBefore[i] = scoreBefore;
    this.history[i] = history;
  }

  /** Writes the losers down as alternatives of those who are left. `slotNow` says where a slot's tokens are now, or -1. */
  settle(tokens: Tokens, slotNow: Int32Array, trace: Trace, row: number): void {
    for (let i = 0; i < this.count; i++) {
      const slot = slotNow[this.slot[i]!]!;
      if (slot < 0) continue;
      const isRested = this.isRested[i] === 1;
      const winner = isRested ? tokens.restedRecord[slot]! : tokens.spokenRecord[slot]!;
      const score = isRested ? tokens.rested[slot]! : tokens.spoken[slot]!;
      const behind = score - this.score[i]!;
      // The winner may have lost in its turn to one with the loser's phonemes, or have been pruned.
      if (winner < 0 || !(behind <= ALTERNATIVE_NATS) || trace.history[winner] === this.history[i]) continue;
      let record = this.record[i]!;
      if (this.isNew[i] === 1) {
        record = trace.add(record, tokens.node[slot]!, row, this.end[i]!, this.scoreBefore[i]!, this.history[i]!);
      }
      if (record >= 0 && record !== winner) trace.addAlternative(winner, record, Math.max(0, behind));
    }
    this.count = 0;
  }
}
