// The k largest of many values, for a search over a row of scores.

import { SIMD } from "../target/build";

/** Inserts (value, index) into the k sorted pairs and drops the smallest. Equal values stay in order. */
function insert(values: usize, indices: usize, k: i32, value: f32, index: i32): void {
  let at = <usize>(k - 1) << 2;
  for (; at > 0 && load<f32>(values + at - 4) < value; at -= 4) {
    store<f32>(values + at, load<f32>(values + at - 4));
    store<i32>(indices + at, load<i32>(indices + at - 4));
  }
  store<f32>(values + at, value);
  store<i32>(indices + at, index);
}

/**
 * values[k], i32 indices[k]: the k largest of x[n] and their indices, best first, and among equals the lower index first;
 * k <= n. Most values are below the k-th best so far, so the vector body compares four at once with it.
 */
export function topK(values: usize, indices: usize, x: usize, n: i32, k: i32): void {
  const smallest = values + (<usize>(k - 1) << 2);
  for (let i = 0; i < k; i++) {
    store<f32>(values + (<usize>i << 2), -f32.MAX_VALUE);
    store<i32>(indices + (<usize>i << 2), i);
  }
  for (let i = 0; i < n; ) {
    if (SIMD) {
      if (i + 4 <= n) {
        const above = f32x4.gt(v128.load(x + (<usize>i << 2)), v128.load32_splat(smallest));
        if (!v128.any_true(above)) {
          i += 4;
          continue;
        }
      }
    }
    for (const end = min(i + 4, n); i < end; i++) {
      const value = load<f32>(x + (<usize>i << 2));
      if (value > load<f32>(smallest)) insert(values, indices, k, value, i);
    }
  }
}
