// Raw PCM bytes to samples.

import { describe, expect, it } from "vitest";
import { PcmDecoder, type PcmFormat } from "../../src/audio/pcm.ts";
import { errorOf } from "../support/errors.ts";

const decode = (format: PcmFormat, bytes: number[], channels = 1) =>
  Array.from(new PcmDecoder(format, channels).decode(Uint8Array.from(bytes)));

const bytesOf = (array: Float32Array | Float64Array | Int16Array | Int32Array) => [...new Uint8Array(array.buffer)];

describe("PcmDecoder", () => {
  it.each<[PcmFormat, number[], number[]]>([
    ["u8", [0, 128, 255], [-1, 0, 127 / 128]],
    ["s16le", bytesOf(Int16Array.of(-32768, 0, 1, 32767)), [-1, 0, 1 / 32768, 32767 / 32768]],
    ["s24le", [0, 0, 0x80, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff], [-1, 0, 2 ** -23, -(2 ** -23)]],
    ["s32le", bytesOf(Int32Array.of(-(2 ** 31), 0, 2 ** 30, -(2 ** 20))), [-1, 0, 0.5, -(2 ** -11)]],
    ["f32le", bytesOf(Float32Array.of(-1.5, 0, 0.25)), [-1.5, 0, 0.25]],
    ["f64le", bytesOf(Float64Array.of(-1.5, 0, 0.25)), [-1.5, 0, 0.25]],
  ])("reads %s", (format, bytes, samples) => {
    expect(decode(format, bytes)).toEqual(samples);
  });

  it("averages channels", () => {
    expect(decode("f32le", bytesOf(Float32Array.of(1, 0.5, -1, 1)), 2)).toEqual([0.75, 0]);
    expect(decode("s16le", bytesOf(Int16Array.of(300, 600, 900)), 3)).toEqual([Math.fround(600 / 32768)]);
  });

  it.each<[PcmFormat, number]>([
    ["u8", 1],
    ["s16le", 1],
    ["s16le", 2],
    ["s24le", 3],
    ["f32le", 2],
    ["f64le", 1],
  ])("%s in %i channels is the same wherever the bytes are cut", (format, channels) => {
    const bytes = Uint8Array.from({ length: 96 }, (_, i) => (i * 37) % 120);
    const whole = Array.from(new PcmDecoder(format, channels).decode(bytes));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const decoder = new PcmDecoder(format, channels);
      expect([...decoder.decode(bytes.subarray(0, cut)), ...decoder.decode(bytes.subarray(cut))]).toEqual(whole);
    }
    const decoder = new PcmDecoder(format, channels);
    expect(Array.from(bytes, (_, i) => [...decoder.decode(bytes.subarray(i, i + 1))]).flat()).toEqual(whole);
  });

  it.each([Uint8Array, Buffer])("keeps an incomplete sample back, apart from a %o that is used again", (kind) => {
    const decoder = new PcmDecoder("s16le", 1);
    const buffer = kind.from([0, 64, 0]);
    expect([...decoder.decode(buffer)]).toEqual([0.5]);
    buffer.set([64, 0, 32]);
    expect([...decoder.decode(buffer)]).toEqual([0.5, 0.25]);
    expect([...decoder.decode(new Uint8Array(0))]).toEqual([]);
  });

  it.each([
    () => new PcmDecoder("s16be" as PcmFormat, 1),
    () => new PcmDecoder("toString" as PcmFormat, 1),
    () => new PcmDecoder("s16le", 0),
    () => new PcmDecoder("s16le", Number.NaN),
    () => new PcmDecoder("s16le", 1).decode([1, 2] as unknown as Uint8Array),
  ])("refuses %o", (make) => {
    expect(errorOf(make).code).toBe("bad-argument");
  });
});
