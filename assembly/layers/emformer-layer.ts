// One Emformer layer, standard or folded: attention, feed-forward, output norm. Attention and feed-forward each have their
// own fold; the output norm follows the feed-forward and has its width. A layer may be a Conformer's too (Gulati et al., arXiv
// 2005.08100): with a feed-forward before attention, and a convolution over tokens behind it.

import { addToRows } from "../kernels/vector";
import { Convolution, convolution } from "./convolution";
import { FeedForward, feedForward } from "./feed-forward";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";
import { SelfAttention, selfAttention } from "./self-attention";
import { Step } from "./step";

@unmanaged
export class EmformerLayer {
  /** [fold][d / fold], added to every token at the layer's input, or 0 */
  subtokenEmbedding: usize;
  firstFeedForward: FeedForward | null;
  attention: SelfAttention;
  convolution: Convolution | null;
  feedForward: FeedForward;
  outputNorm: Norm;
}

/** x[tokens][d] becomes the layer's output; `summary` as in selfAttention. */
export function emformerLayer(l: EmformerLayer, b: Step, s: Scratch, x: usize, summary: usize): void {
  const tokens = b.tokens;
  if (l.subtokenEmbedding) addToRows(x, l.subtokenEmbedding, tokens, b.width);
  const first = l.firstFeedForward;
  if (first) feedForward(first, s, x, tokens);
  selfAttention(l.attention, b, s, x, summary);
  const filters = l.convolution;
  if (filters) convolution(filters, b, s, x);
  feedForward(l.feedForward, s, x, tokens);
  normalise(l.outputNorm, x, x, tokens * l.feedForward.fold);
}
