// Sizes of a step that several regions of the arena share.

import type { ModelConfig } from "../model/config.ts";
import { WINDOW } from "./layout.ts";

export class Sizes {
  /** Hypotheses of a transducer's search; 0 where the model has none. */
  readonly beam: number;
  /** Frames of a first step and of the last, which may hold those that only the end of the input completes. */
  readonly firstFrames: number;
  readonly lastFrames: number;
  readonly stepFrames: number;
  /** Frames that neighbouring tokens share: those before a token's own `stride`, and those behind. */
  readonly framesBefore: number;
  readonly framesBehind: number;
  /** Tokens of a step: segment and right context; rows adds the memory bank and the summary. */
  readonly tokens: number;
  readonly rows: number;

  constructor(config: ModelConfig, beam: number) {
    this.beam = config.predictor ? beam : 0;
    const { segment, rightContext, memory, stride, inputKernel = stride } = config.encoder;
    this.framesBefore = Math.ceil((inputKernel - stride) / 2);
    this.framesBehind = inputKernel - stride - this.framesBefore;
    this.tokens = segment + rightContext;
    this.rows = this.tokens + memory + 1;
    this.stepFrames = segment * stride;
    this.firstFrames = this.tokens * stride + this.framesBehind;
    // The half window reflected at the end completes frames that were still waiting for it.
    this.lastFrames = this.firstFrames + Math.floor(WINDOW / 2 / config.features.hopSamples) + 1;
  }
}
