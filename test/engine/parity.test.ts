// The encoder against PyTorch: goldens by training/goldens/make_goldens.py, from torchaudio's Emformer where nothing is folded.

import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { BUILDS, bytesOf, recognizer } from "../support/engines.ts";
import { largestError, relativeL2 } from "../support/numbers.ts";

const names = readdirSync(new URL("../golden", import.meta.url))
  .filter((file) => file.endsWith(".golden.safetensors") && !file.startsWith("commands"))
  .map((file) => file.replace(".golden.safetensors", ""));

function golden(name: string): (tensor: string) => Float32Array {
  const tensors = readSafetensors(bytesOf(`test/golden/${name}.golden.safetensors`));
  return (tensor) => new Float32Array(tensors.get(tensor)!.bytes.slice().buffer);
}

function encode(build: (typeof BUILDS)[number], name: string, features: Float32Array) {
  const engine = recognizer(build, bytesOf(`test/golden/${name}.safetensors`));
  const steps = features.length / engine.header.config.features.mels / engine.header.config.encoder.stride;
  const { output } = engine.encode({ features });
  return { output, segments: steps / engine.header.config.encoder.segment };
}

describe.each(names)("%s", (name) => {
  const tensors = golden(name);

  it("agrees in fp32 within 1e-4 of the largest magnitude over at least 200 steps", () => {
    const { output, segments } = encode("simd", `${name}.fp32`, tensors("features"));
    expect(segments).toBeGreaterThanOrEqual(200);
    expect(output.length).toBe(tensors("output").length);
    expect(largestError(output, tensors("output"))).toBeLessThan(1e-4);
  });

  it("agrees in int8 within 3 % of fp32, and within 0.5 % of PyTorch emulating int8", () => {
    const { output } = encode("simd", `${name}.int8`, tensors("features"));
    expect(relativeL2(output, tensors("output"))).toBeLessThan(0.03);
    expect(relativeL2(output, tensors("output_int8"))).toBeLessThan(0.005);
  });

  it.each(["fp32", "int8"])("gives the same bits in every build, %s", (weights) => {
    const [first, ...others] = BUILDS.map((build) => encode(build, `${name}.${weights}`, tensors("features")).output);
    for (const other of others) expect(Buffer.compare(Buffer.from(other.buffer), Buffer.from(first!.buffer))).toBe(0);
  });
});
