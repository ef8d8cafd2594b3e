// The power spectrum of a window for interpreters: assembly/kernels/fft.ts, step by step.

import type { Views } from "./views.ts";

const fround = Math.fround;

const POINTS = 200;
const C1 = fround(0.30901699437494745);
const C2 = fround(-0.8090169943749475);
const S1 = fround(0.9510565162951535);
const S2 = fround(0.5877852522924731);

/** powerSpectrum400 of assembly/kernels/fft.ts, of one transform; places are indices, not addresses. */
export function powerSpectrum400({ f32 }: Views) {
  const values = f32;

  /** values[y] = (r + i j) e^(-2 pi j k / 200). */
  function putRotated(y: number, r: number, i: number, cosines: number, sines: number, k: number): void {
    const c = values[cosines + 2 * k]!;
    const s = values[sines + 2 * k]!;
    values[y] = fround(r * c) + fround(i * s);
    values[y + 1] = fround(i * c) - fround(r * s);
  }

  /** A pass of radix 4 or 5. */
  function pass(radix: number, y: number, x: number, m: number, s: number, cosines: number, sines: number): void {
    const v = values;
    const f = fround;
    const from = 2 * s * m;
    const to = 2 * s;
    for (let p = 0; p < m; p++) {
      const k = p * s;
      for (let q = 0; q < s; q++) {
        const a = x + 2 * (q + s * p);
        const b = y + 2 * (q + s * radix * p);
        const xr0 = v[a]!;
        const xi0 = v[a + 1]!;
        const xr1 = v[a + from]!;
        const xi1 = v[a + from + 1]!;
        const xr2 = v[a + 2 * from]!;
        const xi2 = v[a + 2 * from + 1]!;
        const xr3 = v[a + 3 * from]!;
        const xi3 = v[a + 3 * from + 1]!;
        if (radix === 4) {
          const r0 = f(xr0 + xr2);
          const i0 = f(xi0 + xi2);
          const r1 = f(xr0 - xr2);
          const i1 = f(xi0 - xi2);
          const r2 = f(xr1 + xr3);
          const i2 = f(xi1 + xi3);
          const r3 = f(xr1 - xr3);
          const i3 = f(xi1 - xi3);
          v[b] = r0 + r2;
          v[b + 1] = i0 + i2;
          putRotated(b + to, f(r1 + i3), f(i1 - r3), cosines, sines, k);
          putRotated(b + 2 * to, f(r0 - r2), f(i0 - i2), cosines, sines, 2 * k);
          putRotated(b + 3 * to, f(r1 - i3), f(i1 + r3), cosines, sines, 3 * k);
        } else {
          const xr4 = v[a + 4 * from]!;
          const xi4 = v[a + 4 * from + 1]!;
          const r1 = f(xr1 + xr4);
          const i1 = f(xi1 + xi4);
          const r2 = f(xr2 + xr3);
          const i2 = f(xi2 + xi3);
          const r3 = f(xr2 - xr3);
          const i3 = f(xi2 - xi3);
          const r4 = f(xr1 - xr4);
          const i4 = f(xi1 - xi4);
          const ra = f(xr0 + f(f(C1 * r1) + f(C2 * r2)));
          const ia = f(xi0 + f(f(C1 * i1) + f(C2 * i2)));
          const rb = f(xr0 + f(f(C2 * r1) + f(C1 * r2)));
          const ib = f(xi0 + f(f(C2 * i1) + f(C1 * i2)));
          const rc = f(f(S1 * r4) + f(S2 * r3));
          const ic = f(f(S1 * i4) + f(S2 * i3));
          const rd = f(f(S2 * r4) - f(S1 * r3));
          const id = f(f(S2 * i4) - f(S1 * i3));
          v[b] = xr0 + f(r1 + r2);
          v[b + 1] = xi0 + f(i1 + i2);
          putRotated(b + to, f(ra + ic), f(ia - rc), cosines, sines, k);
          putRotated(b + 2 * to, f(rb + id), f(ib - rd), cosines, sines, 2 * k);
          putRotated(b + 3 * to, f(rb - id), f(ib + rd), cosines, sines, 3 * k);
          putRotated(b + 4 * to, f(ra - ic), f(ia + rc), cosines, sines, 4 * k);
        }
      }
    }
  }

  function pass2(y: number, x: number, s: number): void {
    const v = values;
    const half = 2 * s;
    for (let i = 0; i < half; i++) {
      const a = v[x + i]!;
      const b = v[x + i + half]!;
      v[y + i] = a + b;
      v[y + i + half] = a - b;
    }
  }

  return (power: number, x: number, work: number, cosines: number, sines: number): void => {
    const v = values;
    const f = fround;
    pass(5, work, x, 40, 1, cosines, sines);
    pass(5, x, work, 8, 5, cosines, sines);
    pass(4, work, x, 2, 25, cosines, sines);
    pass2(x, work, 100);
    for (let k = 0; k <= POINTS; k++) {
      const a = x + (k === POINTS ? 0 : 2 * k);
      const b = x + (k === 0 ? 0 : 2 * (POINTS - k));
      const ar = v[a]!;
      const ai = v[a + 1]!;
      const br = v[b]!;
      const bi = v[b + 1]!;
      const er = f(0.5 * f(ar + br));
      const ei = f(0.5 * f(ai - bi));
      const or = f(0.5 * f(ai + bi));
      const oi = f(0.5 * f(br - ar));
      const c = v[cosines + k]!;
      const s = v[sines + k]!;
      const r = f(er + f(f(or * c) + f(oi * s)));
      const i = f(ei + f(f(oi * c) - f(or * s)));
      v[power + k] = f(r * r) + f(i * i);
    }
  };
}
