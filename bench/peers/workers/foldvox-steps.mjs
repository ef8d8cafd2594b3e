// A recognizer over many steps. It encodes whole inputs, step by step as a stream does, so a step's time is that of an input of many
// steps divided by their number; the first ones, whose left context still fills, take a little less.

import { timed } from "./steps.mjs";

export class FoldvoxSteps {
  constructor(recognizer, steps) {
    this.recognizer = recognizer;
    this.steps = steps;
    this.input = new Float32Array(0);
  }

  first() {
    const { features, frames, mels } = this.steps;
    this.recognizer.encode({ features: features.subarray(0, frames * mels) });
  }

  check() {
    const { features, warm, steps, output } = this.steps;
    const rows = this.recognizer.encode({ features }).output;
    return rows.subarray(warm * output, (warm + steps) * output);
  }

  run(count) {
    const { features, advance, mels } = this.steps;
    const length = count * advance * mels;
    // One for all rounds: what a stream never holds must not count as memory of ours round after round.
    if (this.input.length !== length) {
      this.input = new Float32Array(length);
      for (let at = 0; at < length; at += features.length) this.input.set(features.subarray(0, length - at), at);
    }
    return timed(() => this.recognizer.encode({ features: this.input }));
  }
}
