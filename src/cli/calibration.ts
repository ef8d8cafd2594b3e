// Whether confidences mean what they say.

/** A confidence, and whether what it was about was right. */
export interface Judgement {
  readonly confidence: number;
  readonly isRight: boolean;
}

/**
 * Expected calibration error (Guo et al., arXiv 1706.04599, section 2): judgements in `bins` of equal width by their
 * confidence; the distance between each bin's mean confidence and its share of right ones, weighted by the bin's size.
 * 0 is perfect; null without judgements.
 */
export function expectedCalibrationError(judgements: readonly Judgement[], bins = 10): number | null {
  if (judgements.length === 0) return null;
  const confidence = new Float64Array(bins);
  const right = new Float64Array(bins);
  for (const judgement of judgements) {
    const bin = Math.min(bins - 1, Math.floor(judgement.confidence * bins));
    confidence[bin]! += judgement.confidence;
    if (judgement.isRight) right[bin]!++;
  }
  let error = 0;
  for (let bin = 0; bin < bins; bin++) error += Math.abs(confidence[bin]! - right[bin]!);
  return error / judgements.length;
}

/**
 * Words heard, judged against a reference: a word is right if it stands in a longest common subsequence of the two.
 * `confidences` belong to `heard`.
 */
export function judgeWords(
  reference: readonly string[],
  heard: readonly string[],
  confidences: readonly number[],
): Judgement[] {
  const width = heard.length + 1;
  const longest = new Uint32Array((reference.length + 1) * width);
  for (let i = reference.length - 1; i >= 0; i--) {
    for (let j = heard.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        reference[i] === heard[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const judgements = confidences.map((confidence) => ({ confidence, isRight: false }));
  for (let i = 0, j = 0; i < reference.length && j < heard.length; ) {
    if (reference[i] === heard[j]) {
      judgements[j]!.isRight = true;
      i++;
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return judgements;
}
