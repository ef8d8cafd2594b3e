// The configuration: every field is checked, and the message names it.

import { describe, expect, it } from "vitest";
import { type ModelConfig, parseConfig } from "../../src/model/config.ts";
import { errorOf } from "../support/errors.ts";
import { CONFORMER, smallConfig, smallTransducer } from "../support/model-file.ts";

/** The configuration as JSON with the value at the path replaced; undefined takes the field away. */
function changed(path: string, value: unknown, from: ModelConfig = smallConfig()): string {
  const config = JSON.parse(JSON.stringify(from));
  const keys = path.split(".");
  const last = keys.pop()!;
  const parent = keys.reduce((object, key) => object[key], config);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(config);
}

describe("parseConfig", () => {
  it("gives back what was written", () => {
    expect(parseConfig(JSON.stringify(smallConfig()))).toEqual(smallConfig());
  });

  it("ignores fields it does not know, and does without language, licence and attribution", () => {
    expect(parseConfig(changed("encoder.colour", "red"))).toEqual(smallConfig());
    for (const field of ["language", "licence"])
      expect(parseConfig(changed(field, undefined))).toHaveProperty(field, "");
    expect(parseConfig(changed("attribution", undefined)).attribution).toEqual([]);
  });

  it("takes the borders of every range", () => {
    for (const [path, values] of Object.entries({
      "features.sampleRate": [4000, 8000, 96000],
      "features.hopSamples": [40, 199],
      "encoder.segment": [1, 256],
      "encoder.leftContext": [0, 4096],
      "encoder.rightContext": [0, 256],
      "encoder.memory": [0, 64],
      "encoder.outputDim": [1, 65536],
      "head.blank": [0, 2],
    })) {
      for (const value of values) expect(parseConfig(changed(path, value))).toBeDefined();
    }
  });

  it.each<[string, unknown]>([
    ["name", 5],
    ["name", undefined],
    ["language", 5],
    ["licence", []],
    ["attribution", "me"],
    ["attribution", [""]],
    ["attribution", [1]],
    ["features", undefined],
    ["features", []],
    ["features.sampleRate", "16000"],
    ["features.sampleRate", 3999],
    ["features.sampleRate", 96001],
    ["features.windowSamples", 512],
    ["features.hopSamples", 0],
    ["features.hopSamples", 200],
    ["features.hopSamples", 160.5],
    ["features.mels", 0],
    ["features.mels", 257],
    ["features.log", "log10"],
    ["features.log", "toString"],
    ["features.gain", 0],
    ["features.gain", -1],
    ["features.gain", 1e39],
    ["features.gain", 1e-60],
    ["features.gain", "1"],
    ["encoder", null],
    ["encoder.inputDim", 9],
    ["encoder.projection", 5],
    ["encoder.stride", 0],
    ["encoder.stride", 65],
    ["encoder.width", 8193],
    ["encoder.width", 20],
    ["encoder.activation", "tanh"],
    ["encoder.segment", 0],
    ["encoder.segment", 257],
    ["encoder.leftContext", -1],
    ["encoder.leftContext", 4097],
    ["encoder.rightContext", 257],
    ["encoder.memory", 65],
    ["encoder.memory", true],
    ["encoder.tanhOnMemory", 1],
    ["encoder.tanhOnMemory", undefined],
    ["encoder.outputDim", 0],
    ["encoder.layers", []],
    ["encoder.layers", {}],
    ["encoder.layers.1", 7],
    ["encoder.layers.1.heads", 0],
    ["encoder.layers.1.heads", 3],
    ["encoder.layers.1.attentionFold", 0],
    ["encoder.layers.1.attentionFold", 3],
    ["encoder.layers.1.attentionFold", 65],
    ["encoder.layers.1.attentionFold", 16],
    ["encoder.layers.1.feedForwardFold", 3],
    ["encoder.layers.1.feedForwardFold", 0.5],
    ["encoder.layers.1.feedForward", 25],
    ["encoder.layers.1.feedForward", 65537],
    ["head", undefined],
    ["head.type", "rnn"],
    ["head.blank", -1],
    ["head.blank", 3],
    ["head.topology", "ctc"],
    ["tokens", ["<blank>"]],
    ["tokens", ["<blank>", ""]],
    ["tokens", ["<blank>", 4]],
    ["tokens", ["<blank>", "yes\n"]],
    ["tokens", ["<blank>", "\u001b[2J"]],
    ["tokens", ["<blank>", "a\u0085b"]],
    ["tokens", ["<blank>", "a\u2028b"]],
    ["tokens", ["<blank>", "\u2581".repeat(257)]],
    ["tokens", ["<blank>", "yes", "yes"]],
    ["tokens", undefined],
    ["tokenUnit", "phone"],
    ["phrases", []],
    ["phrases", { floor: "8" }],
    ["phrases", { confidence: [1, 2, 3] }],
    ["phrases", { keywordConfidence: [1, 2, 3, 4, 5, 6, null] }],
  ])("refuses %s = %j and names it", (path, value) => {
    const error = errorOf(() => parseConfig(changed(path, value)));
    expect(error.code).toBe("bad-model");
    // encoder.layers.1.heads is written encoder.layers[1].heads; a division names its layer and fields.
    const written = path.replace(/\.(\d+)/, "[$1]");
    const [, parent, field] = /^(.*?)\.?(\w+|\w+\[\d\])$/.exec(written)!;
    expect(error.message).toContain(parent);
    expect(error.message).toContain(field === "projection" || field === "stride" ? "encoder" : field);
  });

  it.each([
    ["lexicon.file", "../secret"],
    ["lexicon.file", "/etc/passwd"],
    ["lexicon.file", "http://elsewhere"],
    ["lexicon.file", ""],
    ["lexicon.bytes", 0],
    ["lexicon.bytes", 1e12],
    ["lexicon.sha256", "abc"],
    ["lexicon", "english.lexicon"],
  ])("refuses a model of phonemes whose %s is %j", (path, value) => {
    const lexicon = { file: "english.lexicon", bytes: 100, sha256: "0".repeat(64) };
    const config = smallConfig({}, { tokenUnit: "phoneme", lexicon });
    expect(parseConfig(JSON.stringify(config)).lexicon).toEqual(lexicon);
    const error = errorOf(() => parseConfig(changed(path, value, config)));
    expect(error.code).toBe("bad-model");
    expect(error.message).toContain(path);
  });

  it("gives back what a model of phonemes brings for phrases", () => {
    const phrases = { blankPenalty: 1.5, startDelay: -0.5, confidence: [1, 2, 3, 4, 5, 6, 7] };
    expect(parseConfig(changed("phrases", phrases)).phrases).toEqual(phrases);
  });

  const conformer = smallConfig(CONFORMER);

  it("gives back an encoder of a Conformer's kind", () => {
    expect(parseConfig(JSON.stringify(conformer))).toEqual(conformer);
    for (const [path, values] of Object.entries({
      "encoder.inputKernel": [2, 256],
      "encoder.inputActivation": ["gelu", "relu", "silu", "none", undefined],
      "encoder.layers.0.kernel": [1, 255, undefined],
      "encoder.layers.0.firstFeedForward": [1, 65536, undefined],
    })) {
      for (const value of values) expect(parseConfig(changed(path, value, conformer))).toBeDefined();
    }
    expect(parseConfig(changed("encoder.output", "projected")).encoder.output).toBe("projected");
  });

  it.each<[string, unknown, string]>([
    ["encoder.inputKernel", 1, "encoder.inputKernel is 1, not a whole number from 2 to 256"],
    ["encoder.inputKernel", 257, "encoder.inputKernel is 257"],
    ["encoder.inputKernel", undefined, "encoder.width is 16, not projection * stride (16 * 2)"],
    ["encoder.projection", 8, "encoder.width is 16, not projection (8)"],
    ["encoder.inputActivation", "tanh", "encoder.inputActivation"],
    ["encoder.outputDim", 12, "encoder.outputDim is 12, not width (16)"],
    ["encoder.output", "none", "encoder.output"],
    ["encoder.layers.0.kernel", 6, "encoder.layers[0].kernel is 6, not an odd number"],
    ["encoder.layers.0.kernel", 0, "encoder.layers[0].kernel"],
    ["encoder.layers.0.kernel", 257, "encoder.layers[0].kernel"],
    ["encoder.layers.0.firstFeedForward", 0, "encoder.layers[0].firstFeedForward"],
    ["encoder.layers.1.firstFeedForward", 35, "firstFeedForward by feedForwardFold (35 by 2)"],
  ])("refuses a Conformer's %s = %j and says why", (path, value, why) => {
    const error = errorOf(() => parseConfig(changed(path, value, conformer)));
    expect(error.code).toBe("bad-model");
    expect(error.message).toContain(why);
  });

  it("refuses an inputActivation without an inputKernel", () => {
    const error = errorOf(() => parseConfig(changed("encoder.inputActivation", "gelu")));
    expect(error.message).toContain("encoder.inputActivation belongs to an inputKernel");
  });

  it("gives back a transducer's predictor and silent tokens", () => {
    expect(parseConfig(JSON.stringify(smallTransducer()))).toEqual(smallTransducer());
    const topology = changed("head.topology", "ctc", smallTransducer());
    expect(parseConfig(topology).head.topology).toBe("ctc");
  });

  it.each<[string, unknown]>([
    ["predictor", []],
    ["predictor.symbolEmbedding", 0],
    ["predictor.symbolEmbedding", 8193],
    ["predictor.lstmLayers", 17],
    ["predictor.lstmHidden", 1.5],
    ["predictor.layerNorm", 1],
    ["predictor.epsilon", 0],
    ["predictor.epsilon", undefined],
    ["lexicon", { file: "a.lexicon", bytes: 10, sha256: "0".repeat(64) }],
    ["silentTokens", {}],
    ["silentTokens", [3]],
    ["silentTokens", [-1]],
    ["head.topology", "monotonic"],
    ["head.type", "ctc"],
  ])("refuses a transducer's %s = %j and names it", (path, value) => {
    const error = errorOf(() => parseConfig(changed(path, value, smallTransducer())));
    expect(error.code).toBe("bad-model");
    expect(error.message).toContain(path === "head.type" ? "predictor" : path);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "3",
    '"text"',
    '{"tokens":1e999}',
    `{"tokens":${"[".repeat(300000)}${"]".repeat(300000)}}`,
    changed("encoder.width", "x".repeat(1e6)),
    `{"tokens":["a","b"],"head":{"type":${"[".repeat(300000)}${"]".repeat(300000)}}}`,
  ])("refuses text %# in a short message", (json) => {
    const error = errorOf(() => parseConfig(json));
    expect(error.code).toBe("bad-model");
    expect(error.message.length).toBeLessThan(300);
  });
});
