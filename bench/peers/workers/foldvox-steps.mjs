// A recognizer over many steps. It encodes whole inputs, step by step as a stream does, so a step's time is that of an input of many
// steps divided by their number; the first ones, whose left context still fills, take a little less.

import { timed } from "./steps.mjs";

export class FoldvoxSteps {
  constructor(recognizer, steps) {
    this.recognizer = recognizer;
    this.steps = steps;
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
    const input = new Float32Array(count * advance * mels);
    for (let at = 0; at < input.length; at += features.length) {
      input.set(features.subarray(0, input.length - at), at);
    }
    return timed(() => this.recognizer.encode({ features: input }));
  }
}
