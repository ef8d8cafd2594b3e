// The element-wise part of an LSTM cell (Hochreiter & Schmidhuber 1997), in two halves, because a layer-normalised cell
// normalises its state between them.

import { SIMD } from "../target/build";
import { add, loadLanes, mul, splat, storeLanes } from "../target/lanes";
import { gated, tanh } from "./elementary";

// @ts-ignore: decorator
@inline function sigmoid<V>(x: V): V {
  return gated<V>(splat<V>(1), x);
}

/** `row` bytes lie between the gates of one element. */
// @ts-ignore: decorator
@inline function cellAt<V>(cell: usize, gates: usize, row: usize): void {
  const input = mul<V>(sigmoid<V>(loadLanes<V>(gates)), tanh<V>(loadLanes<V>(gates + 2 * row)));
  const kept = mul<V>(sigmoid<V>(loadLanes<V>(gates + row)), loadLanes<V>(cell));
  storeLanes<V>(cell, add<V>(kept, input));
}

// @ts-ignore: decorator
@inline function hiddenAt<V>(hidden: usize, outputGate: usize, cell: usize): void {
  storeLanes<V>(hidden, mul<V>(sigmoid<V>(loadLanes<V>(outputGate)), tanh<V>(loadLanes<V>(cell))));
}

/** cell[n] = sigmoid(f) cell + sigmoid(i) tanh(g), with gates[4][n] = i, f, g, o. */
export function lstmCell(cell: usize, gates: usize, n: i32): void {
  const row = <usize>n << 2;
  let o: usize = 0;
  if (SIMD) {
    for (const end = <usize>(n & ~3) << 2; o < end; o += 16) cellAt<v128>(cell + o, gates + o, row);
  }
  for (; o < row; o += 4) cellAt<f32>(cell + o, gates + o, row);
}

/** hidden[n] = sigmoid(o) tanh(cell[n]), with gates as above. */
export function lstmHidden(hidden: usize, gates: usize, cell: usize, n: i32): void {
  const row = <usize>n << 2;
  const outputGate = gates + 3 * row;
  let o: usize = 0;
  if (SIMD) {
    for (const end = <usize>(n & ~3) << 2; o < end; o += 16) hiddenAt<v128>(hidden + o, outputGate + o, cell + o);
  }
  for (; o < row; o += 4) hiddenAt<f32>(hidden + o, outputGate + o, cell + o);
}
