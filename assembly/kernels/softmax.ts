// Softmax and log-softmax of one row.

import { SIMD, loadLanes, max, mul, splat, storeLanes, sub, sum } from "../target";
import { exp, log } from "./elementary";

/** Largest of n values. The order of a maximum does not matter, so the vector body keeps four. */
export function maximum(x: usize, n: i32): f32 {
  let best = load<f32>(x);
  let i = 0;
  if (SIMD) {
    let b = f32x4.splat(best);
    for (; i + 4 <= n; i += 4) b = max<v128>(b, loadLanes<v128>(x + (<usize>i << 2)));
    best = max<f32>(
      max<f32>(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1)),
      max<f32>(f32x4.extract_lane(b, 2), f32x4.extract_lane(b, 3)),
    );
  }
  for (; i < n; i++) best = max<f32>(best, load<f32>(x + (<usize>i << 2)));
  return best;
}

// @ts-ignore: decorator
@inline function expAt<V>(out: usize, x: usize, shift: f32, scale: f32): void {
  storeLanes<V>(out, exp<V>(mul<V>(sub<V>(loadLanes<V>(x), splat<V>(shift)), splat<V>(scale))));
}

/** out[n] = exp((x[n] - shift) * scale); out may be x. */
function exponentials(out: usize, x: usize, shift: f32, scale: f32, n: i32): void {
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) expAt<v128>(out + (<usize>i << 2), x + (<usize>i << 2), shift, scale);
  }
  for (; i < n; i++) expAt<f32>(out + (<usize>i << 2), x + (<usize>i << 2), shift, scale);
}

// @ts-ignore: decorator
@inline function scaleAt<V>(x: usize, scale: f32): void {
  storeLanes<V>(x, mul<V>(loadLanes<V>(x), splat<V>(scale)));
}

/** x[n] = softmax(scale * x[n]), scale > 0. */
export function softmax(x: usize, scale: f32, n: i32): void {
  exponentials(x, x, maximum(x, n), scale, n);
  const inverse: f32 = <f32>1 / sum(x, n);
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) scaleAt<v128>(x + (<usize>i << 2), inverse);
  }
  for (; i < n; i++) scaleAt<f32>(x + (<usize>i << 2), inverse);
}

// @ts-ignore: decorator
@inline function shiftAt<V>(x: usize, shift: f32): void {
  storeLanes<V>(x, sub<V>(loadLanes<V>(x), splat<V>(shift)));
}

/** ln of the sum of e^x over x[n]: what log-softmax subtracts. scratch[n] is overwritten. */
export function logSumExp(x: usize, scratch: usize, n: i32): f32 {
  const top = maximum(x, n);
  exponentials(scratch, x, top, 1, n);
  return top + log<f32>(sum(scratch, n));
}

/** x[n] = log-softmax(x[n]); scratch[n] is overwritten. */
export function logSoftmax(x: usize, scratch: usize, n: i32): void {
  const shift = logSumExp(x, scratch, n);
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) shiftAt<v128>(x + (<usize>i << 2), shift);
  }
  for (; i < n; i++) shiftAt<f32>(x + (<usize>i << 2), shift);
}

/** ln(e^a + e^b) = max(a, b) + logAddTail(|a - b|): ln(1 + e^-distance), distance >= 0, for the sums of a search. */
export function logAddTail(distance: f32): f32 {
  return log<f32>(<f32>1 + exp<f32>(-distance));
}
