// Search through a transducer with the topology of CTC (Moritz et al., arXiv 2111.01272): a row holds one token or the blank, and a
// token in successive rows, a run, is one. Hypotheses keep the probability of the paths that end in the last token's run apart
// from that of the paths that end in a blank: only behind a blank is the same token another one. A beam of one is greedy.
//
// A hypothesis's state is made once, when it enters the beam; one that stays in the beam keeps its slot.

import type { Joined, Prediction, TransducerModel } from "../../engine/transducer-model.ts";
import { beginsSince, type Hypothesis, sameTokens, startOf, type TransducerSearch } from "./search.ts";

/** Its score is that of all its paths. */
interface Prefix extends Hypothesis {
  /** Log-probability of the paths that end in a blank, and of those that end in the last token's run. */
  readonly rest: number;
  readonly run: number;
}

/** A hypothesis of the beam with a token behind it, which has no state yet. */
interface Candidate {
  readonly prefix: Prefix;
  readonly token: number;
  /** Slot of the hypothesis without the token. */
  readonly from: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

export class TransducerRuns implements TransducerSearch {
  private readonly model: TransducerModel;
  private readonly width: number;
  private beam: readonly Prefix[];

  /** `width` hypotheses; no more than the model has room for. */
  constructor(model: TransducerModel, width: number) {
    this.model = model;
    this.width = width;
    this.beam = [this.start()];
  }

  get hypotheses(): readonly Hypothesis[] {
    return this.beam;
  }

  step(row: number, streamRow: number): void {
    const joined = this.model.join(
      row,
      this.beam.map(({ slot }) => slot),
    );
    const staying = this.beam.map((prefix, i) => this.stay(prefix, joined[i]!));
    const candidates: Candidate[] = [];
    this.beam.forEach((base, i) => {
      for (const candidate of this.extensions(base, joined[i]!, streamRow)) {
        const same = this.beam.findIndex((prefix) => sameTokens(prefix, candidate.prefix));
        if (same < 0) candidates.push(candidate);
        else staying[same] = this.merged(staying[same]!, candidate.prefix);
      }
    });
    const all = [...staying, ...candidates.map(({ prefix }) => prefix)];
    const best = new Set(all.sort((a, b) => b.score - a.score).slice(0, this.width));
    this.makeStates(candidates.filter(({ prefix }) => best.has(prefix)));
    this.beam = [...best];
  }

  restart(): void {
    this.beam = [this.start()];
  }

  forgetBefore(since: number): void {
    const left = this.beam.filter((prefix) => beginsSince(prefix, since));
    const all = left.map(({ score }) => score).reduce((sum, score) => this.logAdd(sum, score));
    this.beam = left.map((prefix) => ({
      ...prefix,
      score: prefix.score - all,
      rest: prefix.rest - all,
      run: prefix.run - all,
    }));
  }

  private start(): Prefix {
    return { ...startOf(this.model), rest: 0, run: NEVER };
  }

  /** The hypothesis after a blank, or another row of its last token. */
  private stay(prefix: Prefix, { blank, tokens, logProbs }: Joined): Prefix {
    const again = prefix.last ? tokens.indexOf(prefix.last.token) : -1;
    const run = again < 0 ? NEVER : prefix.run + logProbs[again]!;
    return this.withRun({ ...prefix, rest: prefix.score + blank }, run);
  }

  /** Two ways to the same tokens; the last one came out where it did in the likelier, which endpoints go by. */
  private merged(staying: Prefix, entering: Prefix): Prefix {
    const last = entering.run > staying.score ? entering.last : staying.last;
    return this.withRun({ ...staying, last }, this.logAdd(staying.run, entering.run));
  }

  /** The hypothesis with each of the likeliest tokens behind it. */
  private extensions(base: Prefix, { tokens, logProbs }: Joined, row: number): Candidate[] {
    return Array.from(tokens, (token, n) => {
      const logProb = logProbs[n]!;
      const run = (token === base.last?.token ? base.rest : base.score) + logProb;
      const last = { token, row, logProb, before: base.last };
      return {
        prefix: { last, count: base.count + 1, score: run, slot: -1, rest: NEVER, run },
        token,
        from: base.slot,
      };
    }).filter(({ prefix }) => prefix.run > NEVER);
  }

  /** Gives the candidates states of their own, in slots that no state of the beam lies in. */
  private makeStates(candidates: readonly Candidate[]): void {
    const used = new Set(this.beam.map(({ slot }) => slot));
    let free = 0;
    const predictions = candidates.map(({ prefix, token, from }): Prediction => {
      while (used.has(free)) free++;
      prefix.slot = free++;
      return { token, from, to: prefix.slot };
    });
    if (predictions.length > 0) this.model.predict(predictions);
  }

  private withRun(prefix: Prefix, run: number): Prefix {
    return { ...prefix, run, score: this.logAdd(prefix.rest, run) };
  }

  private logAdd(a: number, b: number): number {
    const most = Math.max(a, b);
    return Math.abs(a - b) < Number.POSITIVE_INFINITY ? most + this.model.logAddTail(Math.abs(a - b)) : most;
  }
}
