// Greedy transducer decoding: in every row the best token, again and again, until the blank is better.

import type { TransducerModel } from "../../engine/transducer-model.ts";
import { type Hypothesis, MAX_SYMBOLS_PER_ROW, startOf, type TransducerSearch } from "./search.ts";

export class TransducerGreedy implements TransducerSearch {
  private readonly model: TransducerModel;
  private best: Hypothesis;

  constructor(model: TransducerModel) {
    this.model = model;
    this.best = startOf(model);
  }

  get hypotheses(): readonly Hypothesis[] {
    return [this.best];
  }

  step(row: number, streamRow: number): void {
    const { model } = this;
    for (let symbols = 0; ; symbols++) {
      const { last, count, score, slot } = this.best;
      const { blank, tokens, logProbs } = model.join(row, [slot])[0]!;
      const token = tokens[0]!;
      const logProb = logProbs[0]!;
      if (symbols === MAX_SYMBOLS_PER_ROW || !(logProb > blank)) {
        this.best = { last, count, score: score + blank, slot };
        return;
      }
      const to = slot === 0 ? 1 : 0;
      model.predict([{ token, from: slot, to }]);
      const emitted = { token, row: streamRow, logProb, before: last };
      this.best = { last: emitted, count: count + 1, score: score + logProb, slot: to };
    }
  }

  restart(): void {
    this.best = startOf(this.model);
  }

  forgetBefore(): void {
    this.best = { ...this.best, score: 0 };
  }
}
