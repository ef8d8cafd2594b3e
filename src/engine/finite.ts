// What the engine computes, looked at before it becomes words.

import { FoldvoxError } from "../errors.ts";

/** Weights may be finite, and what comes of them not: it would become words. Errors: bad-model. */
export function checkFinite(output: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < output.length; i++) sum += 0 * output[i]!;
  if (sum === 0) return;
  throw new FoldvoxError(
    "bad-model",
    "The model's output is not finite: its weights or scales are far too large. The training or the export went wrong.",
  );
}
