// Predictor and joiner of one stream, for a search. Requests and answers go through windows in the arena.

import type { TransducerPlan } from "./arena-plan.ts";
import type { EngineAccess } from "./exports.ts";
import { checkFinite } from "./finite.ts";
import { Request } from "./layout.ts";
import { writeRecord } from "./records.ts";
import type { Joined, Prediction, TransducerModel } from "./transducer-model.ts";

const REQUEST_WORDS = Request.bytes / 4;

export class EngineTransducer implements TransducerModel {
  readonly blank: number;
  private readonly engine: () => EngineAccess;
  private readonly address: number;
  private readonly requests: Int32Array;
  private readonly answers: readonly Joined[];
  /** All answers' log-probs, one row each. */
  private readonly scores: Float32Array;

  /** `engine` throws once the engine is freed; `address` is the stream's. */
  constructor(engine: () => EngineAccess, plan: TransducerPlan, blank: number, address: number) {
    this.engine = engine;
    this.address = address;
    this.blank = blank;
    const { memory } = engine();
    this.requests = new Int32Array(memory, plan.requests, REQUEST_WORDS * plan.beam);
    this.scores = new Float32Array(memory, plan.scores, plan.beam * (1 + plan.best));
    this.answers = Array.from({ length: plan.beam }, (_, m) => {
      const scores = new Float32Array(memory, plan.scores + 4 * m * (1 + plan.best), 1 + plan.best);
      const tokens = new Int32Array(memory, plan.tokens + 4 * m * plan.best, plan.best);
      return {
        tokens,
        logProbs: scores.subarray(1),
        get blank() {
          return scores[0]!;
        },
      };
    });
  }

  predict(predictions: readonly Prediction[]): void {
    const { exports, model } = this.engine();
    predictions.forEach(({ token, from, to }, m) => {
      writeRecord(this.requests.buffer, this.requests.byteOffset + m * Request.bytes, Request, { token, from, to });
    });
    exports.predictSymbols(model, this.address, predictions.length);
  }

  /** Errors: bad-model for weights that are finite, and what comes of them not. */
  join(row: number, slots: readonly number[]): readonly Joined[] {
    const { exports, model } = this.engine();
    this.requests.set(slots);
    exports.joinRow(model, this.address, row, slots.length);
    checkFinite(this.scores.subarray(0, slots.length * (this.scores.length / this.answers.length)));
    return this.answers.slice(0, slots.length);
  }

  logAddTail(distance: number): number {
    return this.engine().exports.logAddTail(distance);
  }
}
