// The features of torchaudio's RNN-T pipeline through a whole model: gain, piecewise logarithm and global statistics.

import { expect, it } from "vitest";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { fileOf, modelTensors, smallConfig } from "../support/model-file.ts";
import { largestError } from "../support/numbers.ts";

const golden = readSafetensors(bytesOf("test/golden/log-mel.safetensors"));
const floats = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);
const tensor = (name: string) => floats(golden.get(name)!.bytes);

it("a waveform encodes as torchaudio's features of it do, normalised by hand", () => {
  const features = { ...smallConfig().features, mels: 80, log: "piecewise" as const, gain: 32767 ** 2 };
  const config = smallConfig({ inputDim: 80 }, { features });
  const tensors = modelTensors(config);
  const [mean, invstddev] = ["features.mean", "features.invstddev"].map((name) => floats(tensors.get(name)!.bytes));
  // As large as real statistics are, and different for every band.
  const shift = mean!.map((x) => 12 + 20 * x);
  tensors.set("features.mean", { dtype: "F32", shape: [80], bytes: new Uint8Array(shift.buffer) });

  const engine = recognizer("simd", fileOf(config, tensors));
  const normalised = tensor("piecewise").map((x, i) => (x - shift[i % 80]!) * invstddev![i % 80]!);
  const expected = engine.encode({ features: normalised });
  const found = engine.encode({ waveform: tensor("waveform") });
  expect(found.tokens).toBe(expected.tokens);
  expect(found.tokens).toBeGreaterThan(40);
  // The rounding of a log-mel (2e-3 at most on speech) and no more.
  expect(largestError(found.output, expected.output)).toBeLessThan(2e-3);
  // Statistics that are left out would show.
  expect(largestError(engine.encode({ features: tensor("piecewise") }).output, expected.output)).toBeGreaterThan(0.05);
});
