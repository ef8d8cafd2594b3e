// 200-point complex FFT over lanes: with V = v128 four transforms run side by side, one per lane, so that no lane ever
// meets another and both builds give the same bits. Stockham's self-sorting form, radices 5, 5, 4, 2.
// A complex array holds [re, im] pairs of V. Twiddles: cosines[k], sines[k] of 2 pi k / 400.

import { add, lanes, loadLanes, mul, splat, storeLanes, sub } from "../target/lanes";

/** Points of the transform. */
// @ts-ignore: decorator
@inline export const FFT_POINTS: i32 = 200;

// @ts-ignore: decorator
@inline function bytes<V>(): usize {
  return <usize>lanes<V>() << 2;
}

// @ts-ignore: decorator
@inline function re<V>(x: usize): V {
  return loadLanes<V>(x);
}

// @ts-ignore: decorator
@inline function im<V>(x: usize): V {
  return loadLanes<V>(x + bytes<V>());
}

// @ts-ignore: decorator
@inline function put<V>(y: usize, r: V, i: V): void {
  storeLanes<V>(y, r);
  storeLanes<V>(y + bytes<V>(), i);
}

/** y = (r + i j) * e^(-2 pi j k / 200). */
// @ts-ignore: decorator
@inline function putRotated<V>(y: usize, r: V, i: V, cosines: usize, sines: usize, k: i32): void {
  const c = splat<V>(load<f32>(cosines + (<usize>k << 3)));
  const s = splat<V>(load<f32>(sines + (<usize>k << 3)));
  put<V>(y, add<V>(mul<V>(r, c), mul<V>(i, s)), sub<V>(mul<V>(i, c), mul<V>(r, s)));
}

/** Five points from x, `from` bytes apart, to y, `to` bytes apart; the j-th is rotated by j k. */
// @ts-ignore: decorator
@inline function butterfly5<V>(y: usize, to: usize, x: usize, from: usize, k: i32, cosines: usize, sines: usize): void {
  const c1 = splat<V>(0.30901699437494745); // cos 2 pi / 5
  const c2 = splat<V>(-0.8090169943749475); // cos 4 pi / 5
  const s1 = splat<V>(0.9510565162951535); // sin 2 pi / 5
  const s2 = splat<V>(0.5877852522924731); // sin 4 pi / 5
  const r0 = re<V>(x);
  const i0 = im<V>(x);
  const r1 = add<V>(re<V>(x + from), re<V>(x + 4 * from));
  const i1 = add<V>(im<V>(x + from), im<V>(x + 4 * from));
  const r2 = add<V>(re<V>(x + 2 * from), re<V>(x + 3 * from));
  const i2 = add<V>(im<V>(x + 2 * from), im<V>(x + 3 * from));
  const r3 = sub<V>(re<V>(x + 2 * from), re<V>(x + 3 * from));
  const i3 = sub<V>(im<V>(x + 2 * from), im<V>(x + 3 * from));
  const r4 = sub<V>(re<V>(x + from), re<V>(x + 4 * from));
  const i4 = sub<V>(im<V>(x + from), im<V>(x + 4 * from));
  const ra = add<V>(r0, add<V>(mul<V>(c1, r1), mul<V>(c2, r2)));
  const ia = add<V>(i0, add<V>(mul<V>(c1, i1), mul<V>(c2, i2)));
  const rb = add<V>(r0, add<V>(mul<V>(c2, r1), mul<V>(c1, r2)));
  const ib = add<V>(i0, add<V>(mul<V>(c2, i1), mul<V>(c1, i2)));
  const rc = add<V>(mul<V>(s1, r4), mul<V>(s2, r3));
  const ic = add<V>(mul<V>(s1, i4), mul<V>(s2, i3));
  const rd = sub<V>(mul<V>(s2, r4), mul<V>(s1, r3));
  const id = sub<V>(mul<V>(s2, i4), mul<V>(s1, i3));
  put<V>(y, add<V>(r0, add<V>(r1, r2)), add<V>(i0, add<V>(i1, i2)));
  putRotated<V>(y + to, add<V>(ra, ic), sub<V>(ia, rc), cosines, sines, k);
  putRotated<V>(y + 2 * to, add<V>(rb, id), sub<V>(ib, rd), cosines, sines, 2 * k);
  putRotated<V>(y + 3 * to, sub<V>(rb, id), add<V>(ib, rd), cosines, sines, 3 * k);
  putRotated<V>(y + 4 * to, sub<V>(ra, ic), add<V>(ia, rc), cosines, sines, 4 * k);
}

/** Four points, as butterfly5 takes five. */
// @ts-ignore: decorator
@inline function butterfly4<V>(y: usize, to: usize, x: usize, from: usize, k: i32, cosines: usize, sines: usize): void {
  const r0 = add<V>(re<V>(x), re<V>(x + 2 * from));
  const i0 = add<V>(im<V>(x), im<V>(x + 2 * from));
  const r1 = sub<V>(re<V>(x), re<V>(x + 2 * from));
  const i1 = sub<V>(im<V>(x), im<V>(x + 2 * from));
  const r2 = add<V>(re<V>(x + from), re<V>(x + 3 * from));
  const i2 = add<V>(im<V>(x + from), im<V>(x + 3 * from));
  const r3 = sub<V>(re<V>(x + from), re<V>(x + 3 * from));
  const i3 = sub<V>(im<V>(x + from), im<V>(x + 3 * from));
  put<V>(y, add<V>(r0, r2), add<V>(i0, i2));
  putRotated<V>(y + to, add<V>(r1, i3), sub<V>(i1, r3), cosines, sines, k);
  putRotated<V>(y + 2 * to, sub<V>(r0, r2), sub<V>(i0, i2), cosines, sines, 2 * k);
  putRotated<V>(y + 3 * to, sub<V>(r1, i3), add<V>(i1, r3), cosines, sines, 3 * k);
}

/**
 * One pass: for p < m, q < s, the points x[q + s (p + m j)], j < radix, go to y[q + s (radix p + j)], rotated by j p s.
 * `radix` is a compile-time constant.
 */
// @ts-ignore: decorator
@inline function pass<V>(radix: i32, y: usize, x: usize, m: i32, s: i32, cosines: usize, sines: usize): void {
  const size = bytes<V>() << 1;
  const from = <usize>(s * m) * size;
  const to = <usize>s * size;
  for (let p = 0; p < m; p++) {
    for (let q = 0; q < s; q++) {
      const a = x + <usize>(q + s * p) * size;
      const b = y + <usize>(q + s * radix * p) * size;
      if (radix == 5) butterfly5<V>(b, to, a, from, p * s, cosines, sines);
      else butterfly4<V>(b, to, a, from, p * s, cosines, sines);
    }
  }
}

function pass5<V>(y: usize, x: usize, m: i32, s: i32, cosines: usize, sines: usize): void {
  pass<V>(5, y, x, m, s, cosines, sines);
}

function pass4<V>(y: usize, x: usize, m: i32, s: i32, cosines: usize, sines: usize): void {
  pass<V>(4, y, x, m, s, cosines, sines);
}

/** The last pass: m = 1, so nothing is rotated. */
function pass2<V>(y: usize, x: usize, s: i32): void {
  const half = <usize>s * (bytes<V>() << 1);
  for (const end = x + half; x < end; x += bytes<V>() << 1, y += bytes<V>() << 1) {
    const r0 = re<V>(x);
    const i0 = im<V>(x);
    const r1 = re<V>(x + half);
    const i1 = im<V>(x + half);
    put<V>(y, add<V>(r0, r1), add<V>(i0, i1));
    put<V>(y + half, sub<V>(r0, r1), sub<V>(i0, i1));
  }
}

/** x[200] becomes its transform; work[200] is scratch. Both are complex arrays of V. */
export function fft200<V>(x: usize, work: usize, cosines: usize, sines: usize): void {
  pass5<V>(work, x, 40, 1, cosines, sines);
  pass5<V>(x, work, 8, 5, cosines, sines);
  pass4<V>(work, x, 2, 25, cosines, sines);
  pass2<V>(x, work, 100);
}

/**
 * power[k] = |X[k]|^2, k = 0..200, X the 400-point transform of the real signal whose even samples are the real parts of
 * x and whose odd samples are the imaginary parts. x and work[200] are overwritten.
 *
 * With Z the 200-point transform of x: X[k] = E + e^(-2 pi j k / 400) O, where E = (Z[k] + conj Z[200-k]) / 2 and
 * O = (Z[k] - conj Z[200-k]) / 2j.
 */
export function powerSpectrum400<V>(power: usize, x: usize, work: usize, cosines: usize, sines: usize): void {
  fft200<V>(x, work, cosines, sines);
  const half = splat<V>(0.5);
  for (let k = 0; k <= FFT_POINTS; k++) {
    const a = x + <usize>(k == FFT_POINTS ? 0 : k) * (bytes<V>() << 1);
    const b = x + <usize>(k == 0 ? 0 : FFT_POINTS - k) * (bytes<V>() << 1);
    const er = mul<V>(half, add<V>(re<V>(a), re<V>(b)));
    const ei = mul<V>(half, sub<V>(im<V>(a), im<V>(b)));
    const or = mul<V>(half, add<V>(im<V>(a), im<V>(b)));
    const oi = mul<V>(half, sub<V>(re<V>(b), re<V>(a)));
    const c = splat<V>(load<f32>(cosines + (<usize>k << 2)));
    const s = splat<V>(load<f32>(sines + (<usize>k << 2)));
    const r = add<V>(er, add<V>(mul<V>(or, c), mul<V>(oi, s)));
    const i = add<V>(ei, sub<V>(mul<V>(oi, c), mul<V>(or, s)));
    storeLanes<V>(power + <usize>k * bytes<V>(), add<V>(mul<V>(r, r), mul<V>(i, i)));
  }
}
