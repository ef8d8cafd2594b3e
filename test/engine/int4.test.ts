// Models of four bits say to the bit what the int8 models say that they stand for: in every build, streamed, and as transducers.

import { describe, expect, it } from "vitest";
import { BUILDS, recognizer } from "../support/engines.ts";
import { fileOf, modelTensors, smallConfig, smallTransducer, unpacked } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";

const layer = { attentionFold: 1, feedForwardFold: 1, heads: 2, feedForward: 160 };
/** All kinds of matrices: of one group and of several, folded, and two that have to stay int8. */
const encoder = {
  width: 64,
  projection: 16,
  outputDim: 40,
  layers: [layer, { ...layer, attentionFold: 2, feedForwardFold: 2, feedForward: 192 }, { ...layer, feedForward: 100 }],
};
const config = smallConfig(encoder);
const waveform = randomFloats(40000, 3, 0.5);

describe.each(BUILDS)("four bits in the %s build", (build) => {
  it("give the bits of their int8 model", () => {
    const tensors = modelTensors(config, { weights: "int4", seed: 4, embedding: true });
    const kinds = Array.from(tensors.values(), ({ dtype }) => dtype);
    expect(kinds.filter((dtype) => dtype === "U8").length).toBeGreaterThan(10);
    const int4 = recognizer(build, fileOf(config, tensors)).encode({ waveform }).output;
    const int8 = recognizer(build, fileOf(config, unpacked(tensors))).encode({ waveform }).output;
    expect(int4.some(Number.isNaN)).toBe(false);
    expect(Buffer.compare(Buffer.from(int4.buffer), Buffer.from(int8.buffer))).toBe(0);
  });

  it("take less memory than int8", () => {
    const file = (weights: "int4" | "int8") => fileOf(config, modelTensors(config, { weights }));
    const [int4, int8] = [recognizer(build, file("int4")), recognizer(build, file("int8"))];
    const weights = (engine: typeof int4) =>
      engine.memoryReport().regions.find(({ name }) => name === "weights")!.bytes;
    expect(weights(int4)).toBeLessThan(0.7 * weights(int8));
  });

  it("search as their int8 model does", () => {
    const transducer = {
      ...smallTransducer({ symbolEmbedding: 32, lstmHidden: 64 }),
      encoder: { ...config.encoder, outputDim: 64 },
    };
    const tensors = modelTensors(transducer, { weights: "int4", seed: 8 });
    expect(tensors.get("predictor.embedding.weight")!.dtype).toBe("I8");
    const say = (file: Uint8Array) => {
      const stream = recognizer(build, file, { decoding: { beam: 3 } }).createStream();
      stream.acceptWaveform(16000, waveform);
      stream.inputFinished();
      return stream.results();
    };
    expect(say(fileOf(transducer, tensors))).toEqual(say(fileOf(transducer, unpacked(tensors))));
  });
});
