// Softmax of rows and log-softmax of one.

import { SIMD } from "../target/build";
import { loadLanes, max, mul, splat, storeLanes, sub } from "../target/lanes";
import { sum } from "../target/sums";
import { exp, exp2, log } from "./elementary";

/** Largest of n values. The order of a maximum does not matter, nor that the last vector takes some values again. */
export function maximum(x: usize, n: i32): f32 {
  if (SIMD && n >= 4) {
    const last = x + (<usize>(n - 4) << 2);
    let b = loadLanes<v128>(last);
    for (; x < last; x += 16) b = max<v128>(b, loadLanes<v128>(x));
    b = max<v128>(b, v128.shuffle<f32>(b, b, 2, 3, 0, 1));
    return max<f32>(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1));
  }
  let best = load<f32>(x);
  for (let i = 1; i < n; i++) best = max<f32>(best, load<f32>(x + (<usize>i << 2)));
  return best;
}

// @ts-ignore: decorator
@inline function shiftAndScaleAt<V>(out: usize, x: usize, shift: f32, scale: f32): void {
  storeLanes<V>(out, mul<V>(sub<V>(loadLanes<V>(x), splat<V>(shift)), splat<V>(scale)));
}

/** out[n] = (x[n] - shift) * scale; out may be x. */
// @ts-ignore: decorator
@inline function shiftAndScale(out: usize, x: usize, shift: f32, scale: f32, n: i32): void {
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) shiftAndScaleAt<v128>(out + (<usize>i << 2), x + (<usize>i << 2), shift, scale);
  }
  for (; i < n; i++) shiftAndScaleAt<f32>(out + (<usize>i << 2), x + (<usize>i << 2), shift, scale);
}

/** x[n] = 2^x[n], for x <= 0. */
function powers(x: usize, n: i32): void {
  const end = x + (<usize>n << 2);
  if (SIMD) {
    for (; x + 16 <= end; x += 16) storeLanes<v128>(x, exp2<v128>(loadLanes<v128>(x)));
  }
  for (; x < end; x += 4) storeLanes<f32>(x, exp2<f32>(loadLanes<f32>(x)));
}

/** e^x is 2^(x * this). */
// @ts-ignore: decorator
@inline const LOG2_E: f32 = 1.4426950408889634;

/**
 * x[M][n] = softmax(scale * x[M][n]) row by row, scale > 0. Powers are computed for all rows at once, because each value of a
 * row's tail would take as long as four.
 */
export function softmax(x: usize, scale: f32, M: i32, n: i32): void {
  const end = x + (<usize>(M * n) << 2);
  for (let row = x; row < end; row += <usize>n << 2) shiftAndScale(row, row, maximum(row, n), scale * LOG2_E, n);
  powers(x, M * n);
  for (let row = x; row < end; row += <usize>n << 2) shiftAndScale(row, row, 0, <f32>1 / sum(row, n), n);
}

/** ln of the sum of e^x over x[n], which log-softmax subtracts. scratch[n] is overwritten. */
export function logSumExp(x: usize, scratch: usize, n: i32): f32 {
  const top = maximum(x, n);
  shiftAndScale(scratch, x, top, LOG2_E, n);
  powers(scratch, n);
  return top + log<f32>(sum(scratch, n));
}

/** x[n] = log-softmax(x[n]); scratch[n] is overwritten. */
export function logSoftmax(x: usize, scratch: usize, n: i32): void {
  shiftAndScale(x, x, logSumExp(x, scratch, n), 1, n);
}

/** ln(e^a + e^b) = max(a, b) + logAddTail(|a - b|): ln(1 + e^-distance), distance >= 0, for the sums of a search. */
export function logAddTail(distance: f32): f32 {
  return log<f32>(<f32>1 + exp<f32>(-distance));
}
