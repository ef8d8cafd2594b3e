// One Emformer layer, standard or folded: attention, feed-forward, output norm. Attention and feed-forward each have their
// own fold; the output norm follows the feed-forward and has its width.

import { addToRows } from "../kernels/vector";
import { FeedForward, feedForward } from "./feed-forward";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";
import { Context, SelfAttention, selfAttention } from "./self-attention";

@unmanaged
export class EmformerLayer {
  /** [fold][d / fold], added to every token at the layer's input, or 0 */
  subtokenEmbedding: usize;
  attention: SelfAttention;
  feedForward: FeedForward;
  outputNorm: Norm;
}

/** x[tokens][d], of all streams, becomes the layer's output; `summaries` as in selfAttention. */
export function emformerLayer(l: EmformerLayer, c: Context, s: Scratch, x: usize, summaries: usize): void {
  const tokens = c.tokens;
  if (l.subtokenEmbedding) addToRows(x, l.subtokenEmbedding, tokens, c.width);
  selfAttention(l.attention, c, s, x, summaries);
  feedForward(l.feedForward, s, x, tokens);
  normalise(l.outputNorm, x, x, tokens * l.feedForward.fold);
}
