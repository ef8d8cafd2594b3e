// Versions of the model file. versions/N.safetensors is the first file of version N that was made: it is never made anew, must stay
// readable for as long as the major version of foldvox lasts, and give the same bits (policy: CHANGELOG.md).

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { readModelHeader } from "../../src/model/header.ts";
import { BUILDS, bytesOf, recognizer } from "../support/engines.ts";
import { errorOf } from "../support/errors.ts";

/** SHA-256 of the output that each version's file gave in the first release that wrote it, for a second of a sawtooth. */
const OUTPUT: Record<string, string> = {
  "1.safetensors": "b87aa95c97a39bfbfb42b070431feb1c2ac703b34fa1c55809627b71d70be46e",
  // The same weights: what has changed is what the checksum covers.
  "2.safetensors": "b87aa95c97a39bfbfb42b070431feb1c2ac703b34fa1c55809627b71d70be46e",
};

const sawtooth = Float32Array.from({ length: 16000 }, (_, i) => ((i % 73) - 36) / 128);

it("each have a file here", () => {
  expect(readdirSync(new URL("versions/", import.meta.url)).sort()).toEqual(Object.keys(OUTPUT).sort());
});

it.each(Object.entries(OUTPUT))("%s reads and computes as ever", (file, hash) => {
  const bytes = bytesOf(`test/model/versions/${file}`);
  expect(readModelHeader(bytes).fileBytes).toBe(bytes.length);
  for (const build of BUILDS) {
    const engine = recognizer(build, bytes);
    const { output } = engine.encode({ waveform: sawtooth });
    engine.free();
    expect(output.length).toBeGreaterThan(0);
    expect(createHash("sha256").update(new Uint8Array(output.buffer)).digest("hex")).toBe(hash);
  }
});

/** A file of the present version, its version written over in place. */
function relabelled(version: string): Uint8Array {
  const bytes = bytesOf("test/model/versions/2.safetensors");
  const label = '"version":"';
  const at = Buffer.from(bytes).indexOf(label) + label.length;
  expect(at).toBeGreaterThanOrEqual(label.length);
  bytes.set(new TextEncoder().encode(version), at);
  return bytes;
}

it("of the future are refused, with what to do", () => {
  expect(readModelHeader(relabelled("2")).sha256).toMatch(/^[0-9a-f]{64}$/);
  for (const reading of [() => readModelHeader(relabelled("3")), () => recognizer("simd", relabelled("3"))]) {
    const error = errorOf(reading);
    expect(error.code).toBe("model-version");
    expect(error.message).toMatch(/version "3".*reads versions 1 to 2.*newer foldvox/);
  }
});
