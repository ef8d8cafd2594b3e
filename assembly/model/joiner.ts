// The transducer's joiner: log-probs of the tokens for one encoder vector and each of several histories. It is torchaudio's _Joiner,
// then log-softmax, then the choice of the best tokens, so the host never reads the thousands of log-probs of a row.

import { activate, Activation } from "../kernels/activation";
import { logSumExp } from "../kernels/softmax";
import { topK } from "../kernels/top-k";
import { addVectors } from "../kernels/vector";
import { Linear, linear } from "../layers/linear";
import { Scratch } from "../layers/scratch";
import { Predictor, predicted } from "./predictor";

@unmanaged
export class Joiner {
  /** [tokens, outputDim] */
  linear: Linear;
  blank: i32;
  /** How many of the best tokens a row's result holds */
  best: i32;
  scratch: Scratch;
  /** Scratch, f32: [M][outputDim], [M][tokens] and [tokens] */
  joined: usize;
  logits: usize;
  exponentials: usize;
}

/** Turns a row of logits into its result: scores[1 + best], the blank's log-prob first, and tokens[best]. */
function bestOf(j: Joiner, logits: usize, scores: usize, tokens: usize): void {
  const shift = logSumExp(logits, j.exponentials, j.linear.outputs);
  const blank = logits + (<usize>j.blank << 2);
  store<f32>(scores, load<f32>(blank) - shift);
  store<f32>(blank, -f32.MAX_VALUE);
  topK(scores + 4, tokens, logits, j.linear.outputs, j.best);
  for (let i = 1; i <= j.best; i++) {
    const score = scores + (<usize>i << 2);
    store<f32>(score, load<f32>(score) - shift);
  }
}

/**
 * Joins encoded[outputDim] with the predictor's outputs in the M slots that i32 requests[M] names. Writes f32 scores[M][1 + best]: the
 * blank's log-prob, then those of the best other tokens; and i32 tokens[M][best]: those tokens.
 */
export function join(
  j: Joiner,
  p: Predictor,
  slots: usize,
  encoded: usize,
  requests: usize,
  scores: usize,
  tokens: usize,
  M: i32,
): void {
  const width = j.linear.inputs;
  for (let m = 0; m < M; m++) {
    const slot = load<i32>(requests + (<usize>m << 2));
    addVectors(j.joined + (<usize>(m * width) << 2), encoded, predicted(p, slots, slot), width);
  }
  activate(Activation.RELU, j.joined, M * width);
  linear(j.linear, j.scratch, j.logits, j.joined, M);
  for (let m = 0; m < M; m++) {
    const logits = j.logits + (<usize>(m * j.linear.outputs) << 2);
    bestOf(j, logits, scores + (<usize>(m * (1 + j.best)) << 2), tokens + (<usize>(m * j.best) << 2));
  }
}
