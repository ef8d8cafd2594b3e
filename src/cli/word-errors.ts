// Word errors, and intervals by bootstrap over speakers.

/** Fewest insertions, deletions and substitutions that turn one word list into the other (Levenshtein). */
export function wordErrors(reference: readonly string[], hypothesis: readonly string[]): number {
  let row = Array.from({ length: hypothesis.length + 1 }, (_, j) => j);
  reference.forEach((word, i) => {
    const next = [i + 1];
    hypothesis.forEach((heard, j) => {
      next.push(Math.min(row[j]! + (word === heard ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    });
    row = next;
  });
  return row.at(-1)!;
}

/** A seeded generator (Mulberry32) of values in 0 ... 1, so that an interval is the same every time. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ROUNDS = 2000;

/**
 * 95 % interval of sum(numerator) / sum(denominator) over groups (speakers) drawn with replacement; null with fewer than two
 * groups, which say nothing of how much speakers differ.
 */
export function bootstrapInterval(
  groups: readonly { readonly numerator: number; readonly denominator: number }[],
): [number, number] | null {
  if (groups.length < 2) return null;
  const random = generator(1);
  const ratios = Array.from({ length: ROUNDS }, () => {
    let numerator = 0;
    let denominator = 0;
    for (let i = 0; i < groups.length; i++) {
      const group = groups[Math.floor(random() * groups.length)]!;
      numerator += group.numerator;
      denominator += group.denominator;
    }
    return numerator / Math.max(denominator, 1e-9);
  }).sort((a, b) => a - b);
  return [ratios[Math.floor(ROUNDS * 0.025)]!, ratios[Math.ceil(ROUNDS * 0.975) - 1]!];
}

/** The value below which a share of the sorted values lies; null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
