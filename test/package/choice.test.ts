// Which build runs where: simd, scalar where SIMD does not validate, and without WebAssembly an error that names foldvox/plain, which
// runs there. In Node with its flags, by require().

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bytesOf, recognizer } from "../support/engines.ts";

const program = fileURLToPath(new URL("transcribe.cjs", import.meta.url));

const heard = (script: string, { flags = [] as string[], model = false } = {}): string =>
  execFileSync(process.execPath, [...flags, program, script, ...(model ? ["with-model"] : [])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

/** What the recognizer of this process hears in the same samples. */
function expected(): string {
  const engine = recognizer("simd", bytesOf("models/commands.safetensors"));
  const stream = engine.createStream();
  const bytes = bytesOf("examples/digits.wav");
  stream.acceptWaveform(16000, new Int16Array(bytes.buffer, 44, 4 * 16000));
  stream.inputFinished();
  const text = stream.results().map((result) => result.text);
  engine.free();
  return `${text}`;
}

const words = expected();

describe("foldvox by require()", () => {
  it("finds engine and model, and prefers simd", () => {
    expect(words.split(" ").length).toBeGreaterThan(2);
    expect(heard("build/cjs/index.js")).toBe(`simd: ${words}`);
  });

  it("runs the scalar build where the simd one does not validate", () => {
    expect(heard("build/cjs/index.js", { flags: ["--no-enable-sse4-1"] })).toBe(`scalar: ${words}`);
    expect(heard("build/cjs/inline.js", { flags: ["--no-enable-sse4-1"], model: true })).toBe(`scalar: ${words}`);
  });

  it("says without WebAssembly what does without", () => {
    const answer = heard("build/cjs/index.js", { flags: ["--no-expose-wasm"] });
    expect(answer).toMatch(/^wasm-failed: .*no WebAssembly.*foldvox\/plain/);
  });
});

describe("foldvox/inline by require()", () => {
  it("has its engine inside, and asks for a model", () => {
    expect(heard("build/cjs/inline.js", { model: true })).toBe(`simd: ${words}`);
    expect(heard("build/cjs/inline.js")).toMatch(/^bad-argument: .*model option/);
  });
});

describe("foldvox/plain by require()", () => {
  it("takes the place of foldvox without WebAssembly", () => {
    expect(heard("build/cjs/plain.js", { flags: ["--no-expose-wasm"] })).toBe(`plain: ${words}`);
  }, 300_000);
});
