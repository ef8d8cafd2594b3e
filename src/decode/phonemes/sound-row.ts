// A row of log-probabilities as the search looks at it: how much less likely each phoneme is than the row's best one. Scores of
// hypotheses are then always how far they are behind hearing phonemes freely, and stay small over hours.

/** How rows are weighed. Found by measurement; a model's header may bring others. */
export interface RowWeights {
  /** Nats taken from the blank, which training makes too sure of itself. */
  readonly blankPenalty: number;
  /** A phoneme is never more than so many nats behind the best: one that is not there may be missed, and not the phrase. */
  readonly floor: number;
}

/** A row in which everything is so far behind the blank changes no hypothesis. */
const CERTAIN = 7;

export class SoundRow {
  /** Nats behind the row's best, 0 or below, by token. */
  readonly behind: Float64Array;
  /** Whether a phoneme is the best, whether it is another than in the row before, and whether there is nothing but silence. */
  isVoiced = false;
  isOnset = false;
  isSilent = false;
  /** Nats by which the model was unsure of its likeliest token. */
  doubt = 0;
  private readonly blank: number;
  private readonly weights: RowWeights;
  private best: number;

  constructor(tokens: number, blank: number, weights: RowWeights) {
    this.behind = new Float64Array(tokens);
    this.blank = blank;
    this.weights = weights;
    this.best = blank;
  }

  /** Reads row `row` of log-probabilities [rows][tokens]. A row that is no distribution, as NaN, counts as silence. */
  read(logProbs: Float32Array, row: number): void {
    const { behind, blank } = this;
    const { blankPenalty, floor } = this.weights;
    const tokens = behind.length;
    const from = row * tokens;
    let best = blank;
    const nothing = logProbs[from + blank]!;
    let most = nothing - blankPenalty;
    if (!(most > Number.NEGATIVE_INFINITY)) most = Number.NEGATIVE_INFINITY;
    let second = Number.NEGATIVE_INFINITY;
    for (let token = 0; token < tokens; token++) {
      if (token === blank) continue;
      const value = logProbs[from + token]!;
      if (value > most) {
        second = most;
        most = value;
        best = token;
      } else if (value > second) second = value;
    }
    if (!(most > Number.NEGATIVE_INFINITY)) {
      this.silence();
      return;
    }
    behind.fill(-floor);
    for (let token = 0; token < tokens; token++) {
      const value = logProbs[from + token]! - (token === blank ? blankPenalty : 0) - most;
      if (value > -floor) behind[token] = value;
    }
    this.doubt = Math.max(0, -Math.max(most, nothing));
    this.isVoiced = best !== blank;
    this.isOnset = this.isVoiced && best !== this.best;
    this.isSilent = !this.isVoiced && second - most < -CERTAIN;
    this.best = best;
  }

  /** A row in which nothing was said. */
  silence(): void {
    this.behind.fill(-this.weights.floor);
    this.behind[this.blank] = 0;
    this.isVoiced = false;
    this.isOnset = false;
    this.isSilent = true;
    this.doubt = 0;
    this.best = this.blank;
  }
}
