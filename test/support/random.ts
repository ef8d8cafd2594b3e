// Seeded numbers.

import { generator } from "../../src/cli/word-errors.ts";

export { generator };

/** Uniform in -scale ... scale. */
export function randomFloats(count: number, seed: number, scale = 1): Float32Array {
  const random = generator(seed);
  return Float32Array.from({ length: count }, () => (2 * random() - 1) * scale);
}
