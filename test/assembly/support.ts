// What the AssemblyScript tests share: seeded numbers, plain arrays of f32 and records outside the garbage-collected heap.

import { QuantizedProduct } from "../../assembly/kernels/quantized-product";

let seed: u32 = 1;

/** Starts the sequence of `random` anew. */
export function reseed(value: u32): void {
  seed = value;
}

/** Uniform in -1 ... 1: a 32-bit linear congruential generator's upper bits. */
export function random(): f32 {
  seed = seed * 1664525 + 1013904223;
  return <f32>(<i32>(seed >> 8) - 0x800000) / <f32>0x800000;
}

/** n values of `random` times scale. */
export function randomFloats(n: i32, scale: f32): usize {
  const x = heap.alloc(<usize>n << 2);
  for (let i = 0; i < n; i++) store<f32>(x + (<usize>i << 2), random() * scale);
  return x;
}

export function at(x: usize, i: i32): f32 {
  return load<f32>(x + (<usize>i << 2));
}

/** Largest |a[i] - b[i]|. */
export function distance(a: usize, b: usize, n: i32): f32 {
  let worst: f32 = 0;
  for (let i = 0; i < n; i++) worst = max(worst, NativeMathf.abs(at(a, i) - at(b, i)));
  return worst;
}

/** Whether n floats are the same bits. */
export function sameBits(a: usize, b: usize, n: i32): bool {
  return memory.compare(a, b, <usize>n << 2) == 0;
}

/** A product without sums of activations; output rows are `stride` bytes apart. */
export function product(
  out: usize,
  stride: usize,
  q: usize,
  scales: usize,
  w: usize,
  ws: usize,
  bias: usize,
  M: i32,
  N: i32,
  K: i32,
): QuantizedProduct {
  const p = changetype<QuantizedProduct>(heap.alloc(offsetof<QuantizedProduct>()));
  p.out = out;
  p.outStride = stride;
  p.q = q;
  p.scales = scales;
  p.sums = 0;
  p.w = w;
  p.weightScales = ws;
  p.bias = bias;
  p.M = M;
  p.N = N;
  p.K = K;
  return p;
}
