// One Emformer layer, standard or folded: attention, feed-forward, output norm. Attention and feed-forward each have their
// own fold; the output norm follows the feed-forward and has its width.

import { addToRows } from "../kernels/vector";
import { FeedForward, feedForward } from "./feed-forward";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";
import { SelfAttention, selfAttention } from "./self-attention";
import { StepBatch } from "./step-batch";

@unmanaged
export class EmformerLayer {
  /** [fold][d / fold], added to every token at the layer's input, or 0 */
  subtokenEmbedding: usize;
  attention: SelfAttention;
  feedForward: FeedForward;
  outputNorm: Norm;
}

/** x[tokens][d], of all streams, becomes the layer's output; `summaries` as in selfAttention. */
export function emformerLayer(l: EmformerLayer, b: StepBatch, s: Scratch, x: usize, summaries: usize): void {
  const tokens = b.tokens;
  if (l.subtokenEmbedding) addToRows(x, l.subtokenEmbedding, tokens, b.width);
  selfAttention(l.attention, b, s, x, summaries);
  feedForward(l.feedForward, s, x, tokens);
  normalise(l.outputNorm, x, x, tokens * l.feedForward.fold);
}
