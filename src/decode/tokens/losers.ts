// Where two paths met in a row, so that one of them had to give way: kept until the row has been pruned, when the loser becomes
// an alternative of the winner's record.

import { NONE, NOTHING, Paths } from "./paths.ts";
import type { Tokens } from "./tokens.ts";
import type { Trace } from "./trace.ts";

/** Meetings of one row; more are not kept. */
const MOST = 4096;

export class Losers {
  private count = 0;
  private readonly most: number;
  private readonly paths = new Paths(MOST);
  private readonly token = new Int32Array(MOST);
  private readonly isRested = new Uint8Array(MOST);

  /** A path further behind than `most`, in nats, is no alternative. */
  constructor(most: number) {
    this.most = most;
  }

  /** A place for the path that lost at `token`, by so many nats, to one at rest or to one just spoken; NOTHING if it is not kept. */
  place(token: number, isRested: boolean, behind: number): number {
    if (behind > this.most || this.count === MOST) return NOTHING;
    const i = this.count++;
    this.token[i] = token;
    this.isRested[i] = isRested ? 1 : 0;
    return i;
  }

  /** What has lost. */
  get lost(): Paths {
    return this.paths;
  }

  /** Writes the losers down as alternatives of those who are left. `tokenNow` says where a token is after pruning, or NOTHING. */
  settle(tokens: Tokens, tokenNow: Int32Array, trace: Trace, row: number): void {
    const { paths } = this;
    for (let i = 0; i < this.count; i++) {
      const token = tokenNow[this.token[i]!]!;
      if (token < 0) continue;
      const winners = this.isRested[i] === 1 ? tokens.rested : tokens.spoken;
      const winner = winners.record[token]!;
      const behind = winners.score[token]! - paths.score[i]!;
      // The winner may have lost in its turn to one with the loser's text, or have been pruned.
      if (winners.score[token] === NONE || winner < 0 || behind > this.most) continue;
      if (trace.text[winner] === paths.text[i]) continue;
      const lost = paths.step[i] === NOTHING ? paths.record[i]! : trace.addStep(paths, i, row);
      if (lost >= 0 && lost !== winner) trace.addAlternative(winner, lost, Math.max(0, behind));
    }
    this.count = 0;
  }
}
