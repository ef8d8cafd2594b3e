// Beam search through a transducer as torchaudio's RNNTBeamSearch does it since release 2.1, the whole beam carried from
// chunk to chunk; the idea is that of Graves (arXiv 1211.3711), with one row's expansions in breadth.
//
// Within a row a hypothesis is open while it may still say something there, and at rest once it has taken a blank. Sequences
// of equal tokens are one hypothesis, their probabilities added. Open ones are compared by score alone; what goes on to the
// next row is chosen by score / (tokens + 2), which counts the blank at the start, as torchaudio does.
//
// A state is made once for each sequence of tokens: a hypothesis at rest shares its slot with the open one it came from. Only
// the best of those at rest keep theirs. That loses nothing: within a row scores at rest only grow, so one that is not among
// the best any more can come back only by merging with an open one, which brings its state along.

import type { Joined, Prediction, TransducerModel } from "../../engine/transducer-model.ts";
import {
  beginsSince,
  type Hypothesis,
  MAX_SYMBOLS_PER_ROW,
  sameTokens,
  startOf,
  type TransducerSearch,
} from "./search.ts";

/** A token that an open hypothesis may take. */
interface Candidate {
  readonly base: Hypothesis;
  readonly token: number;
  readonly logProb: number;
  readonly score: number;
}

const normalised = ({ score, count }: Hypothesis) => score / (count + 2);

export class TransducerBeam implements TransducerSearch {
  private readonly model: TransducerModel;
  private readonly width: number;
  private beam: Hypothesis[];

  /** `width` hypotheses; no more than the model has room for. */
  constructor(model: TransducerModel, width: number) {
    this.model = model;
    this.width = width;
    this.beam = [startOf(model)];
  }

  get hypotheses(): readonly Hypothesis[] {
    return this.beam;
  }

  step(row: number, streamRow: number): void {
    const resting: Hypothesis[] = [];
    let open = this.beam;
    for (let symbols = 0; open.length > 0; symbols++) {
      const joined = this.model.join(
        row,
        open.map(({ slot }) => slot),
      );
      open.forEach((hypothesis, i) => {
        this.rest(resting, hypothesis, joined[i]!.blank);
      });
      if (symbols === MAX_SYMBOLS_PER_ROW) break;
      open = this.extend(this.candidates(resting, open, joined), resting, streamRow);
    }
    this.beam = this.bestOf(resting);
  }

  restart(): void {
    this.beam = [startOf(this.model)];
  }

  forgetBefore(since: number): void {
    const left = this.beam.filter((hypothesis) => beginsSince(hypothesis, since));
    const all = left.map(({ score }) => score).reduce((sum, score) => this.logAdd(sum, score));
    this.beam = left.map((hypothesis) => ({ ...hypothesis, score: hypothesis.score - all }));
  }

  /** The hypothesis takes a blank and joins those at rest, in the place of one with the same tokens. */
  private rest(resting: Hypothesis[], open: Hypothesis, blank: number): void {
    const score = open.score + blank;
    const same = resting.findIndex((hypothesis) => sameTokens(hypothesis, open));
    if (same < 0) resting.push({ ...open, score });
    else resting[same] = { ...open, score: this.logAdd(resting[same]!.score, score) };
  }

  /** The likeliest tokens of all open hypotheses, of those that beat the worst of a full beam at rest. */
  private candidates(
    resting: readonly Hypothesis[],
    open: readonly Hypothesis[],
    joined: readonly Joined[],
  ): Candidate[] {
    const scores = resting.map(({ score }) => score).sort((a, b) => b - a);
    const least = scores[this.width - 1] ?? Number.NEGATIVE_INFINITY;
    const candidates: Candidate[] = [];
    open.forEach((base, i) => {
      const { tokens, logProbs } = joined[i]!;
      for (let n = 0; n < tokens.length; n++) {
        const logProb = logProbs[n]!;
        const score = base.score + logProb;
        if (!(score > least)) break;
        candidates.push({ base, token: tokens[n]!, logProb, score });
      }
    });
    return candidates.sort((a, b) => b.score - a.score).slice(0, this.width);
  }

  /** Makes hypotheses of candidates, and the states that are not there yet. */
  private extend(candidates: readonly Candidate[], resting: readonly Hypothesis[], row: number): Hypothesis[] {
    if (candidates.length === 0) return [];
    const kept = this.giveUpStates(resting);
    const used = new Set([...kept, ...candidates.map(({ base }) => base)].map(({ slot }) => slot));
    const predictions: Prediction[] = [];
    let free = 0;
    const extended = candidates.map(({ base, token, logProb, score }) => {
      const last = { token, row, logProb, before: base.last };
      const hypothesis: Hypothesis = { last, count: base.count + 1, score, slot: -1 };
      const same = kept.find((other) => sameTokens(other, hypothesis));
      if (same) {
        hypothesis.slot = same.slot;
      } else {
        while (used.has(free)) free++;
        hypothesis.slot = free++;
        predictions.push({ token, from: base.slot, to: hypothesis.slot });
      }
      return hypothesis;
    });
    if (predictions.length > 0) this.model.predict(predictions);
    return extended;
  }

  /** Those at rest that keep their states: the ones that would go on to the next row now. */
  private giveUpStates(resting: readonly Hypothesis[]): Hypothesis[] {
    const kept = this.bestOf(resting);
    const keeping = new Set(kept);
    for (const hypothesis of resting) if (!keeping.has(hypothesis)) hypothesis.slot = -1;
    return kept;
  }

  private bestOf(hypotheses: readonly Hypothesis[]): Hypothesis[] {
    return [...hypotheses].sort((a, b) => normalised(b) - normalised(a)).slice(0, this.width);
  }

  private logAdd(a: number, b: number): number {
    return Math.max(a, b) + this.model.logAddTail(Math.abs(a - b));
  }
}
