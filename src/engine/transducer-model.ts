// The interface of a transducer's predictor and joiner for a search.

/** One state to make: state `from` (-1: the start) extended by a token. */
export interface Prediction {
  readonly token: number;
  readonly from: number;
  readonly to: number;
}

/** Log-probs of a row for one hypothesis: the blank's, and those of the best other tokens, best first. The next call overwrites them. */
export interface Joined {
  readonly blank: number;
  readonly tokens: Int32Array;
  readonly logProbs: Float32Array;
}

/** Predictor and joiner of a stream. States of hypotheses are in numbered slots. */
export interface TransducerModel {
  /** The blank, which is also the token before the first. */
  readonly blank: number;
  /** Makes states. No `to` may be a `from` in the same call. */
  predict(predictions: readonly Prediction[]): void;
  /** Joins a row of the encoder's last output with the states in these slots. */
  join(row: number, slots: readonly number[]): readonly Joined[];
  /** ln(1 + e^-distance): with the same bits everywhere, unlike the host's Math. */
  logAddTail(distance: number): number;
}
