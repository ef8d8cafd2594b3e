// exp, log, tanh and the normal distribution over lanes. They are our own because the host's Math differs between JavaScript engines, and
// log-probs must not. Coefficients and errors: scripts/fit_elementary.py, which evaluates them in float32 as this file does.

import { abs, add, constant, copySign, div, exponentOf, max, min, mul, selectLess, splat, sub } from "../target/lanes";
import { exp2OfRaised, lowered, raised } from "../target/rounding";

/** A step of Horner's rule: p x + c, c being value i of the coefficients. */
// @ts-ignore: decorator
@inline function step<V>(p: V, x: V, coefficients: usize, i: i32): V {
  return add<V>(mul<V>(p, x), constant<V>(coefficients, i));
}

const HALF = memory.data<f32>([0.5]);
const ONE = memory.data<f32>([1]);
const LOG2_E = memory.data<f32>([1.4426950408889634]);
// ln 2 in two parts: the first has so few bits that its product with a small integer is exact.
const LN2_HIGH = memory.data<f32>([0.693359375]);
const LN2_LOW = memory.data<f32>([-2.12194440e-4]);

const EXP_FROM = memory.data<f32>([-87]);
const EXP_TO = memory.data<f32>([88]);
const EXP = memory.data<f32>([
  0.001381461275741458, 0.008368710055947304, 0.04166838899254799, 0.1666652113199234, 0.4999999403953552,
]);

/** e^x, relative error below 2e-7; x is clamped to -87..88, so there is neither overflow nor a subnormal result. */
// @ts-ignore: decorator
@inline export function exp<V>(x: V): V {
  x = min<V>(max<V>(x, constant<V>(EXP_FROM)), constant<V>(EXP_TO));
  const t = raised<V>(mul<V>(x, constant<V>(LOG2_E)));
  const n = lowered<V>(t);
  const r = sub<V>(sub<V>(x, mul<V>(n, constant<V>(LN2_HIGH))), mul<V>(n, constant<V>(LN2_LOW)));
  let q = step<V>(constant<V>(EXP), r, EXP, 1);
  q = step<V>(q, r, EXP, 2);
  q = step<V>(q, r, EXP, 3);
  q = step<V>(q, r, EXP, 4);
  return mul<V>(add<V>(constant<V>(ONE), add<V>(r, mul<V>(mul<V>(r, r), q))), exp2OfRaised<V>(t));
}

const EXP2_FROM = memory.data<f32>([-126]);
const EXP2_TO = memory.data<f32>([126]);
const MINUS_LOG2_E = memory.data<f32>([-1.4426950408889634]);
const EXP2 = memory.data<f32>([
  0.001326472731307149, 0.009671512991189957, 0.05550733581185341, 0.24022242426872253, 0.6931470036506653,
]);

/** 2^x for x in -126..126, relative error below 2e-7. */
// @ts-ignore: decorator
@inline function powerOfTwo<V>(x: V): V {
  const t = raised<V>(x);
  const r = sub<V>(x, lowered<V>(t));
  let p = step<V>(constant<V>(EXP2), r, EXP2, 1);
  p = step<V>(p, r, EXP2, 2);
  p = step<V>(p, r, EXP2, 3);
  p = step<V>(p, r, EXP2, 4);
  return mul<V>(step<V>(p, r, ONE, 0), exp2OfRaised<V>(t));
}

/** 2^x for x <= 0, relative error below 2e-7; x is clamped to -126, so no result is subnormal. Half the operations of exp. */
// @ts-ignore: decorator
@inline export function exp2<V>(x: V): V {
  return powerOfTwo<V>(max<V>(x, constant<V>(EXP2_FROM)));
}

/**
 * a / (1 + e^-b): a times the logistic function of b, whose absolute error is below 2e-7. It uses a power of two, whose rounding error
 * grows with |b|; there the sum or the quotient hides it.
 */
// @ts-ignore: decorator
@inline export function gated<V>(a: V, b: V): V {
  const x = min<V>(max<V>(mul<V>(b, constant<V>(MINUS_LOG2_E)), constant<V>(EXP2_FROM)), constant<V>(EXP2_TO));
  return div<V>(a, add<V>(constant<V>(ONE), powerOfTwo<V>(x)));
}

const LOG = memory.data<f32>([
  0.0674508661031723, -0.1179129034280777, 0.1195584386587143, -0.1238948404788971, 0.142069473862648,
  -0.16668537259101868, 0.20002862811088562, -0.25000008940696716, 0.33333298563957214,
]);

/** ln x for normal x below 2^126, absolute error below 3e-8 + 1e-7 |ln x|. */
// @ts-ignore: decorator
@inline export function log<V>(x: V): V {
  const e = exponentOf<V>(x);
  const f = sub<V>(mul<V>(x, exp2OfRaised<V>(raised<V>(sub<V>(splat<V>(0), e)))), constant<V>(ONE));
  let p = step<V>(constant<V>(LOG), f, LOG, 1);
  p = step<V>(p, f, LOG, 2);
  p = step<V>(p, f, LOG, 3);
  p = step<V>(p, f, LOG, 4);
  p = step<V>(p, f, LOG, 5);
  p = step<V>(p, f, LOG, 6);
  p = step<V>(p, f, LOG, 7);
  p = step<V>(p, f, LOG, 8);
  const f2 = mul<V>(f, f);
  const m = sub<V>(f, sub<V>(mul<V>(f2, constant<V>(HALF)), mul<V>(mul<V>(f2, f), p)));
  return add<V>(add<V>(m, mul<V>(e, constant<V>(LN2_LOW))), mul<V>(e, constant<V>(LN2_HIGH)));
}

const TANH = memory.data<f32>([
  -0.0057170456275343895, 0.02065058797597885, -0.05374349653720856, 0.13331490755081177, -0.3333328366279602,
]);

/** tanh x, absolute error below 2e-7, relative below 1e-7 where |x| < 0.625. */
// @ts-ignore: decorator
@inline export function tanh<V>(x: V): V {
  const z = mul<V>(x, x);
  let p = step<V>(constant<V>(TANH), z, TANH, 1);
  p = step<V>(p, z, TANH, 2);
  p = step<V>(p, z, TANH, 3);
  p = step<V>(p, z, TANH, 4);
  const near = add<V>(x, mul<V>(mul<V>(z, x), p));
  const t = exp<V>(mul<V>(abs<V>(x), splat<V>(-2)));
  const far = copySign<V>(div<V>(sub<V>(splat<V>(1), t), add<V>(splat<V>(1), t)), x);
  return selectLess<V>(abs<V>(x), splat<V>(0.625), near, far);
}

const NORMAL_FROM = memory.data<f32>([-5.5437]);
const NORMAL_TO = memory.data<f32>([5.5437]);
const NORMAL_TOP = memory.data<f32>([
  2.2482112171928748e-8, 6.3520924413751345e-6, 0.00017092720372602344, 0.004689743742346764, 0.03407338634133339,
  0.398942232131958,
]);
const NORMAL_BOTTOM = memory.data<f32>([
  1.1897169542862684e-6, 7.424662180710584e-5, 0.0018963669426739216, 0.028769515454769135, 0.2520751655101776,
  1,
]);

/** The normal distribution's share below x, (1 + erf(x / sqrt 2)) / 2, absolute error below 2e-7. */
// @ts-ignore: decorator
@inline export function normal<V>(x: V): V {
  x = min<V>(max<V>(x, constant<V>(NORMAL_FROM)), constant<V>(NORMAL_TO));
  const z = mul<V>(x, x);
  let p = step<V>(constant<V>(NORMAL_TOP), z, NORMAL_TOP, 1);
  p = step<V>(p, z, NORMAL_TOP, 2);
  p = step<V>(p, z, NORMAL_TOP, 3);
  p = step<V>(p, z, NORMAL_TOP, 4);
  p = step<V>(p, z, NORMAL_TOP, 5);
  let q = step<V>(constant<V>(NORMAL_BOTTOM), z, NORMAL_BOTTOM, 1);
  q = step<V>(q, z, NORMAL_BOTTOM, 2);
  q = step<V>(q, z, NORMAL_BOTTOM, 3);
  q = step<V>(q, z, NORMAL_BOTTOM, 4);
  q = step<V>(q, z, NORMAL_BOTTOM, 5);
  return add<V>(constant<V>(HALF), div<V>(mul<V>(x, p), q));
}
