// What every search by token passing does, whatever its tokens walk through: the tokens of this row and the next, the beam, records
// of steps, and the losers where paths meet. Paths are compared, not summed: scores need no more than sums, so the result is the same
// on every engine. Nothing is allocated in a row but records of steps, which are collected.

import { Losers } from "./losers.ts";
import { NONE, NOTHING, type Paths } from "./paths.ts";
import { Tokens } from "./tokens.ts";
import { Trace } from "./trace.ts";

export interface PassingOptions {
  /** Paths further behind the best than this, in nats, are given up. */
  readonly beam: number;
  /** Tokens kept from row to row. */
  readonly mostTokens: number;
  /** Paths that have met and lost by no more than so many nats are remembered; null: none are. */
  readonly alternativeNats: number | null;
}

/** Tokens that a row may touch before it is pruned; the rest are dropped. */
const CAPACITY = 16384;
/** Records between collections. */
const COLLECT_EVERY = 8192;
/** Steps in which the beam narrows where too many tokens are alive. */
const BINS = 128;

export class TokenPassing {
  readonly trace = new Trace();
  /** The tokens of the last row, and those of the row that is being made. */
  now = new Tokens(CAPACITY);
  next = new Tokens(CAPACITY);
  row = 0;
  /** Of the row that is being made, or of the last one: the best score, and the one below which paths are given up. */
  best = 0;
  limit = NONE;
  private readonly options: PassingOptions;
  private readonly losers: Losers | null;
  private readonly tokenNow = new Int32Array(CAPACITY);
  private readonly bins = new Int32Array(BINS);
  private collectAt = COLLECT_EVERY;

  constructor(options: PassingOptions) {
    this.options = options;
    this.losers = options.alternativeNats === null ? null : new Losers(options.alternativeNats);
  }

  /** Begins with row `row` and a path at rest at a node in a state. */
  restart(row: number, node: number, state: number): void {
    this.row = row;
    this.trace.clear();
    this.collectAt = COLLECT_EVERY;
    this.best = 0;
    this.limit = -this.options.beam;
    this.now.clear();
    const start = this.now.at(node, state);
    this.now.rested.set(start, 0, NOTHING, 0, NOTHING, row, 0);
    this.now.closeTable();
  }

  /** Begins the next row, in which something has a score already. */
  begin(best = NONE): void {
    this.next.count = 0;
    this.best = best;
    this.limit = best - this.options.beam;
  }

  /** Offers a path to those that have spoken a token's phoneme. */
  speak(token: number, score: number, record: number, text: number, step: number, row: number, nats: number): void {
    this.offer(this.next.spoken, false, token, score, record, text, step, row, nats);
  }

  /** Offers a path to those that rest behind a token's phoneme. */
  rest(token: number, score: number, record: number, text: number, row: number, nats: number): void {
    this.offer(this.next.rested, true, token, score, record, text, NOTHING, row, nats);
  }

  private offer(
    paths: Paths,
    isRested: boolean,
    token: number,
    score: number,
    record: number,
    text: number,
    step: number,
    row: number,
    nats: number,
  ): void {
    const other = paths.score[token]!;
    const { losers } = this;
    if (losers && other > NONE && paths.text[token] !== text) {
      const lost = losers.place(token, isRested, Math.abs(score - other));
      if (lost >= 0 && score > other) losers.lost.copy(paths, token, lost);
      else if (lost >= 0) losers.lost.set(lost, score, record, text, step, row, nats);
    }
    if (score <= other) return;
    paths.set(token, score, record, text, step, row, nats);
    this.raise(score);
  }

  raise(score: number): void {
    if (score <= this.best) return;
    this.best = score;
    this.limit = score - this.options.beam;
  }

  /** Ends the row: drops what is out of the beam, and makes records of the steps of what is left. */
  end(): void {
    const { next, trace, tokenNow, row } = this;
    const { spoken, rested } = next;
    const limit = this.narrowed();
    next.closeTable();
    let kept = 0;
    for (let token = 0; token < next.count; token++) {
      if (spoken.score[token]! <= limit) spoken.score[token] = NONE;
      if (rested.score[token]! <= limit) rested.score[token] = NONE;
      if (spoken.score[token] === NONE && rested.score[token] === NONE) {
        tokenNow[token] = NOTHING;
        continue;
      }
      if (spoken.score[token]! > NONE && spoken.step[token] !== NOTHING) {
        spoken.record[token] = trace.addStep(spoken, token, row);
        spoken.step[token] = NOTHING;
        spoken.row[token] = row + 1;
      }
      tokenNow[token] = kept;
      next.move(token, kept++);
    }
    next.count = kept;
    this.losers?.settle(next, tokenNow, trace, row);
    this.row++;
    this.next = this.now;
    this.now = next;
  }

  /** The score below which paths are dropped: the beam's, or a higher one where too many tokens are alive. */
  private narrowed(): number {
    const { next, bins } = this;
    const { beam, mostTokens } = this.options;
    if (next.count <= mostTokens) return this.limit;
    bins.fill(0);
    for (let token = 0; token < next.count; token++) {
      const bin = Math.floor(((this.best - next.score(token)) * BINS) / beam);
      if (bin < BINS) bins[bin]!++;
    }
    let bin = 0;
    for (let count = bins[0]!; count <= mostTokens && bin < BINS - 1; count += bins[bin]!) bin++;
    return this.best - (beam * Math.max(1, bin)) / BINS;
  }

  /** The last record that all paths and the given record share, which is `told` or behind it; null without paths and record. */
  shared(record: number | null, told = NOTHING): number | null {
    const { now, trace } = this;
    let shared = record;
    for (let token = 0; token < now.count && shared !== told; token++) {
      for (const { score, record: last } of [now.spoken, now.rested]) {
        if (score[token] === NONE) continue;
        shared = shared === null ? last[token]! : trace.common(shared, last[token]!);
      }
    }
    return shared;
  }

  /** Gives up all paths that do not lead back to a record. */
  keep(record: number): void {
    const { now, trace } = this;
    let kept = 0;
    for (let token = 0; token < now.count; token++) {
      for (const { score, record: last } of [now.spoken, now.rested]) {
        if (score[token]! > NONE && !trace.leadsTo(last[token]!, record)) score[token] = NONE;
      }
      if (now.score(token) > NONE) now.move(token, kept++);
    }
    now.count = kept;
  }

  /** Forgets records from time to time that nothing leads back to. `more`: records that a search holds itself; they are renumbered. */
  collect(more: Int32Array): void {
    if (this.trace.size <= this.collectAt) return;
    const { count, spoken, rested } = this.now;
    for (const { score, record } of [spoken, rested]) {
      for (let token = 0; token < count; token++) if (score[token] === NONE) record[token] = NOTHING;
    }
    this.trace.collect([spoken.record.subarray(0, count), rested.record.subarray(0, count), more]);
    this.collectAt = this.trace.size + COLLECT_EVERY;
  }
}
