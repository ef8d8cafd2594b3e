// exp, log, tanh and the normal distribution of one value: assembly/kernels/elementary.ts, step by step.

import { ROUND } from "./views.ts";

const fround = Math.fround;

const LOG2_E = fround(Math.LOG2E);
const LN2_HIGH = fround(0.693359375);
const LN2_LOW = fround(-2.1219444e-4);

/** 2^n at n + 126. */
const POWERS = new Float64Array(254);
for (let i = 126, power = 1; i < 254; i++, power *= 2) {
  POWERS[i] = power;
  POWERS[252 - i] = 1 / power;
}

const EXP = [
  0.001381461275741458, 0.008368710055947304, 0.04166838899254799, 0.1666652113199234, 0.4999999403953552,
].map(fround);
const [E0, E1, E2, E3, E4] = EXP as [number, number, number, number, number];

export function exp(x: number): number {
  x = x < -87 ? -87 : x;
  x = 88 < x ? 88 : x;
  const n = fround(x * LOG2_E) + ROUND - ROUND;
  // LN2_HIGH has few bits, so its product with n and what that leaves of x are exact.
  const r = fround(x - n * LN2_HIGH - fround(n * LN2_LOW));
  let q = fround(fround(E0 * r) + E1);
  q = fround(fround(q * r) + E2);
  q = fround(fround(q * r) + E3);
  q = fround(fround(q * r) + E4);
  return fround(fround(1 + fround(r + fround(fround(r * r) * q))) * POWERS[(n + 126) | 0]!);
}

const EXP2 = [
  0.001326472731307149, 0.009671512991189957, 0.05550733581185341, 0.24022242426872253, 0.6931470036506653,
].map(fround);
const [P0, P1, P2, P3, P4] = EXP2 as [number, number, number, number, number];

/** 2^x for x in -126..126. */
function powerOfTwo(x: number): number {
  const n = x + ROUND - ROUND;
  const r = x - n;
  let p = fround(fround(P0 * r) + P1);
  p = fround(fround(p * r) + P2);
  p = fround(fround(p * r) + P3);
  p = fround(fround(p * r) + P4);
  return fround(fround(p * r) + 1) * POWERS[(n + 126) | 0]!;
}

/** 2^x for x <= 0. */
export const exp2 = (x: number): number => powerOfTwo(x < -126 ? -126 : x);

/** a / (1 + e^-b), to be rounded. */
export function gated(a: number, b: number): number {
  let x = fround(b * -LOG2_E);
  x = x < -126 ? -126 : x;
  x = 126 < x ? 126 : x;
  return a / fround(1 + powerOfTwo(x));
}

const LOG = [
  0.0674508661031723, -0.1179129034280777, 0.1195584386587143, -0.1238948404788971, 0.142069473862648,
  -0.16668537259101868, 0.20002862811088562, -0.25000008940696716, 0.33333298563957214,
].map(fround);

const bits = new Int32Array(1);
const value = new Float32Array(bits.buffer);

export function log(x: number): number {
  value[0] = x;
  // The exponent of x = m 2^e with sqrt(1/2) <= m < sqrt(2), whose lower bound has these bits.
  const e = (bits[0]! - 0x3f3504f3) >> 23;
  const f = fround(fround(x * POWERS[126 - e]!) - 1);
  let p = LOG[0]!;
  for (let i = 1; i < 9; i++) p = fround(fround(p * f) + LOG[i]!);
  const f2 = fround(f * f);
  const m = fround(f - fround(fround(f2 * 0.5) - fround(fround(f2 * f) * p)));
  return fround(fround(m + fround(e * LN2_LOW)) + fround(e * LN2_HIGH));
}

const TANH = [
  -0.0057170456275343895, 0.02065058797597885, -0.05374349653720856, 0.13331490755081177, -0.3333328366279602,
].map(fround);

export function tanh(x: number): number {
  const magnitude = x < 0 ? -x : x;
  if (magnitude < 0.625) {
    const z = fround(x * x);
    let p = TANH[0]!;
    for (let i = 1; i < 5; i++) p = fround(fround(p * z) + TANH[i]!);
    return fround(x + fround(fround(z * x) * p));
  }
  const t = exp(fround(magnitude * -2));
  const far = fround(fround(1 - t) / fround(1 + t));
  return x < 0 ? -far : far;
}

const NORMAL_TOP = [
  2.2482112171928748e-8, 6.3520924413751345e-6, 0.00017092720372602344, 0.004689743742346764, 0.03407338634133339,
  0.398942232131958,
].map(fround);
const NORMAL_BOTTOM = [
  1.1897169542862684e-6, 7.424662180710584e-5, 0.0018963669426739216, 0.028769515454769135, 0.2520751655101776, 1,
].map(fround);
const NORMAL_END = fround(5.5437);

export function normal(x: number): number {
  x = x < -NORMAL_END ? -NORMAL_END : x;
  x = NORMAL_END < x ? NORMAL_END : x;
  const z = fround(x * x);
  let p = NORMAL_TOP[0]!;
  let q = NORMAL_BOTTOM[0]!;
  for (let i = 1; i < 6; i++) {
    p = fround(fround(p * z) + NORMAL_TOP[i]!);
    q = fround(fround(q * z) + NORMAL_BOTTOM[i]!);
  }
  return fround(0.5 + fround(fround(x * p) / q));
}
