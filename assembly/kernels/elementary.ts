// exp, log, tanh and erf over lanes. Ours rather than the host's, because Math differs between engines and log-probs must
// not. Coefficients and errors: scripts/fit_elementary.py, which evaluates them in float32 as this file does.

import { abs, add, copySign, div, exp2OfInteger, exponentOf, max, min, mul, round, selectLess, splat, sub } from "../target";

/** e^x, relative error below 2e-7; x is clamped to -87..88, so there is neither overflow nor a subnormal result. */
// @ts-ignore: decorator
@inline export function exp<V>(x: V): V {
  x = min<V>(max<V>(x, splat<V>(-87)), splat<V>(88));
  const n = round<V>(mul<V>(x, splat<V>(1.4426950408889634)));
  // ln 2 in two parts: the first has few enough bits that n * part is exact.
  const r = sub<V>(sub<V>(x, mul<V>(n, splat<V>(0.693359375))), mul<V>(n, splat<V>(-2.12194440e-4)));
  let q = splat<V>(0.001381461275741458);
  q = add<V>(mul<V>(q, r), splat<V>(0.008368710055947304));
  q = add<V>(mul<V>(q, r), splat<V>(0.04166838899254799));
  q = add<V>(mul<V>(q, r), splat<V>(0.1666652113199234));
  q = add<V>(mul<V>(q, r), splat<V>(0.4999999403953552));
  return mul<V>(add<V>(splat<V>(1), add<V>(r, mul<V>(mul<V>(r, r), q))), exp2OfInteger<V>(n));
}

/** ln x for normal x below 2^126, absolute error below 3e-8 + 1e-7 |ln x|. */
// @ts-ignore: decorator
@inline export function log<V>(x: V): V {
  const e = exponentOf<V>(x);
  const f = sub<V>(mul<V>(x, exp2OfInteger<V>(sub<V>(splat<V>(0), e))), splat<V>(1));
  let p = splat<V>(0.0674508661031723);
  p = add<V>(mul<V>(p, f), splat<V>(-0.1179129034280777));
  p = add<V>(mul<V>(p, f), splat<V>(0.1195584386587143));
  p = add<V>(mul<V>(p, f), splat<V>(-0.1238948404788971));
  p = add<V>(mul<V>(p, f), splat<V>(0.142069473862648));
  p = add<V>(mul<V>(p, f), splat<V>(-0.16668537259101868));
  p = add<V>(mul<V>(p, f), splat<V>(0.20002862811088562));
  p = add<V>(mul<V>(p, f), splat<V>(-0.25000008940696716));
  p = add<V>(mul<V>(p, f), splat<V>(0.33333298563957214));
  const f2 = mul<V>(f, f);
  const m = sub<V>(f, sub<V>(mul<V>(f2, splat<V>(0.5)), mul<V>(mul<V>(f2, f), p)));
  return add<V>(add<V>(m, mul<V>(e, splat<V>(-2.12194440e-4))), mul<V>(e, splat<V>(0.693359375)));
}

/** tanh x, absolute error below 2e-7, relative below 1e-7 where |x| < 0.625. */
// @ts-ignore: decorator
@inline export function tanh<V>(x: V): V {
  const z = mul<V>(x, x);
  let p = splat<V>(-0.0057170456275343895);
  p = add<V>(mul<V>(p, z), splat<V>(0.02065058797597885));
  p = add<V>(mul<V>(p, z), splat<V>(-0.05374349653720856));
  p = add<V>(mul<V>(p, z), splat<V>(0.13331490755081177));
  p = add<V>(mul<V>(p, z), splat<V>(-0.3333328366279602));
  const near = add<V>(x, mul<V>(mul<V>(z, x), p));
  const t = exp<V>(mul<V>(abs<V>(x), splat<V>(-2)));
  const far = copySign<V>(div<V>(sub<V>(splat<V>(1), t), add<V>(splat<V>(1), t)), x);
  return selectLess<V>(abs<V>(x), splat<V>(0.625), near, far);
}

/** erf x, absolute error below 4e-7. */
// @ts-ignore: decorator
@inline export function erf<V>(x: V): V {
  x = min<V>(max<V>(x, splat<V>(-3.92)), splat<V>(3.92));
  const z = mul<V>(x, x);
  let p = splat<V>(2.034839098996599e-6);
  p = add<V>(mul<V>(p, z), splat<V>(0.00028746292809955776));
  p = add<V>(mul<V>(p, z), splat<V>(0.003867660416290164));
  p = add<V>(mul<V>(p, z), splat<V>(0.0530584491789341));
  p = add<V>(mul<V>(p, z), splat<V>(0.19274869561195374));
  p = add<V>(mul<V>(p, z), splat<V>(1.128378987312317));
  let q = splat<V>(3.80708443117328e-5);
  q = add<V>(mul<V>(q, z), splat<V>(0.0011879499070346355));
  q = add<V>(mul<V>(q, z), splat<V>(0.015170974656939507));
  q = add<V>(mul<V>(q, z), splat<V>(0.11507826298475266));
  q = add<V>(mul<V>(q, z), splat<V>(0.5041507482528687));
  q = add<V>(mul<V>(q, z), splat<V>(1));
  return div<V>(mul<V>(x, p), q);
}
