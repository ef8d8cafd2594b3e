// Audio files of every kind, against the WAV that they were made of (by ffmpeg, from examples/digits.wav).

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Resampler } from "../../src/audio/resampler.ts";
import { type AudioFormat, readAudioFile } from "../../src/cli/audio-file.ts";
import { bytesOf } from "../support/engines.ts";
import { rejectionOf } from "../support/errors.ts";
import { readWav } from "../support/wav.ts";

const original = readWav(bytesOf("examples/digits.wav")).subarray(0, 19200);
const folder = fileURLToPath(new URL("./audio/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "foldvox-audio-"));

async function read(path: string): Promise<{ samples: Float32Array; format: AudioFormat }> {
  let format: AudioFormat | null = null;
  const parts: Float32Array[] = [];
  for await (const part of readAudioFile(path, (found) => {
    format = found;
  })) {
    parts.push(part);
  }
  return { samples: Float32Array.from(parts.flatMap((part) => [...part])), format: format! };
}

/** The original's rate and length, for comparison. */
function at16k({ samples, format }: Awaited<ReturnType<typeof read>>): Float32Array {
  const resampler = new Resampler(format.sampleRate, 16000);
  return Float32Array.from([...resampler.process(samples), ...resampler.flush()]);
}

/** Cosine of the angle between two signals: 1 for the same but for loudness. */
function likeness(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The library's full scale is 32767, ours 32768. */
function expectLossless(samples: Float32Array): void {
  expect(Int16Array.from(samples, (x) => Math.round(x * 32767))).toEqual(Int16Array.from(original, (x) => x * 32768));
}

describe("readAudioFile", () => {
  it.each([
    ["speech.flac", original.length],
    ["speech.oga", null],
  ])("reads %s whole", async (name, frames) => {
    const { samples, format } = await read(join(folder, name));
    expect(format).toEqual({ sampleRate: 16000, frames });
    expectLossless(samples);
  });

  it.each([
    ["speech.mp3", 16000],
    ["speech.opus", 48000],
    ["speech.ogg", 16000],
    ["stereo.mp3", 44100],
  ])("reads %s at its rate, in time, mixed to mono", async (name, sampleRate) => {
    const audio = await read(join(folder, name));
    expect(audio.format.sampleRate).toBe(sampleRate);
    const mono = at16k(audio);
    // Coding noise is loudest in Opus at 32 kbit/s; a sample's delay would cost more.
    expect(likeness(original, mono)).toBeGreaterThan(0.95);
    expect(likeness(original, mono)).toBeGreaterThan(likeness(original, mono.subarray(4)));
    expect(likeness(original.subarray(4), mono)).toBeLessThan(likeness(original, mono));
    expect(Math.abs(mono.length - original.length)).toBeLessThan(1200);
  });

  it("tells the kind by the bytes, not by the name", async () => {
    const path = join(scratch, "really-flac.mp3");
    writeFileSync(path, readFileSync(join(folder, "speech.flac")));
    expectLossless((await read(path)).samples);
  });

  it.each([
    ["nothing", new Uint8Array(0), "bad-wav"],
    ["a few bytes", new Uint8Array(5), "bad-wav"],
    ["text", new TextEncoder().encode("x".repeat(500)), "bad-wav"],
    ["an MPEG-4 file", new TextEncoder().encode(`\0\0\0 ftypM4A ${"\0".repeat(90)}`), "bad-wav"],
    ["only an ID3 tag", new TextEncoder().encode(`ID3${"\0".repeat(90)}`), "bad-audio"],
    ["the beginning of a FLAC file", readFileSync(join(folder, "speech.flac")).subarray(0, 60), "bad-audio"],
    ["the beginning of an Ogg file", readFileSync(join(folder, "speech.opus")).subarray(0, 60), "bad-audio"],
  ])("refuses %s", async (name, bytes, code) => {
    const path = join(scratch, name.replaceAll(" ", "-"));
    writeFileSync(path, bytes);
    expect((await rejectionOf(read(path))).code).toBe(code);
  });

  it.each(["speech.flac", "speech.mp3", "speech.opus", "speech.ogg"])(
    "gives what is there of a cut or damaged %s, or says why not",
    async (name) => {
      const whole = readFileSync(join(folder, name));
      for (let seed = 0; seed < 12; seed++) {
        const damaged = Uint8Array.from(whole);
        for (let i = 0; i < 20; i++) damaged[(seed * 7919 + i * 104729) % damaged.length]! ^= 1 + ((seed + i) % 255);
        const path = join(scratch, `${seed}-${name}`);
        writeFileSync(path, seed % 2 === 0 ? damaged : damaged.subarray(0, (damaged.length * seed) / 12));
        try {
          expect((await read(path)).samples.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: "FoldvoxError" });
        }
      }
    },
  );

  it("says that a file is not there, or is a folder", async () => {
    expect((await rejectionOf(read(join(scratch, "no-such")))).message).toMatch(/no such file/);
    expect((await rejectionOf(read(scratch))).message).toMatch(/folder/);
  });
});
