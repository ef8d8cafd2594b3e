// Predictor and joiner of a transducer as a search asks for them.

/** One state to make: what `from` (-1: nothing yet) becomes with the token. */
export interface Prediction {
  readonly token: number;
  readonly from: number;
  readonly to: number;
}

/** Log-probs of a row for one hypothesis: the blank's, and the best other tokens, best first. Overwritten by the next call. */
export interface Joined {
  readonly blank: number;
  readonly tokens: Int32Array;
  readonly logProbs: Float32Array;
}

/** Predictor and joiner of a stream. States of hypotheses lie in numbered slots. */
export interface TransducerModel {
  /** The blank, which is also the token before the first. */
  readonly blank: number;
  /** Makes states; no `to` may be a `from` of the same call. */
  predict(predictions: readonly Prediction[]): void;
  /** Joins a row of the encoder's last output with the states in these slots. */
  join(row: number, slots: readonly number[]): readonly Joined[];
  /** ln(1 + e^-distance): with the same bits everywhere, unlike the host's mathematics. */
  logAddTail(distance: number): number;
}
