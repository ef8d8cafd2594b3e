import { exp, log, normal, tanh } from "../../../assembly/kernels/elementary";

function erf64(x: f64): f64 {
  // Series for small x, continued fraction for large: both to f64 precision where they are used.
  if (NativeMath.abs(x) < 3) {
    let term = x;
    let total = x;
    for (let n = 1; n < 120; n++) {
      term *= (-x * x) / <f64>n;
      total += term / <f64>(2 * n + 1);
    }
    return (total * 2) / NativeMath.sqrt(NativeMath.PI);
  }
  let f: f64 = 0;
  for (let n = 60; n > 0; n--) f = (<f64>n / 2) / (NativeMath.abs(x) + f);
  const c = NativeMath.exp(-x * x) / (NativeMath.sqrt(NativeMath.PI) * (NativeMath.abs(x) + f));
  return x > 0 ? 1 - c : c - 1;
}

function sameInEveryLane(scalar: f32, vector: v128): bool {
  const expected = f32x4.splat(scalar);
  return v128.any_true(v128.xor(expected, vector)) == false;
}

describe("elementary functions", () => {
  test("exp is within 2e-7 of the true value, relative", () => {
    let worst: f64 = 0;
    for (let x: f32 = -87; x <= 88; x += 0.0173) {
      const y = exp<f32>(x);
      worst = max(worst, NativeMath.abs(<f64>y / NativeMath.exp(<f64>x) - 1));
    }
    expect(worst).toBeLessThan(2e-7);
  });

  test("exp stays finite and positive beyond its range", () => {
    expect(exp<f32>(-1e30)).toBeGreaterThan(0);
    expect(exp<f32>(1e30)).toBeLessThan(f32.MAX_VALUE);
    expect(exp<f32>(0)).toBe(1);
  });

  test("log is within 3e-8 + 1e-7 |ln x|", () => {
    for (let x: f32 = 1.2e-38; x < 1.1e38; x *= 1.0137) {
      const truth = NativeMath.log(<f64>x);
      expect(NativeMath.abs(<f64>log<f32>(x) - truth)).toBeLessThan(3e-8 + 1e-7 * NativeMath.abs(truth));
    }
    expect(log<f32>(1)).toBe(0);
  });

  test("tanh is within 2e-7, and relatively within 2e-7 near zero", () => {
    for (let x: f32 = -12; x <= 12; x += 0.00311) {
      const truth = NativeMath.tanh(<f64>x);
      const error = NativeMath.abs(<f64>tanh<f32>(x) - truth);
      expect(error).toBeLessThan(2e-7);
      if (NativeMath.abs(<f64>x) < 0.6) expect(error).toBeLessThanOrEqual(2e-7 * NativeMath.abs(truth));
    }
  });

  test("normal is within 2e-7", () => {
    for (let x: f32 = -9; x <= 9; x += 0.00311) {
      const truth = (1 + erf64(<f64>x / NativeMath.SQRT2)) / 2;
      expect(NativeMath.abs(<f64>normal<f32>(x) - truth)).toBeLessThan(2e-7);
    }
    expect(normal<f32>(0)).toBe(0.5);
  });

  test("four lanes give the bits of one", () => {
    for (let x: f32 = -9; x <= 9; x += 0.0137) {
      const v = f32x4.splat(x);
      expect(sameInEveryLane(exp<f32>(x), exp<v128>(v))).toBe(true);
      expect(sameInEveryLane(tanh<f32>(x), tanh<v128>(v))).toBe(true);
      expect(sameInEveryLane(normal<f32>(x), normal<v128>(v))).toBe(true);
      const positive = exp<f32>(x);
      expect(sameInEveryLane(log<f32>(positive), log<v128>(f32x4.splat(positive)))).toBe(true);
    }
  });
});
