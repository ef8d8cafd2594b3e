// The model file's header: what it tells, and every way in which it can be wrong.

import { describe, expect, it } from "vitest";
import { readModelHeader } from "../../src/model/header.ts";
import { type Tensor, writeSafetensors } from "../../src/model/safetensors.ts";
import { errorOf } from "../support/errors.ts";
import { fileOf, floatTensor, modelFile, modelTensors, smallConfig } from "../support/model-file.ts";

const config = smallConfig();
const layer = "transcriber.transformer.emformer_layers.0";

/** The header's error after a change to the tensors. */
function problem(change: (tensors: Map<string, Tensor>) => void, weights: "fp32" | "int8" = "fp32"): string {
  const tensors = modelTensors(config, { weights });
  change(tensors);
  const error = errorOf(() => readModelHeader(fileOf(config, tensors)));
  expect(error.code).toBe("bad-model");
  return error.message;
}

const zeros = (...shape: number[]) =>
  floatTensor(shape, new Float32Array(shape.reduce((product, size) => product * size, 1)));

describe("readModelHeader", () => {
  it.each(["fp32", "int8"] as const)("tells everything about a %s model", (weights) => {
    const file = modelFile(config, { weights, embedding: true });
    const header = readModelHeader(file);
    const tensors = modelTensors(config, { weights, embedding: true });
    expect(header.config).toEqual(config);
    expect(header.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual(
      Array.from(tensors, ([name, { dtype, shape }]) => ({ name, dtype, shape })),
    );
    let offset = 0;
    for (const tensor of header.tensors) {
      expect(tensor.offset).toBe(offset);
      expect(tensor.bytes).toBe(tensors.get(tensor.name)!.bytes.length);
      offset += tensor.bytes;
    }
    expect(header.dataBytes).toBe(offset);
    expect(header.fileBytes).toBe(file.length);
    expect(header.headerBytes).toBe(file.length - offset);
    expect(header.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("needs no byte behind the header, and says how many it lacks before", () => {
    const file = modelFile(config);
    const { headerBytes } = readModelHeader(file);
    expect(readModelHeader(file.subarray(0, headerBytes))).toEqual(readModelHeader(file));
    for (let length = 0; length < headerBytes; length++) {
      expect(errorOf(() => readModelHeader(file.subarray(0, length))).code).toBe("model-truncated");
    }
    expect(errorOf(() => readModelHeader(file.subarray(0, 100))).message).toContain(`100 bytes`);
  });

  it("takes tensors in any order, some int8 and some fp32", () => {
    const int8 = modelTensors(config, { weights: "int8" });
    const name = `${layer}.pos_ff.1.weight`;
    int8.delete(`${name}_scale`);
    int8.set(name, modelTensors(config).get(name)!);
    const shuffled = new Map([...int8].reverse());
    expect(readModelHeader(fileOf(config, shuffled)).tensors.map((tensor) => tensor.name)).toEqual([
      ...shuffled.keys(),
    ]);
  });
});

describe("the metadata", () => {
  const tensors = modelTensors(config);

  it.each([
    [{ format: "pt" }, "bad-model", /not a foldvox model/],
    [{ version: "3" }, "model-version", /version "3".*reads versions 1 to 2/],
    [{ version: "1.0" }, "model-version", /"1.0"/],
    [{ version: "" }, "model-version", /""/],
    [{ sha256: "" }, "bad-model", /sha256/],
    [{ sha256: "0".repeat(63) }, "bad-model", /sha256/],
    [{ sha256: "g".repeat(64) }, "bad-model", /sha256/],
    [{ config: "" }, "bad-model", /not JSON/],
    [{ config: JSON.stringify({ ...config, name: 1 }) }, "bad-model", /name/],
  ])("%j is refused", (metadata, code, message) => {
    const error = errorOf(() => readModelHeader(fileOf(config, tensors, metadata)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each(["format", "version", "sha256", "config"])("without %s are refused", (field) => {
    const whole = { format: "foldvox", version: "1", sha256: "0".repeat(64), config: JSON.stringify(config) };
    const metadata = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field));
    expect(errorOf(() => readModelHeader(writeSafetensors(tensors, metadata))).code).toBe(
      field === "version" ? "model-version" : "bad-model",
    );
  });

  it("missing altogether make it no foldvox model", () => {
    expect(errorOf(() => readModelHeader(writeSafetensors(tensors))).message).toContain("not a foldvox model");
  });
});

describe("tensors", () => {
  it.each([...modelTensors(config, { weights: "int8" }).keys()])("without %s are refused by that name", (name) => {
    expect(problem((tensors) => tensors.delete(name), "int8")).toMatch(new RegExp(`missing: ${name}[.;]`));
  });

  it("that nobody asked for are refused", () => {
    expect(problem((tensors) => tensors.set("predictor.weight", zeros(4)))).toContain('unexpected: "predictor.weight"');
    // Scales belong to int8 matrices only.
    const scale = "head.linear.weight_scale";
    expect(problem((tensors) => tensors.set(scale, zeros(3)))).toContain(`unexpected: "${scale}"`);
    const next = "transcriber.transformer.emformer_layers.2.layer_norm_input.weight";
    expect(problem((tensors) => tensors.set(next, zeros(16)))).toContain(next);
  });

  it.each([
    ["features.mean", zeros(9), "features.mean is [9], not [8]"],
    ["features.mean", zeros(8, 1), "features.mean is [8,1], not [8]"],
    ["head.linear.weight", zeros(12, 3), "head.linear.weight is [12,3], not [3,12]"],
    ["head.linear.bias", zeros(), "head.linear.bias is [], not [3]"],
    [`${layer}.subtoken_embedding`, zeros(2, 8), `${layer}.subtoken_embedding is [2,8], not [1,16]`],
  ])("of a wrong shape are refused: %s", (name, tensor, message) => {
    expect(problem((tensors) => tensors.set(name, tensor))).toContain(`wrong: ${message}.`);
  });

  it("of a wrong type are refused", () => {
    const int8 = (...shape: number[]): Tensor => ({ dtype: "I8", shape, bytes: new Uint8Array(shape[0]!) });
    expect(problem((tensors) => tensors.set("features.mean", int8(8)))).toContain("features.mean is I8, not F32");
    const scale = "head.linear.weight_scale";
    expect(problem((tensors) => tensors.set(scale, int8(3)), "int8")).toContain(`${scale} is I8, not F32`);
    expect(problem((tensors) => tensors.set(scale, zeros(4)), "int8")).toContain(`${scale} is [4], not [3]`);
  });

  it("of four bits are two to a byte, with scales of groups and rows, where columns come in groups", () => {
    const wide = smallConfig({ width: 64, projection: 16 });
    const name = `${layer}.attention.emb_to_query.weight`;
    const wrong = (change: (tensors: Map<string, Tensor>) => void) => {
      const tensors = modelTensors(wide, { weights: "int4" });
      expect(tensors.get(name)!.shape).toEqual([64, 32]);
      readModelHeader(fileOf(wide, tensors));
      change(tensors);
      return errorOf(() => readModelHeader(fileOf(wide, tensors))).message;
    };
    const bytes = (dtype: "I8" | "U8", ...shape: number[]): Tensor => ({
      dtype,
      shape,
      bytes: new Uint8Array(shape.reduce((product, size) => product * size, 1)),
    });
    expect(wrong((tensors) => tensors.delete(`${name}_groups`))).toContain(`missing: ${name}_groups.`);
    expect(wrong((tensors) => tensors.delete(`${name}_scale`))).toContain(`missing: ${name}_scale.`);
    expect(wrong((tensors) => tensors.set(name, bytes("U8", 64, 64)))).toContain(`${name} is [64,64], not [64,32]`);
    const groups = bytes("U8", 64, 2);
    expect(wrong((tensors) => tensors.set(`${name}_groups`, groups))).toContain(`${name}_groups is U8, not I8`);
    // A projection of 8 inputs has no whole group, and norms are f32.
    const input = "transcriber.input_linear.weight";
    expect(wrong((tensors) => tensors.set(input, bytes("U8", 16, 8)))).toContain(`${input} is U8, not I8 or F32`);
    const norm = `${layer}.layer_norm_input.weight`;
    expect(wrong((tensors) => tensors.set(norm, bytes("U8", 64)))).toContain(`${norm} is U8, not F32`);
  });

  it("of all kinds of wrong are told in one message, the first five of each", () => {
    const message = problem((tensors) => {
      for (const name of [...tensors.keys()]) if (name.startsWith(layer)) tensors.delete(name);
      for (let i = 0; i < 7; i++) tensors.set(`extra.${i}`, zeros(1));
      tensors.set("features.mean", zeros(1));
    });
    expect(message).toMatch(
      /missing: .*layer_norm_input\.weight.* and 11 more; unexpected: "extra\.0".* and 2 more; wrong: /,
    );
    expect(message.match(/extra/g)).toHaveLength(5);
  });

  it("by the ten thousand are refused in a short message", () => {
    const message = problem((tensors) => {
      for (let i = 0; i < 40000; i++) tensors.set(`extra.${i}`, zeros(0));
      tensors.set("x".repeat(1e5), zeros(0));
    });
    expect(message.length).toBeLessThan(700);
  });
});

it.each([undefined, null, "model", new ArrayBuffer(9000), [1, 2, 3], Symbol("bytes")])("%o is no header", (given) => {
  expect(errorOf(() => readModelHeader(given as unknown as Uint8Array)).code).toBe("bad-argument");
});
