// Predictor, joiner and search against torchaudio: goldens by training/goldens/make_transducer_goldens.py, converted from checkpoints
// that torch.save has written.

import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../src/decode/text/reading.ts";
import type { Recognizer } from "../../src/index.ts";
import { BUILDS, recognizer } from "../support/engines.ts";
import { largestError, relativeL2 } from "../support/numbers.ts";
import {
  convertGolden,
  GOLDEN,
  type GoldenTensor,
  goldenTensors,
  joinAll,
  predictAll,
  TRANSDUCERS,
} from "../support/transducer.ts";

const indices = ({ tokens }: Reading) => tokens!.map(({ index }) => index);

/** A golden hypothesis's tokens: -1 stands behind their end. */
function hypothesis({ shape, values }: GoldenTensor, row: number): number[] {
  const all = Array.from(values.subarray(row * shape[1]!, (row + 1) * shape[1]!));
  return all.slice(0, all.includes(-1) ? all.indexOf(-1) : all.length);
}

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

describe.each(TRANSDUCERS)("%s", (name) => {
  const golden = goldenTensors(`${GOLDEN}/${name}.golden.safetensors`);
  const output = golden("output");
  const files: Record<"fp32" | "int8", Uint8Array> = { fp32: new Uint8Array(), int8: new Uint8Array() };
  const open = (build: (typeof BUILDS)[number], weights: "fp32" | "int8", beam: number): Recognizer =>
    recognizer(build, files[weights], { decoding: { beam } });

  beforeAll(async () => {
    for (const weights of ["fp32", "int8"] as const) files[weights] = await convertGolden(`${GOLDEN}/${name}`, weights);
  });

  it("encodes within 1e-4 of the largest magnitude over at least 500 steps", () => {
    const engine = open("simd", "fp32", 1);
    const { output: encoded, tokens } = engine.encode({ features: golden("features").values });
    expect(tokens / engine.header.config.encoder.segment).toBeGreaterThanOrEqual(500);
    expect(encoded.length).toBe(output.values.length);
    expect(largestError(encoded, output.values)).toBeLessThan(1e-4);
  });

  it("predicts within 1e-4 of the largest magnitude, in int8 within 5 %", () => {
    const tokens = Array.from(golden("tokens").values);
    const expected = golden("predicted").values;
    expect(tokens.length).toBeGreaterThan(50);
    expect(largestError(predictAll("simd", files.fp32, tokens), expected)).toBeLessThan(1e-4);
    expect(relativeL2(predictAll("simd", files.int8, tokens), expected)).toBeLessThan(0.05);
  });

  it("joins within 1e-4 of the largest magnitude; in int8 within 5 %, the same token best in 95 % of rows", () => {
    const { shape, values } = golden("log_probs");
    const path = { tokens: Array.from(golden("tokens").values), rows: Array.from(golden("rows").values) };
    const [rows, width] = shape as [number, number];
    expect(largestError(joinAll("simd", files.fp32, output.values, path, rows), values)).toBeLessThan(1e-4);
    const int8 = joinAll("simd", files.int8, output.values, path, rows);
    expect(relativeL2(int8, values)).toBeLessThan(0.05);
    const best = (all: Float32Array, row: number) => {
      const scores = Array.from(all.subarray(row * width, (row + 1) * width));
      return scores.indexOf(Math.max(...scores));
    };
    const same = Array.from({ length: rows }, (_, row) => best(int8, row) === best(values, row)).filter(Boolean).length;
    expect(same / rows).toBeGreaterThanOrEqual(0.95);
  });

  it("finds the greedy path, token by token and row by row", () => {
    const engine = open("simd", "fp32", 1);
    const [reading, ...others] = engine.decode(output.values);
    expect(others).toEqual([]);
    expect(indices(reading!)).toEqual(Array.from(golden("tokens").values));
    const { encoder, features } = engine.header.config;
    const rowSeconds = (encoder.stride * features.hopSamples) / features.sampleRate;
    const rows = reading!.tokens!.map(({ start }) => Math.floor(start / rowSeconds + 1e-6));
    expect(rows).toEqual(Array.from(golden("rows").values));
  });

  it.each([2, 10])("finds what torchaudio's beam search of %i finds, with the same scores", (beam) => {
    const readings = open("simd", "fp32", beam).decode(output.values);
    const tokens = golden(`beam.${beam}`);
    const scores = golden(`beam.${beam}.scores`).values;
    expect(readings.length).toBe(beam);
    readings.forEach((reading, i) => {
      expect(indices(reading)).toEqual(hypothesis(tokens, i));
      expect(Math.abs(reading.score! - scores[i]!)).toBeLessThan(1e-3);
    });
  });

  it.each(["fp32", "int8"] as const)("gives the same bits and readings in every build, %s", (weights) => {
    const [first, ...others] = BUILDS.map((build) => {
      const engine = open(build, weights, 10);
      const { output } = engine.encode({ features: golden("features").values });
      return { output, readings: engine.decode(output) };
    });
    for (const { output, readings } of others) {
      expect(bits(output)).toEqual(bits(first!.output));
      expect(readings).toEqual(first!.readings);
    }
  });
});
