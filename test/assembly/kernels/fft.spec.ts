import { powerSpectrum400 } from "../../../assembly/kernels/fft";
import { at, randomFloats, reseed } from "../support";

function twiddles(sines: bool): usize {
  const table = heap.alloc(400 * 4);
  for (let k = 0; k < 400; k++) {
    const angle = (2.0 * NativeMath.PI * <f64>k) / 400.0;
    store<f32>(table + (<usize>k << 2), <f32>(sines ? NativeMath.sin(angle) : NativeMath.cos(angle)));
  }
  return table;
}

describe("the 400-point power spectrum", () => {
  test("is that of the transform's definition, at every bin", () => {
    reseed(5);
    const signal = randomFloats(400, 1);
    const x = heap.alloc(400 * 4);
    const work = heap.alloc(400 * 4);
    const power = heap.alloc(201 * 4);
    memory.copy(x, signal, 400 * 4);
    powerSpectrum400<f32>(power, x, work, twiddles(false), twiddles(true));
    for (let k = 0; k <= 200; k++) {
      let re: f64 = 0;
      let im: f64 = 0;
      for (let n = 0; n < 400; n++) {
        const angle = (2.0 * NativeMath.PI * <f64>((k * n) % 400)) / 400.0;
        re += <f64>at(signal, n) * NativeMath.cos(angle);
        im -= <f64>at(signal, n) * NativeMath.sin(angle);
      }
      // The signal's total power is about 400 / 3 * 400: rounding is relative to that, not to one bin.
      expect(NativeMath.abs(<f64>at(power, k) - (re * re + im * im))).toBeLessThan(2e-3);
    }
  });

  test("gives four signals side by side the bits of each alone", () => {
    reseed(6);
    const cosines = twiddles(false);
    const sines = twiddles(true);
    const four = heap.alloc(1600 * 4);
    const fourWork = heap.alloc(1600 * 4);
    const fourPower = heap.alloc(804 * 4);
    const one = heap.alloc(400 * 4);
    const work = heap.alloc(400 * 4);
    const power = heap.alloc(201 * 4);
    const signals = randomFloats(1600, 1);
    memory.copy(four, signals, 1600 * 4);
    powerSpectrum400<v128>(fourPower, four, fourWork, cosines, sines);
    for (let lane = 0; lane < 4; lane++) {
      for (let n = 0; n < 400; n++) store<f32>(one + (<usize>n << 2), at(signals, 4 * n + lane));
      powerSpectrum400<f32>(power, one, work, cosines, sines);
      for (let k = 0; k <= 200; k++) expect(at(fourPower, 4 * k + lane)).toBe(at(power, k));
    }
  });
});
