// Which tensors a configuration asks for.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ModelConfig } from "../../src/model/config.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { expectedTensors, scaleName } from "../../src/model/tensors.ts";
import { CONFORMER, smallConfig, smallTransducer } from "../support/model-file.ts";

const shapes = (tensors: readonly { name: string; shape: readonly number[] }[]) =>
  Object.fromEntries(tensors.map(({ name, shape }) => [name, shape]));

describe("expectedTensors", () => {
  it("of a plain and a folded layer are torchaudio's, the folded ones narrower by the fold", () => {
    const [plain, folded] = [0, 1].map((i) => `transcriber.transformer.emformer_layers.${i}.`);
    expect(shapes(expectedTensors(smallConfig()))).toEqual({
      "features.mean": [8],
      "features.invstddev": [8],
      "transcriber.input_linear.weight": [4, 8],
      [`${plain}subtoken_embedding`]: [1, 16],
      [`${plain}layer_norm_input.weight`]: [16],
      [`${plain}layer_norm_input.bias`]: [16],
      [`${plain}attention.emb_to_key_value.weight`]: [32, 16],
      [`${plain}attention.emb_to_key_value.bias`]: [32],
      [`${plain}attention.emb_to_query.weight`]: [16, 16],
      [`${plain}attention.emb_to_query.bias`]: [16],
      [`${plain}attention.relative_bias`]: [2, 17],
      [`${plain}attention.out_proj.weight`]: [16, 16],
      [`${plain}attention.out_proj.bias`]: [16],
      [`${plain}pos_ff.0.weight`]: [16],
      [`${plain}pos_ff.0.bias`]: [16],
      [`${plain}pos_ff.1.weight`]: [24, 16],
      [`${plain}pos_ff.1.bias`]: [24],
      [`${plain}pos_ff.4.weight`]: [16, 24],
      [`${plain}pos_ff.4.bias`]: [16],
      [`${plain}layer_norm_output.weight`]: [16],
      [`${plain}layer_norm_output.bias`]: [16],
      [`${folded}subtoken_embedding`]: [2, 8],
      [`${folded}layer_norm_input.weight`]: [8],
      [`${folded}layer_norm_input.bias`]: [8],
      [`${folded}attention.emb_to_key_value.weight`]: [16, 8],
      [`${folded}attention.emb_to_key_value.bias`]: [16],
      [`${folded}attention.emb_to_query.weight`]: [8, 8],
      [`${folded}attention.emb_to_query.bias`]: [8],
      [`${folded}attention.relative_bias`]: [2, 35],
      [`${folded}attention.out_proj.weight`]: [8, 8],
      [`${folded}attention.out_proj.bias`]: [8],
      [`${folded}pos_ff.0.weight`]: [8],
      [`${folded}pos_ff.0.bias`]: [8],
      [`${folded}pos_ff.1.weight`]: [12, 8],
      [`${folded}pos_ff.1.bias`]: [12],
      [`${folded}pos_ff.4.weight`]: [8, 12],
      [`${folded}pos_ff.4.bias`]: [8],
      [`${folded}layer_norm_output.weight`]: [8],
      [`${folded}layer_norm_output.bias`]: [8],
      "transcriber.output_linear.weight": [12, 16],
      "transcriber.output_linear.bias": [12],
      "transcriber.layer_norm.weight": [12],
      "transcriber.layer_norm.bias": [12],
      "head.linear.weight": [3, 12],
      "head.linear.bias": [3],
    });
  });

  it("of a Conformer's kind have biases at the input, two feed-forwards and convolutions, and none behind the layers", () => {
    const specs = expectedTensors(smallConfig(CONFORMER));
    const found = shapes(specs);
    const [plain, folded] = [0, 1].map((i) => `transcriber.transformer.emformer_layers.${i}.`);
    expect(found).toMatchObject({
      "transcriber.input_linear.weight": [16, 24],
      "transcriber.input_linear.bias": [16],
      [`${plain}first_ff.0.weight`]: [16],
      [`${plain}first_ff.0.bias`]: [16],
      [`${plain}first_ff.1.weight`]: [20, 16],
      [`${plain}first_ff.1.bias`]: [20],
      [`${plain}first_ff.4.weight`]: [16, 20],
      [`${plain}first_ff.4.bias`]: [16],
      [`${plain}convolution.norm.weight`]: [16],
      [`${plain}convolution.norm.bias`]: [16],
      [`${plain}convolution.expand.weight`]: [32, 16],
      [`${plain}convolution.expand.bias`]: [32],
      [`${plain}convolution.depthwise.weight`]: [16, 7],
      [`${plain}convolution.depthwise.bias`]: [16],
      [`${plain}convolution.contract.weight`]: [16, 16],
      [`${plain}convolution.contract.bias`]: [16],
      [`${folded}first_ff.1.weight`]: [18, 8],
      [`${folded}convolution.expand.weight`]: [32, 16],
      [`${folded}convolution.depthwise.weight`]: [16, 3],
      "head.linear.weight": [3, 16],
    });
    expect(Object.keys(found).filter((name) => /output_linear|transcriber.layer_norm/.test(name))).toEqual([]);
    // Filters are never quantized.
    expect(specs.filter(({ name }) => name.includes("depthwise")).map(({ kind }) => kind)).toEqual(
      Array(4).fill("vector"),
    );
  });

  it("of a transducer end with the encoder", () => {
    const specs = expectedTensors(smallConfig({}, { head: { type: "transducer", blank: 0, delay: 0, lead: 0 } }));
    expect(specs.at(-1)!.name).toBe("transcriber.layer_norm.bias");
  });

  it("of a predictor and joiner are torchaudio's, with and without layer norm", () => {
    const behind = (config: ModelConfig) =>
      Object.fromEntries(
        expectedTensors(config)
          .filter(({ name }) => /^(predictor|joiner)\./.test(name))
          .map(({ name, shape }) => [name.replace("predictor.lstm_layers.", "lstm."), shape]),
      );
    const both = {
      "predictor.embedding.weight": [3, 10],
      "predictor.input_layer_norm.weight": [10],
      "predictor.input_layer_norm.bias": [10],
      "lstm.0.x2g.weight": [24, 10],
      "lstm.0.p2g.weight": [24, 6],
      "lstm.1.x2g.weight": [24, 6],
      "lstm.1.p2g.weight": [24, 6],
      "predictor.linear.weight": [12, 6],
      "predictor.linear.bias": [12],
      "predictor.output_layer_norm.weight": [12],
      "predictor.output_layer_norm.bias": [12],
      "joiner.linear.weight": [3, 12],
      "joiner.linear.bias": [3],
    };
    const norms = [0, 1].flatMap((i) =>
      ["weight", "bias"].flatMap((kind): [string, number[]][] => [
        [`lstm.${i}.c_norm.${kind}`, [6]],
        [`lstm.${i}.g_norm.${kind}`, [24]],
      ]),
    );
    expect(behind(smallTransducer())).toEqual({ ...both, ...Object.fromEntries(norms) });
    const plain = { ...both, "lstm.0.x2g.bias": [24], "lstm.1.x2g.bias": [24] };
    expect(behind(smallTransducer({ layerNorm: false }))).toEqual(plain);
  });

  it("differ between the folds of attention and of feed-forward", () => {
    const layers = [{ attentionFold: 4, feedForwardFold: 1, heads: 2, feedForward: 24 }];
    const found = shapes(expectedTensors(smallConfig({ layers })));
    const layer = "transcriber.transformer.emformer_layers.0.";
    expect(found[`${layer}attention.out_proj.weight`]).toEqual([4, 4]);
    expect(found[`${layer}pos_ff.1.weight`]).toEqual([24, 16]);
  });

  const golden = new URL("../golden/", import.meta.url);
  const files = readdirSync(golden).filter((file) => /\.(fp32|int8)\.safetensors$/.test(file));
  it.each(files)("stand in this order in %s, which PyTorch exported", (file) => {
    const { config, tensors } = readModelHeader(readFileSync(new URL(file, golden)));
    const found = new Set(tensors.map(({ name }) => name));
    const order = expectedTensors(config).flatMap(({ name }) => [name, scaleName(name)]);
    expect(tensors.map(({ name }) => name)).toEqual(order.filter((name) => found.has(name)));
  });
});
