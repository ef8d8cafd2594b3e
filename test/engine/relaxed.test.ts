// The relaxed build where its instruction may not be used: weights of eight bits, and a V8 that computes it wrongly.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { engineModule, recognizer } from "../support/engines.ts";
import { fileOf, modelTensors, smallConfig } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";

const waveform = randomFloats(40000, 3, 0.5);
const bitsOf = (build: "relaxed" | "simd", file: Uint8Array) =>
  new Uint32Array(recognizer(build, file).encode({ waveform }).output.buffer);

/** Whether the engine's memory holds this matrix as the file does, without 64 added. */
function isUntouched(file: Uint8Array, matrix: Uint8Array): boolean {
  const engine = recognizer("relaxed", file) as unknown as {
    engine: { running: { arena: import("../../src/engine/arena-memory.ts").Arena } };
  };
  const { arena } = engine.engine.running;
  const address = arena.plan.tensors.get("head.linear.weight")!;
  return Buffer.compare(Buffer.from(arena.memory.buffer, address, matrix.length), Buffer.from(matrix)) === 0;
}

describe("the relaxed build", () => {
  it.each([
    [63, false],
    [-64, false],
    [64, true],
    [-65, true],
    [127, true],
    [-128, true],
  ])("with a weight of %i gives the bits of the simd build", (weight, untouched) => {
    const tensors = modelTensors(smallConfig(), { weights: "int8" });
    const matrix = tensors.get("head.linear.weight")!.bytes;
    // The last of 36: behind the whole vectors.
    matrix[35] = weight;
    const file = fileOf(smallConfig(), tensors);
    expect(bitsOf("relaxed", file)).toEqual(bitsOf("simd", file));
    expect(isUntouched(file, matrix)).toBe(untouched);
  });

  it("computes fp32 models and those with some fp32 matrices as the simd build does", () => {
    const tensors = modelTensors(smallConfig(), { weights: "int8" });
    const fp32 = modelTensors(smallConfig());
    tensors.delete("head.linear.weight_scale");
    tensors.set("head.linear.weight", fp32.get("head.linear.weight")!);
    for (const file of [fileOf(smallConfig(), fp32), fileOf(smallConfig(), tensors)]) {
      expect(bitsOf("relaxed", file)).toEqual(bitsOf("simd", file));
    }
  });

  it("is known by its kernel", () => {
    expect(recognizer("relaxed", fileOf(smallConfig(), modelTensors(smallConfig()))).build).toBe("relaxed");
    expect(WebAssembly.Module.exports(engineModule("simd")).map(({ name }) => name)).not.toContain("matmulInt7");
  });

  it.runIf(process.version.startsWith("v20."))("hears the same where V8 adds twice before it optimizes", () => {
    const program = fileURLToPath(new URL("../package/transcribe.cjs", import.meta.url));
    const heard = (...flags: string[]) =>
      execFileSync(process.execPath, [...flags, program, "build/cjs/index.js"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    const words = heard().replace("simd: ", "");
    expect(words.length).toBeGreaterThan(10);
    const flag = "--experimental-wasm-relaxed-simd";
    expect(heard(flag)).toBe(`relaxed: ${words}`);
    expect(heard(flag, "--no-liftoff")).toBe(`relaxed: ${words}`);
  });
});
