// What a model costs, against counts by hand.

import { describe, expect, it } from "vitest";
import { modelCost } from "../../src/model/cost.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { CONFORMER, modelFile, smallConfig, smallTransducer } from "../support/model-file.ts";

const cost = (fold: number, memory = 0, weights: "fp32" | "int8" | "int4" = "fp32", wide = {}) => {
  const layers = [{ attentionFold: fold, feedForwardFold: fold, heads: 1, feedForward: 32 }];
  return modelCost(readModelHeader(modelFile(smallConfig({ layers, memory, ...wide }), { weights })));
};

describe("modelCost", () => {
  it("counts a layer without a fold", () => {
    const [layer] = cost(1).layers;
    // Norms 3 * 32, keys and values 32 * 17, query and output 2 * 16 * 17, feed-forward 32 * 17 + 16 * 33.
    expect(layer!.parameters).toBe(96 + 544 + 544 + 544 + 528);
    expect(layer!.bytes).toBe(4 * layer!.parameters);
    // Five tokens through 4 matrices of 16 x 16 and 2 of 16 x 32; each attends to 5 tokens and 8 of left context.
    expect(layer!.macs).toEqual({ linear: 5 * (4 * 256 + 2 * 512), attention: 2 * 5 * 13 * 16, filters: 0 });
  });

  it("counts the memory bank: another query, and its entries as keys", () => {
    const [layer] = cost(1, 3).layers;
    expect(layer!.macs).toEqual({
      linear: 6 * 2 * 256 + (3 + 5) * 2 * 256 + 5 * 2 * 512,
      attention: 2 * 6 * 16 * 16,
      filters: 0,
    });
  });

  it("a fold divides weights and multiply-adds of matrices, and multiplies those of attention", () => {
    const [plain, folded] = [cost(1), cost(4)].map((each) => each.layers[0]!);
    expect(folded!.macs.linear).toBe(plain!.macs.linear / 4);
    expect(folded!.macs.attention).toBe(plain!.macs.attention * 4);
    expect(folded!.parameters).toBeLessThan(plain!.parameters / 10);
  });

  it("of the whole adds both ends and the pace of speech", () => {
    const whole = cost(1);
    const [layer] = whole.layers;
    expect(whole.macsPerStep.linear).toBe(layer!.macs.linear + 4 * (4 * 8 * 4 + 16 * 12 + 12 * 3));
    expect(whole.stepsPerSecond).toBe(6.25);
    expect(whole.macsPerSecond).toBe((whole.macsPerStep.linear + whole.macsPerStep.attention) * 6.25);
    expect(whole.keyValueBytes).toBe(8 * 2 * 16 * 4);
    expect(whole.parameters).toBe(layer!.parameters + 4 * 8 + 12 * 17 + 24 + 3 * 13);
  });

  it("of a Conformer's kind counts both feed-forwards, convolutions, shared frames and no output layer", () => {
    const whole = modelCost(readModelHeader(modelFile(smallConfig(CONFORMER))));
    const [plain, folded] = whole.layers;
    const attention = 5 * 4 * 256;
    // Five tokens: feed-forwards of 24 and 20, then 36, the second layer's folded by 2; three matrices around the filters.
    const macs = { attention: 2 * 5 * 13 * 16, filters: 5 * 16 * 7 };
    expect(plain!.macs).toEqual({ linear: attention + 2 * 5 * 16 * 44 + 5 * 3 * 256, ...macs });
    const linear = attention / 2 + (2 * 5 * 16 * 60) / 2 + 5 * 3 * 256;
    expect(folded!.macs).toEqual({ linear, attention: 2 * macs.attention, filters: 5 * 16 * 3 });
    const { macsPerStep } = whole;
    expect(macsPerStep.linear).toBe(plain!.macs.linear + folded!.macs.linear + 4 * (3 * 8 * 16 + 16 * 3));
    expect(macsPerStep.filters).toBe(5 * 16 * (7 + 3));
    expect(whole.macsPerSecond).toBe((macsPerStep.linear + macsPerStep.attention + macsPerStep.filters) * 12.5);
    expect(whole.filterBytes).toBe((3 + 1) * 16 * 4);
    // Filters stay in fast memory with the other vectors.
    const matrices = (4 * 16 * 16 + 2 * 16 * 44 + 3 * 256 + 4 * 8 * 8 + 2 * 8 * (12 + 18) + 3 * 256) * 4;
    const [dram, layers] = whole.energy.map(({ milliwatts }) => milliwatts / (whole.stepsPerSecond * 1e-9));
    expect(dram! - layers!).toBeCloseTo((whole.bytes - matrices) * (160 - 12.5), 0);
  });

  it("of a transducer tells predictor and joiner beside the encoder", () => {
    const transducer = modelCost(readModelHeader(modelFile(smallTransducer())));
    // Embedding and its norm; two LSTMs over 10 and 6 with norms of 24 and 6; linear and norm of 12; joiner 12 to 3.
    const lstm = (inputs: number) => 24 * inputs + 24 * 6 + 2 * 24 + 2 * 6;
    const encoder = modelCost(readModelHeader(modelFile(smallConfig({}, { head: smallTransducer().head }))));
    expect(transducer.parameters - encoder.parameters).toBe(30 + 20 + lstm(10) + lstm(6) + 12 * 7 + 24 + 3 * 13);
    expect(transducer.search).toEqual({ joiner: 36, predictor: 24 * (10 + 6) + 24 * (6 + 6) + 72 });
    expect(encoder.search).toBeNull();
    expect(transducer.energy).toEqual(encoder.energy);
    expect(transducer.macsPerSecond).toBe(encoder.macsPerSecond);
  });

  it("int8 keeps the parameters and takes fewer bytes and less energy", () => {
    const [fp32, int8] = [cost(1), cost(1, 0, "int8")];
    expect(int8!.parameters).toBe(fp32!.parameters);
    expect(int8!.bytes).toBeLessThan(fp32!.bytes / 2);
    for (const i of [0, 1, 2]) expect(int8!.energy[i]!.milliwatts).toBeLessThan(fp32!.energy[i]!.milliwatts);
  });

  it("four bits keep the parameters and take half the bytes of a matrix and a scale for 32 weights", () => {
    const wide = { width: 64, projection: 16, outputDim: 64 };
    const [int8, int4] = [cost(1, 0, "int8", wide), cost(1, 0, "int4", wide)];
    expect(int4!.parameters).toBe(int8!.parameters);
    // Keys and values, query, output; feed-forward; the layers' matrices in all, then output layer and head.
    const matrices = 4 * 64 * 64 + 2 * 64 * 32;
    expect(int8!.layers[0]!.bytes - int4!.layers[0]!.bytes).toBe(matrices / 2 - matrices / 32);
    expect(int8!.bytes - int4!.bytes).toBe((matrices + 64 * 64 + 3 * 64) * (1 / 2 - 1 / 32));
    for (const i of [0, 1, 2]) expect(int4!.energy[i]!.milliwatts).toBeLessThan(int8!.energy[i]!.milliwatts);
  });

  it("estimates energy by where the weights sit", () => {
    const { bytes, keyValueBytes, macsPerStep, stepsPerSecond, energy } = cost(1);
    // Float32 matrices: keys and values, query, output, two of feed-forward.
    const matrices = 4 * (32 * 16 + 2 * 16 * 16 + 2 * 32 * 16);
    const arithmetic = (macsPerStep.linear + macsPerStep.attention) * 4.6;
    const milliwatts = (dram: number, sram: number) => (dram * 160 + sram * 12.5 + arithmetic) * stepsPerSecond * 1e-9;
    expect(energy.map((estimate) => estimate.milliwatts)).toEqual([
      milliwatts(bytes, keyValueBytes),
      milliwatts(matrices, bytes - matrices + keyValueBytes),
      milliwatts(0, bytes + keyValueBytes),
    ]);
  });
});
