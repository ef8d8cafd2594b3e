// Logistic regression with weights, by Newton's method with a small ridge.

export interface Example {
  readonly figures: readonly number[];
  readonly isRight: boolean;
  readonly weight: number;
}

const RIDGE = 1e-5;
const ROUNDS = 60;
/** A coefficient changes by no more in a round. */
const LONGEST_STEP = 2;

export const sumOf = (figures: readonly number[], weights: readonly number[]) =>
  figures.reduce((sum, figure, i) => sum + figure * weights[i]!, 0);

/** The coefficients. Weights of the examples are shares: they are brought to a mean of 1. */
export function fitLogistic(examples: readonly Example[]): number[] {
  const size = examples[0]!.figures.length;
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const found = new Array<number>(size).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = found.map((value) => RIDGE * value);
    const curvature = found.map((_, i) => found.map((__, j) => (i === j ? RIDGE : 0)));
    for (const { figures, isRight, weight } of examples) {
      const probability = 1 / (1 + Math.exp(-sumOf(figures, found)));
      const share = weight / total;
      const slope = share * (probability - (isRight ? 1 : 0));
      const bend = share * probability * (1 - probability);
      for (let i = 0; i < size; i++) {
        gradient[i]! += slope * figures[i]!;
        for (let j = 0; j < size; j++) curvature[i]![j]! += bend * figures[i]! * figures[j]!;
      }
    }
    const step = solve(curvature, gradient);
    const longest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.min(1, LONGEST_STEP / longest);
    for (let i = 0; i < size; i++) found[i]! -= scale * step[i]!;
    if (longest < 1e-9) break;
  }
  return found;
}

/** Gaussian elimination with pivots; both arguments are used up. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let row = i; row < size; row++) if (Math.abs(matrix[row]![i]!) > Math.abs(matrix[pivot]![i]!)) pivot = row;
    [matrix[i], matrix[pivot]] = [matrix[pivot]!, matrix[i]!];
    [right[i], right[pivot]] = [right[pivot]!, right[i]!];
    for (let row = i + 1; row < size; row++) {
      const factor = matrix[row]![i]! / matrix[i]![i]!;
      for (let column = i; column < size; column++) matrix[row]![column]! -= factor * matrix[i]![column]!;
      right[row]! -= factor * right[i]!;
    }
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let column = i + 1; column < size; column++) right[i]! -= matrix[i]![column]! * right[column]!;
    right[i]! /= matrix[i]![i]!;
  }
  return right;
}
