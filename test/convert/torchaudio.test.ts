// Checkpoints to model files: what must fit, what is told when it does not, and the numbers of int8.

import { beforeAll, describe, expect, it } from "vitest";
import { BASE_ARGUMENTS, parseArguments } from "../../src/convert/emformer-arguments.ts";
import { openStateDict } from "../../src/convert/open-state-dict.ts";
import { EIGHT_BITS, quantizeMatrix, SEVEN_BITS } from "../../src/convert/quantize-matrix.ts";
import { quantizeModel } from "../../src/convert/quantize-model.ts";
import { bytesAccess } from "../../src/convert/random-access.ts";
import type { StateDict, StateTensor } from "../../src/convert/state-dict.ts";
import { convertTorchaudio, type TorchaudioModel } from "../../src/convert/torchaudio.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { errorOf, rejectionOf } from "../support/errors.ts";
import { fileOf, modelFile, modelTensors, smallConfig } from "../support/model-file.ts";
import { convertGolden, GOLDEN, MemorySink } from "../support/transducer.ts";

const path = `${GOLDEN}/plain-lstm`;
const args = parseArguments(new TextDecoder().decode(bytesOf(`${path}.json`)));
let state: StateDict;

beforeAll(async () => {
  state = await openStateDict(bytesAccess(bytesOf(`${path}.pt`)));
});

async function convert(checkpoint: StateDict, options: Partial<TorchaudioModel> = {}): Promise<Uint8Array> {
  const sink = new MemorySink();
  await convertTorchaudio(checkpoint, { name: "test", arguments: args, weights: "fp32", ...options }, sink);
  return sink.content;
}

const tensor = (shape: number[], values: Float32Array): StateTensor => ({ shape, read: async () => values });

/** The refusal of a changed state dict. */
async function refusal(change: (state: Map<string, StateTensor>) => void, options: Partial<TorchaudioModel> = {}) {
  const changed = new Map(state);
  change(changed);
  const { code, message } = await rejectionOf(convert(changed, options));
  expect(code).toBe("bad-checkpoint");
  expect(message.length).toBeLessThan(2000);
  return message;
}

describe("a converted model", () => {
  it.each(["fp32", "int8"] as const)("is a whole model file that loads and runs, %s", async (weights) => {
    const file = await convert(state, { weights });
    const header = readModelHeader(file);
    expect(header.fileBytes).toBe(file.length);
    expect(header.config).toMatchObject({
      name: "test",
      features: { log: "piecewise", gain: 32767 ** 2, mels: 5 },
      encoder: { segment: 3, rightContext: 1, leftContext: 7, memory: 3, activation: "relu", tanhOnMemory: true },
      head: { type: "transducer", blank: 21 },
      predictor: { symbolEmbedding: 13, lstmLayers: 2, lstmHidden: 13, layerNorm: false },
    });
    expect(header.tensors.filter(({ dtype }) => dtype === "I8").length > 0).toBe(weights === "int8");
    const stream = recognizer("simd", file, { decoding: { beam: 3 } }).createStream();
    stream.acceptWaveform(16000, new Float32Array(16000).fill(0.01));
    stream.inputFinished();
  });

  it("is the same from a safetensors state dict, or from one that Lightning has wrapped", async () => {
    const whole = await convert(state);
    const wrapped = new Map(Array.from(state, ([name, value]) => [`model.${name}`, value]));
    expect(await convert(wrapped)).toEqual(whole);
  });

  it("keeps every value in fp32", async () => {
    const tensors = readSafetensors(await convert(state));
    for (const [name, { shape, read }] of state) {
      const found = tensors.get(name)!;
      expect(found.shape).toEqual(shape);
      expect(new Float32Array(found.bytes.slice().buffer)).toEqual(await read());
    }
  });

  it("holds the statistics and the tokens it is given", async () => {
    const stats = JSON.stringify({ mean: [1, 2, 3, 4, 5], invstddev: [5, 4, 3, 2, 1] });
    const tensors = readSafetensors(await convert(state, { stats }));
    expect(new Float32Array(tensors.get("features.invstddev")!.bytes.slice().buffer)).toEqual(
      Float32Array.of(5, 4, 3, 2, 1),
    );
    const pieces = bytesOf(`${GOLDEN}/pieces-bpe.model`);
    expect(await refusal(() => {}, { pieces })).toContain("80 pieces, but the model 22 symbols");
    const embedding = tensor([81, 13], new Float32Array(81 * 13).fill(0.1));
    const wide = new Map(state)
      .set("predictor.embedding.weight", embedding)
      .set("joiner.linear.weight", tensor([81, 19], new Float32Array(81 * 19)))
      .set("joiner.linear.bias", tensor([81], new Float32Array(81)));
    const { config } = readModelHeader(await convert(wide, { pieces, arguments: { ...args, num_symbols: 81 } }));
    expect(config.tokenUnit).toBe("piece");
    expect(config.tokens.length).toBe(81);
    expect(config.tokens.at(-1)).toBe("<blank>");
    expect(config.silentTokens).toEqual([0, 1, 2]);
  });
});

describe("what does not fit is listed", () => {
  it("missing, unexpected and misshapen, in one message", async () => {
    const message = await refusal((changed) => {
      changed.delete("joiner.linear.bias");
      changed.set("predictor.lstm_layers.0.g_norm.weight", tensor([52], new Float32Array(52)));
      changed.set("transcriber.input_linear.weight", tensor([5, 11], new Float32Array(55)));
    });
    expect(message).toContain("1 missing: joiner.linear.bias");
    expect(message).toContain('1 unexpected: "predictor.lstm_layers.0.g_norm.weight"');
    expect(message).toContain("transcriber.input_linear.weight is [5,11], not [11,5]");
  });

  it("of another architecture altogether", async () => {
    const message = await refusal(() => {}, { arguments: BASE_ARGUMENTS });
    expect(message).toMatch(/\d+ missing: .*, \.\.\.; /);
    expect(message).toContain("misshapen");
    expect(await refusal((changed) => changed.clear())).toMatch(/missing/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("%s is refused, with its place", async (value) => {
    const message = await refusal((changed) => {
      changed.set("joiner.linear.bias", tensor([22], new Float32Array(22).fill(0).fill(value, 7, 8)));
    });
    expect(message).toContain(`joiner.linear.bias holds ${value} at position 7`);
  });

  it.each<[string, string]>([
    ["{", "not JSON"],
    ['{"mean": [1, 2]}', "mean is not a list of 5 numbers"],
    ['{"mean": [1, 2, 3, 4, 5], "invstddev": [1, 2, 3, 4, "5"]}', "invstddev is not"],
    ["null", "mean is not"],
  ])("statistics %s are refused", async (stats, message) => {
    expect(await refusal(() => {}, { stats })).toContain(message);
  });
});

describe("arguments", () => {
  it("are the base model's where they are not given", () => {
    expect(parseArguments("{}")).toEqual(BASE_ARGUMENTS);
    expect(parseArguments('{"num_symbols": 501}').num_symbols).toBe(501);
    expect(parseArguments('{"transformer_weight_init_scale_strategy": null}').input_dim).toBe(80);
  });

  it.each<[string, string]>([
    ["[", "not JSON"],
    ["[]", "no JSON object"],
    ['{"layers": 3}', '"layers", which is no argument'],
    ['{"num_symbols": "4097"}', 'num_symbols is "4097", not a number'],
    ['{"__proto__": 1}', '"__proto__"'],
  ])("%s are refused", (json, message) => {
    const error = errorOf(() => parseArguments(json));
    expect(error.code).toBe("bad-checkpoint");
    expect(error.message).toContain(message);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ segment_length: 7 }, "segment_length is 7 frames"],
    [{ transformer_num_heads: 5 }, "heads"],
    [{ transformer_activation: "tanh" }, "encoder.activation"],
    [{ num_symbols: 1 }, "tokens"],
    [{ num_symbols: 1e15 }, "tokens"],
    [{ transformer_num_layers: 1e15 }, "encoder.layers"],
    [{ transformer_num_layers: -1 }, "encoder.layers"],
    [{ time_reduction_input_dim: 1e9 }, "encoder"],
    [{ lstm_layer_norm_epsilon: -1 }, "predictor.epsilon"],
    [{ num_lstm_layers: 0.5 }, "predictor.lstmLayers"],
    [{ input_dim: 0 }, "features.mels"],
  ])("%j lead to no model", async (given, message) => {
    const error = await rejectionOf(convert(state, { arguments: { ...args, ...given } }));
    expect(error.code).toMatch(/bad-model|bad-checkpoint/);
    expect(error.message).toContain(message);
  });
});

describe("quantizeMatrix", () => {
  it.each([SEVEN_BITS, EIGHT_BITS])("rounds half to even and keeps the largest of a row at %d", (most) => {
    const values = Float32Array.of(most, 0.5, -0.5, 1.5, 2.5, -most, 0, 0, 0, 0, 0, 0);
    const { weights, scales } = quantizeMatrix(values, 3, 4, most);
    expect(Array.from(weights)).toEqual([most, 0, 0, 2, 2, -most, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(scales)).toEqual([1, 1, 0]);
  });

  it("takes rows too small to be told from zero as zero", () => {
    const { weights, scales } = quantizeMatrix(Float32Array.of(1e-44, 0), 1, 2, SEVEN_BITS);
    expect([Array.from(weights), Array.from(scales)]).toEqual([[0, 0], [0]]);
  });

  it.each(["plain-gelu", "fold-4-memory", "relative"])("gives the int8 model that PyTorch gives: %s", async (name) => {
    const fp32 = bytesOf(`test/golden/${name}.fp32.safetensors`);
    const sink = new MemorySink();
    await quantizeModel(bytesAccess(fp32), readModelHeader(fp32), "int8", sink);
    const expected = readSafetensors(bytesOf(`test/golden/${name}.int8.safetensors`));
    const found = readSafetensors(sink.content);
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [tensorName, { dtype, bytes }] of expected) {
      expect(found.get(tensorName)!.dtype).toBe(dtype);
      expect(Buffer.compare(found.get(tensorName)!.bytes, bytes)).toBe(0);
    }
  });
});

describe("quantizeModel", () => {
  const quantized = async (file: Uint8Array, weights: "int8" | "int4" = "int8") => {
    const sink = new MemorySink();
    await quantizeModel(bytesAccess(file), readModelHeader(file), weights, sink);
    return sink.content;
  };

  it("of a converted model is the conversion to int8, and again changes nothing", async () => {
    const options = { name: "x" };
    const int8 = await convertGolden(path, "int8", options);
    expect(await quantized(await convertGolden(path, "fp32", options))).toEqual(int8);
    expect(await quantized(int8)).toEqual(int8);
  });

  it("to four bits goes from fp32 and from int8, in any order of tensors, and again changes nothing", async () => {
    const wide = smallConfig({ width: 64, projection: 16 });
    const int4 = await quantized(modelFile(wide), "int4");
    expect(await quantized(int4, "int4")).toEqual(int4);
    expect(await quantized(int4, "int8")).toEqual(int4);
    expect(int4).toEqual(modelFile(wide, { weights: "int4" }));
    const tensors = modelTensors(wide, { weights: "int8" });
    const fromInt8 = readSafetensors(await quantized(fileOf(wide, tensors), "int4"));
    const shuffled = readSafetensors(await quantized(fileOf(wide, new Map([...tensors].reverse())), "int4"));
    expect([...shuffled.keys()].sort()).toEqual([...fromInt8.keys()].sort());
    for (const [name, tensor] of fromInt8) expect(shuffled.get(name), name).toEqual(tensor);
    expect([...fromInt8.keys()]).toEqual([...readSafetensors(int4).keys()]);
  });

  it("sees a damaged or cut file", async () => {
    const file = await convertGolden(path, "fp32");
    const damaged = file.slice();
    damaged[file.length - 3]! ^= 1;
    expect((await rejectionOf(quantized(damaged))).code).toBe("model-corrupt");
    expect((await rejectionOf(quantized(file.subarray(0, file.length - 4)))).code).toBe("model-truncated");
  });
});
