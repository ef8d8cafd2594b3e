// The base architecture of EMFORMER_RNNT_BASE_LIBRISPEECH, 76.7 M parameters, against torchaudio: see scripts/parity.mjs.

import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../src/decode/text/reading.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { recognizer } from "../support/engines.ts";
import { largestError, relativeL2 } from "../support/numbers.ts";
import { convertGolden, goldenTensors, joinAll, predictAll } from "../support/transducer.ts";

const golden = goldenTensors("build/parity/base.golden.safetensors");
const indices = ({ tokens }: Reading) => tokens!.map(({ index }) => index);
const files: Record<"fp32" | "int8", Uint8Array> = { fp32: new Uint8Array(), int8: new Uint8Array() };
const output = golden("output").values;
const tokens = Array.from(golden("tokens").values);
const path = { tokens, rows: Array.from(golden("rows").values) };

/** Prints a figure beside the test that limits it. */
function report(what: string, value: number): number {
  console.log(`${what}: ${value.toExponential(2)}`);
  return value;
}

beforeAll(async () => {
  for (const weights of ["fp32", "int8"] as const) files[weights] = await convertGolden("build/parity/base", weights);
});

it("has the parameters and names of torchaudio's base model", () => {
  const { tensors } = readModelHeader(files.fp32);
  const parameters = tensors.slice(2).reduce((sum, { bytes }) => sum + bytes / 4, 0);
  expect(parameters / 1e6).toBeCloseTo(76.74, 2);
});

describe("fp32", () => {
  it("encodes within 1e-4 of the largest magnitude over 500 steps", () => {
    const engine = recognizer("simd", files.fp32);
    const { output: encoded } = engine.encode({ features: golden("features").values });
    expect(encoded.length).toBe(output.length);
    expect(report("encoder, largest error", largestError(encoded, output))).toBeLessThan(1e-4);
  });

  it("predicts within 1e-4", () => {
    const predicted = predictAll("simd", files.fp32, tokens);
    expect(report("predictor, largest error", largestError(predicted, golden("predicted").values))).toBeLessThan(1e-4);
  });

  it("joins within 1e-4, greedy and beam search find the same", () => {
    const { shape, values } = golden("log_probs");
    const joined = joinAll("simd", files.fp32, output, path, shape[0]!);
    expect(report("joiner, largest error", largestError(joined, values))).toBeLessThan(1e-4);

    const engine = recognizer("simd", files.fp32, { decoding: { beam: 10 } });
    expect(indices(engine.decode(output, { decoding: {} })[0]!)).toEqual(tokens);

    const beam = golden("beam.10");
    const longest = beam.shape[1]!;
    const readings = engine.decode(output.subarray(0, 400 * 1024));
    readings.forEach((reading, i) => {
      const expected = Array.from(beam.values.subarray(i * longest, (i + 1) * longest)).filter((token) => token >= 0);
      expect(indices(reading)).toEqual(expected);
      expect(Math.abs(reading.score! - golden("beam.10.scores").values[i]!)).toBeLessThan(1e-3);
    });
  });
});

describe("int8", () => {
  // Three LSTM layers feed their rounding back, so the predictor is further away; what counts is what comes out of the joiner.
  it("joins within 5 % of fp32 (relative L2), the same token best in 95 % of rows", () => {
    const { output: encoded } = recognizer("simd", files.int8).encode({ features: golden("features").values });
    expect(report("encoder, relative L2", relativeL2(encoded, output))).toBeLessThan(0.05);
    const predicted = predictAll("simd", files.int8, tokens);
    expect(report("predictor, relative L2", relativeL2(predicted, golden("predicted").values))).toBeLessThan(0.1);

    const { shape, values } = golden("log_probs");
    const [rows, width] = shape as [number, number];
    // The whole model in int8: its own encoder's output too.
    const joined = joinAll("simd", files.int8, encoded, path, rows);
    expect(report("log-probs, relative L2", relativeL2(joined, values))).toBeLessThan(0.05);
    const best = (all: Float32Array, row: number) => {
      const scores = all.subarray(row * width, (row + 1) * width);
      return scores.reduce((top, score, i) => (score > scores[top]! ? i : top), 0);
    };
    const same = Array.from({ length: rows }, (_, row) => best(joined, row) === best(values, row)).filter(
      Boolean,
    ).length;
    expect(report("rows with the same best token", same / rows)).toBeGreaterThanOrEqual(0.95);
  });

  it("takes no more memory than 1.10 times its tensors and states", () => {
    const engine = recognizer("simd", files.int8, { decoding: { beam: 10 } });
    const { regions, memoryBytes } = engine.memoryReport();
    const bytesOf = (part: string) =>
      regions.filter(({ name }) => name.startsWith(part)).reduce((sum, { bytes }) => sum + bytes, 0);
    const tensors = engine.header.dataBytes;
    const ratio = memoryBytes / (tensors + bytesOf("stream"));
    console.log(`${memoryBytes} bytes of memory, ${tensors} of tensors, ${bytesOf("stream")} of states`);
    expect(report("memory / (tensors + states)", ratio)).toBeLessThanOrEqual(1.1);
  });
});
