// WAV files of every kind, in pieces and damaged.

import { describe, expect, it } from "vitest";
import { WavReader } from "../../src/audio/wav.ts";
import { errorOf } from "../support/errors.ts";

const PCM = 1;
const FLOAT = 3;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;

function chunk(tag: string, body: Uint8Array, size = body.length): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + (body.length % 2));
  bytes.set(new TextEncoder().encode(tag));
  new DataView(bytes.buffer).setUint32(4, size, true);
  bytes.set(body, 8);
  return bytes;
}

interface Format {
  tag?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  frameBytes?: number;
  subFormat?: number;
}

function format(options: Format = {}): Uint8Array {
  const { tag = PCM, channels = 1, sampleRate = 16000, bits = 16, subFormat } = options;
  const { frameBytes = (channels * bits) / 8 } = options;
  const body = new Uint8Array(subFormat === undefined ? 16 : 40);
  const view = new DataView(body.buffer);
  view.setUint16(0, tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRate, true);
  view.setUint32(8, sampleRate * frameBytes, true);
  view.setUint16(12, frameBytes, true);
  view.setUint16(14, bits, true);
  if (subFormat !== undefined) {
    view.setUint16(16, 22, true);
    view.setUint16(18, bits, true);
    view.setUint16(24, subFormat, true);
    body.set([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 26);
  }
  return chunk("fmt ", body);
}

function wav(...chunks: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([new TextEncoder().encode("WAVE"), ...chunks]);
  return chunk("RIFF", body);
}

const bytesOf = (array: Float32Array | Float64Array | Int16Array | Int32Array) => new Uint8Array(array.buffer);
const data = (array: Parameters<typeof bytesOf>[0]) => chunk("data", bytesOf(array));
const ramp = Int16Array.from({ length: 20 }, (_, i) => 1000 * i - 9000);
const rampSamples = Array.from(ramp, (x) => x / 32768);

function read(...pieces: Uint8Array[]): { samples: number[]; reader: WavReader } {
  const reader = new WavReader();
  const samples = pieces.flatMap((piece) => [...reader.push(piece)]);
  reader.finish();
  return { samples, reader };
}

describe("a WAV file", () => {
  it.each<[string, Format, Uint8Array, number[]]>([
    ["8-bit", { bits: 8 }, Uint8Array.of(0, 128, 192), [-1, 0, 0.5]],
    ["16-bit", { bits: 16 }, bytesOf(Int16Array.of(-32768, 0, 16384)), [-1, 0, 0.5]],
    ["24-bit", { bits: 24 }, Uint8Array.of(0, 0, 0x80, 0, 0, 0, 0, 0, 0x40), [-1, 0, 0.5]],
    ["32-bit", { bits: 32 }, bytesOf(Int32Array.of(-(2 ** 31), 0, 2 ** 30)), [-1, 0, 0.5]],
    ["32-bit float", { tag: FLOAT, bits: 32 }, bytesOf(Float32Array.of(-1, 0, 0.5)), [-1, 0, 0.5]],
    ["64-bit float", { tag: FLOAT, bits: 64 }, bytesOf(Float64Array.of(-1, 0, 0.5)), [-1, 0, 0.5]],
    ["A-law", { tag: ALAW, bits: 8 }, Uint8Array.of(0x2a, 0xd5, 0xaa), [-32256 / 32768, 8 / 32768, 32256 / 32768]],
    ["mu-law", { tag: MULAW, bits: 8 }, Uint8Array.of(0x00, 0xff, 0x80), [-32124 / 32768, 0, 32124 / 32768]],
  ])("of %s samples is read, plain and in the extensible form", (_, options, body, samples) => {
    expect(read(wav(format(options), chunk("data", body))).samples).toEqual(samples);
    const extensible = format({ ...options, tag: EXTENSIBLE, subFormat: options.tag ?? PCM });
    expect(read(wav(extensible, chunk("data", body))).samples).toEqual(samples);
  });

  it("tells its format", () => {
    const stereo = wav(format({ channels: 2, sampleRate: 44100 }), data(ramp));
    const { reader, samples } = read(stereo);
    expect(reader.format).toEqual({ sampleRate: 44100, channels: 2, encoding: "s16le", frames: 10 });
    expect(samples).toEqual(Array.from({ length: 10 }, (_, i) => (2000 * i - 8500) / 32768));
  });

  it("is the same wherever it is cut in two, and byte by byte, in a buffer that is used again", () => {
    const odd = chunk("LIST", Uint8Array.of(1, 2, 3));
    const file = wav(
      odd,
      format({ tag: EXTENSIBLE, subFormat: PCM }),
      chunk("fact", new Uint8Array(4)),
      odd,
      data(ramp),
      odd,
    );
    for (let cut = 0; cut <= file.length; cut++) {
      expect(read(file.subarray(0, cut), file.subarray(cut)).samples, `cut at ${cut}`).toEqual(rampSamples);
    }
    const reader = new WavReader();
    const one = new Uint8Array(1);
    const samples = Array.from(file, (byte) => {
      one[0] = byte;
      return [...reader.push(one)];
    });
    expect(samples.flat()).toEqual(rampSamples);
  });

  it("has chunks before and behind its audio passed over, those of odd length with their padding", () => {
    const odd = chunk("LIST", Uint8Array.of(1, 2, 3));
    const empty = chunk("JUNK", new Uint8Array(0));
    expect(read(wav(odd, empty, format(), odd, data(ramp), odd)).samples).toEqual(rampSamples);
  });

  it("may carry metadata of a hundred megabytes without keeping them", () => {
    const reader = new WavReader();
    reader.push(wav(chunk("ID3 ", new Uint8Array(0), 100e6)));
    const part = new Uint8Array(10000);
    for (let left = 100e6; left > 0; left -= part.length) reader.push(part);
    reader.push(format());
    expect([...reader.push(data(ramp))]).toEqual(rampSamples);
  });

  // Of GStreamer, SoX, others, arecord and ffmpeg; and less by what stands before the audio.
  const unknown = [0, 0x7ffff000, 0x7ffff000 - 44, 0x7fffffff, 0x7fffffff - 36, 0x80000000, 0xffffffff, 0xfffffff0];
  it.each(unknown)("that was streamed and claims %i bytes goes to its end", (size) => {
    const { samples, reader } = read(wav(format(), chunk("data", bytesOf(ramp), size)));
    expect(samples).toEqual(rampSamples);
    expect(reader.format!.frames).toBeNull();
  });

  it("that ends early, or within a sample, gives what is there", () => {
    const file = wav(format(), data(ramp));
    for (let lost = 1; lost < 2 * ramp.length; lost++) {
      const { samples } = read(file.subarray(0, file.length - lost));
      expect(samples).toEqual(rampSamples.slice(0, Math.floor((2 * ramp.length - lost) / 2)));
    }
  });

  it("may say of a sample frame's bytes what it likes: SoX, Python and ffmpeg do not look either", () => {
    for (const frameBytes of [0, 1, 4])
      expect(read(wav(format({ frameBytes }), data(ramp))).samples).toEqual(rampSamples);
    const bytes = Uint8Array.of(0, 0, 0x40, 0, 0, 0xc0);
    expect(read(wav(format({ bits: 24, frameBytes: 4 }), chunk("data", bytes))).samples).toEqual([0.5, -0.5]);
  });

  it("gives each of its channels on its own", () => {
    const reader = new WavReader();
    const file = wav(format({ channels: 2 }), data(ramp));
    const [left, right] = [file.subarray(0, 51), file.subarray(51)].map((part) => reader.pushChannels(part));
    expect(left).toEqual([
      Float32Array.from(rampSamples.slice(0, 2).slice(0, 1)),
      Float32Array.from(rampSamples.slice(1, 2)),
    ]);
    expect([...right![0]!]).toEqual(rampSamples.filter((_, i) => i % 2 === 0).slice(1));
    expect([...right![1]!]).toEqual(rampSamples.filter((_, i) => i % 2 === 1).slice(1));
  });

  it("of which a ds64 chunk knows no size either goes to its end", () => {
    const file = wav(chunk("ds64", new Uint8Array(28)), format(), chunk("data", bytesOf(ramp), 0xffffffff));
    file.set(new TextEncoder().encode("BW64"));
    const { samples, reader } = read(file);
    expect([samples, reader.format!.frames]).toEqual([rampSamples, null]);
  });

  it.each(["RF64", "BW64"])("longer than 32 bits can say (%s) is read by the sizes of its ds64 chunk", (kind) => {
    const sizes = new Uint8Array(28);
    new DataView(sizes.buffer).setBigUint64(8, BigInt(2 * ramp.length), true);
    const behind = chunk("LIST", new Uint8Array(6));
    const file = wav(chunk("ds64", sizes), format(), chunk("data", bytesOf(ramp), 0xffffffff), behind);
    file.set(new TextEncoder().encode(kind));
    for (const step of [file.length, 1, 7]) {
      const pieces = Array.from({ length: Math.ceil(file.length / step) }, (_, i) =>
        file.subarray(i * step, (i + 1) * step),
      );
      const { samples, reader } = read(...pieces);
      expect(samples).toEqual(rampSamples);
      expect(reader.format!.frames).toBe(ramp.length);
    }
  });

  it("without audio gives none", () => {
    expect(read(wav(format(), data(new Int16Array(0)))).samples).toEqual([]);
  });
});

describe("what is not a WAV file of PCM", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["text", new TextEncoder().encode("this is no audio"), /ffmpeg/],
    ["an MP3 file", Uint8Array.from([0xff, 0xfb, 0x90, ...Array(20).fill(0)]), /ffmpeg/],
    ["a RIFF file of another kind", chunk("RIFF", new TextEncoder().encode("AVI LIST")), /ffmpeg/],
    ["ADPCM", wav(format({ tag: 2, bits: 4, frameBytes: 1 }), data(ramp)), /4-bit audio of format 2.*pcm_s16le/],
    ["16-bit mu-law", wav(format({ tag: MULAW }), data(ramp)), /16-bit audio of format 7/],
    ["the extensible form cut short", wav(format({ tag: EXTENSIBLE }), data(ramp)), /format 65534/],
    ["12-bit PCM", wav(format({ bits: 12, frameBytes: 2 }), data(ramp)), /12-bit/],
    ["16-bit float", wav(format({ tag: FLOAT }), data(ramp)), /16-bit audio of format 3/],
    ["no channels", wav(format({ channels: 0 }), data(ramp)), /0 channels/],
    ["65535 channels", wav(format({ channels: 65535, frameBytes: 2 }), data(ramp)), /65535 channels/],
    ["a rate of 0", wav(format({ sampleRate: 0 }), data(ramp)), /is 0 Hz/],
    ["a rate of 4 GHz", wav(format({ sampleRate: 0xffffffff }), data(ramp)), /4294967295 Hz/],
    ["audio before its format", wav(data(ramp), format()), /before its format/],
    ["a short format chunk", wav(chunk("fmt ", new Uint8Array(14)), data(ramp)), /14 bytes, not 16/],
  ])("%s is refused, in one piece and byte by byte", (_, file, message) => {
    for (const step of [file.length, 1]) {
      const reader = new WavReader();
      const error = errorOf(() => {
        for (let at = 0; at < file.length; at += step) reader.push(file.subarray(at, at + step));
        reader.finish();
      });
      expect(error.code).toBe("bad-wav");
      expect(error.message).toMatch(message);
    }
  });

  it("a buffer may be used again for the next bytes, at every place", () => {
    const file = wav(format(), chunk("LIST", new Uint8Array(7)), data(ramp));
    const reader = new WavReader();
    const buffer = Buffer.alloc(3);
    const samples: number[] = [];
    for (let at = 0; at < file.length; at += 3) {
      const part = file.subarray(at, at + 3);
      buffer.set(part);
      samples.push(...reader.push(buffer.subarray(0, part.length)));
    }
    expect(samples).toEqual(rampSamples);
  });

  it("what is no bytes is refused", () => {
    expect(errorOf(() => new WavReader().push([82, 73] as unknown as Uint8Array)).code).toBe("bad-argument");
  });

  it("a file that ends before its audio is refused, wherever that is", () => {
    const file = wav(format(), chunk("LIST", new Uint8Array(7)), data(ramp));
    for (let length = 0; length < file.length - 2 * ramp.length; length++) {
      expect(errorOf(() => read(file.subarray(0, length))).code, `${length} bytes`).toBe("bad-wav");
    }
  });

  it("any byte of its chunks changed does no worse than that", () => {
    const file = wav(format(), chunk("LIST", new Uint8Array(6)), data(ramp));
    for (let at = 12; at < 60; at++) {
      for (const value of [0, 1, 127, 255]) {
        const damaged = file.slice();
        damaged[at] = value;
        try {
          expect(read(damaged).samples.length).toBeLessThanOrEqual(file.length);
        } catch (error) {
          expect(error).toMatchObject({ name: "FoldvoxError", code: "bad-wav" });
        }
      }
    }
  });
});
