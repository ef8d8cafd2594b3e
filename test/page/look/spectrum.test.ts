// The picture's spectrum: a tone lights up its band.

import { describe, expect, it } from "vitest";
import { Spectrum } from "../../../web/page/look/spectrum.ts";

const tone = (hertz: number) =>
  Float32Array.from({ length: 16000 }, (_, i) => 0.1 * Math.sin((2 * Math.PI * hertz * i) / 16000));

describe("Spectrum", () => {
  it("makes a hundred columns a second, however the samples are cut", () => {
    const whole = new Spectrum(56).push(tone(1000));
    expect(whole).toHaveLength(100);
    const spectrum = new Spectrum(56);
    const pieces: Float32Array[] = [];
    for (let at = 0; at < 16000; at += 333) pieces.push(...spectrum.push(tone(1000).subarray(at, at + 333)));
    expect(pieces).toEqual(whole);
  });

  it.each([300, 1000, 4000])("is brightest where a tone of %d Hz is, and dark in silence", (hertz) => {
    const column = new Spectrum(56).push(tone(hertz)).at(-1)!;
    const mel = (value: number) => 1127 * Math.log1p(value / 700);
    const band = Math.floor((56 * mel(hertz)) / mel(8000));
    expect(Math.abs(column.indexOf(Math.max(...column)) - band)).toBeLessThanOrEqual(1);
    expect(Math.max(...new Spectrum(56).push(new Float32Array(160))[0]!)).toBe(0);
  });
});
