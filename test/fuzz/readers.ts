// What reads bytes and text from outside, each with valid inputs to begin from and the ways to damage them.
// A case passes if the reader takes the input or throws a FoldvoxError, and if what it took it took whole.

import { WavReader } from "../../src/audio/wav.ts";
import { parseArguments } from "../../src/convert/emformer-arguments.ts";
import { openStateDict } from "../../src/convert/open-state-dict.ts";
import { bytesAccess } from "../../src/convert/random-access.ts";
import { readSentencePieces } from "../../src/convert/sentencepiece.ts";
import { type ModelConfig, parseConfig } from "../../src/model/config.ts";
import { readModelHeader } from "../../src/model/header.ts";
import type { Tensor } from "../../src/model/safetensors.ts";
import { expectedTensors } from "../../src/model/tensors.ts";
import { checkpointOf, op, pickledTensor, pickleOf, zipOf } from "../support/archives.ts";
import { ctcOptions, decoderOf, logRows } from "../support/ctc.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { CONFORMER, fileOf, modelFile, modelTensors, smallConfig, smallTransducer } from "../support/model-file.ts";
import { GOLDEN } from "../support/transducer.ts";
import type { Draw } from "./draw.ts";
import { LANGUAGE_READERS } from "./language-readers.ts";
import { joined, mutateBytes, mutateJson, mutateText } from "./mutations.ts";

export interface Reader {
  readonly name: string;
  /** Share of all cases; readers that load a model or await are slower. */
  readonly share: number;
  /** Throws what the reader throws, and an Error of its own for a wrong result. */
  run(draw: Draw): void | Promise<void>;
}

const MODELS = [smallConfig(), smallConfig({ memory: 2 }), smallConfig(CONFORMER), smallTransducer()];
const MODEL_FILES = [
  ...MODELS.flatMap((config) => [modelFile(config), modelFile(config, { weights: "int8" })]),
  modelFile(smallConfig({ width: 64, projection: 16 }), { weights: "int4" }),
];

/** The header text of a safetensors file replaced, with the right length before it. */
function withHeader(file: Uint8Array, change: (header: unknown) => unknown): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const text = new TextEncoder().encode(JSON.stringify(change(header)));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true);
  return joined(size, text, file.subarray(8 + length));
}

const header: Reader = {
  name: "model-header",
  share: 30,
  run: (draw) => {
    const file = draw.pick(MODEL_FILES);
    const damaged = draw.chance(0.6) ? withHeader(file, (json) => mutateJson(draw, json)) : mutateBytes(draw, file);
    readModelHeader(damaged);
  },
};

/** A configuration with its own weights and a right checksum: all that stands between it and the engine is validation. */
const model: Reader = {
  name: "model",
  share: 2,
  run: (draw) => {
    const config = mutateJson(draw, draw.pick(MODELS));
    const tensors = draw.chance(0.5) ? modelTensors(draw.pick(MODELS)) : tensorsOf(config);
    const loaded = recognizer(draw.pick(["simd", "scalar"]), fileOf(config, tensors), { maxBytes: 16e6 });
    try {
      const waveform = Float32Array.from({ length: draw.below(6000) }, () => draw.sample());
      const { output, dim, tokens } = loaded.encode({ waveform });
      if (output.length !== tokens * dim || !output.every(Number.isFinite)) throw new Error("output that is no output");
    } finally {
      loaded.free();
    }
  },
};

/** Weights for what the configuration asks, if that can be said and is small; else another model's. */
function tensorsOf(config: ModelConfig): ReadonlyMap<string, Tensor> {
  try {
    const values = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
    const total = expectedTensors(parseConfig(JSON.stringify(config))).reduce(
      (sum, { shape }) => sum + values(shape),
      0,
    );
    if (total < 1e6) return modelTensors(config);
  } catch {
    // Not a configuration; only its checks will see it.
  }
  return modelTensors(MODELS[0]!);
}

const state = new Float32Array(12).map((_, i) => i);
const CHECKPOINTS = [
  checkpointOf([["a.weight", { shape: [3, 4] }]], { "0": new Uint8Array(state.buffer) }),
  checkpointOf(
    [
      ["a", { shape: [2, 2], offset: 1 }],
      ["b", { shape: [12] }],
    ],
    { "0": new Uint8Array(state.buffer) },
  ),
];
const OPCODES: readonly Uint8Array[] = [
  ...Object.values(op).flatMap((part) => (part instanceof Uint8Array ? [part] : [])),
  op.text("a"),
  op.int(3),
  op.long(2n ** 40n),
  op.global("os", "system"),
  op.global("collections", "OrderedDict"),
  op.global("torch._utils", "_rebuild_tensor_v2"),
  op.ints([2, 2]),
  pickledTensor({ shape: [2, 2] }),
  Uint8Array.of(0x68, 0),
  Uint8Array.of(0x71, 0),
];

const checkpoint: Reader = {
  name: "checkpoint",
  share: 12,
  run: async (draw) => {
    const parts = Array.from({ length: draw.between(1, 14) }, () => draw.pick(OPCODES));
    const file = draw.chance(0.4)
      ? zipOf([
          ["m/data.pkl", pickleOf(...parts)],
          ["m/data/0", draw.bytes(48)],
          ["m/version", "3\n"],
        ])
      : mutateBytes(draw, draw.pick(CHECKPOINTS));
    for (const tensor of (await openStateDict(bytesAccess(file))).values()) {
      const values = await tensor.read();
      const size = tensor.shape.reduce((product, count) => product * count, 1);
      if (values.length !== size) throw new Error(`${values.length} values of a tensor of ${size}`);
    }
  },
};

const EXAMPLE = bytesOf("examples/digits.wav").subarray(0, 844);

/** A sound in any encoding, with chunks around it. */
function wav(draw: Draw): Uint8Array {
  const [tag, bits] = draw.pick([
    [1, 8],
    [1, 16],
    [1, 24],
    [1, 32],
    [3, 32],
    [3, 64],
    [6, 8],
    [7, 8],
  ] as const);
  const channels = draw.between(1, 3);
  const audio = draw.bytes(((bits * channels) / 8) * draw.below(60));
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, tag, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, draw.pick([8000, 16000, 44100]), true);
  format.setUint16(12, (channels * bits) / 8, true);
  format.setUint16(14, bits, true);
  const chunk = (name: string, body: Uint8Array) => {
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, body.length, true);
    return joined(new TextEncoder().encode(name), size, body, new Uint8Array(body.length % 2));
  };
  const others = draw.chance(0.5) ? chunk("LIST", draw.bytes(draw.below(20))) : new Uint8Array(0);
  const body = joined(chunk("fmt ", new Uint8Array(format.buffer)), others, chunk("data", audio));
  return joined(new TextEncoder().encode("RIFF\0\0\0\0WAVE"), body);
}

function readWav(file: Uint8Array, sizes: () => number): number[] {
  const reader = new WavReader();
  const samples: number[] = [];
  for (let at = 0; at < file.length; ) {
    const end = at + sizes();
    samples.push(...reader.push(file.subarray(at, end)));
    at = end;
  }
  reader.finish();
  return samples;
}

const sound: Reader = {
  name: "wav",
  share: 20,
  run: (draw) => {
    const file = draw.chance(0.3) ? mutateBytes(draw, EXAMPLE) : mutateBytes(draw, wav(draw));
    const whole = readWav(file, () => file.length);
    const pieces = readWav(file, () => draw.between(1, 40));
    if (whole.length !== pieces.length || whole.some((sample, i) => !Object.is(sample, pieces[i]))) {
      throw new Error("the samples depend on the size of the pieces");
    }
  },
};

const PIECES = ["pieces-bpe.model", "pieces-suffix.model"].map((file) => bytesOf(`${GOLDEN}/${file}`));

const pieces: Reader = {
  name: "sentencepiece",
  share: 14,
  run: (draw) => {
    const file = draw.pick(PIECES);
    const kept = draw.chance(0.5) ? file : file.subarray(0, draw.below(file.length));
    readSentencePieces(mutateBytes(draw, kept));
  },
};

const WORDS = ["yes", "no", "left", "right", "zero", "one"];
const GRAMMAR =
  "#JSGF V1.0 UTF-8 en;\ngrammar go;\npublic <go> = (yes <side> | /3/ no [<side>]) {tag} ;\n<side> = left | right | <one>+ ;\n<one> = one;\n";
const JSGF = [
  "#JSGF",
  "public ",
  "<go>",
  "<side>",
  "<NULL>",
  "<VOID>",
  " = ",
  ";",
  "(",
  ")",
  "[",
  "]",
  "*",
  "+",
  "|",
  "/2/",
  "{x}",
  "\\",
  '"',
  "//",
  "/*",
  "*/",
  "left",
  "import <a.b>;",
  "\n",
];
const ARPA =
  "\\data\\\nngram 1=4\nngram 2=2\n\n\\1-grams:\n-1.0 <s> -0.3\n-1.0 </s>\n-0.5 yes -0.2\n-0.7 no\n\n\\2-grams:\n-0.1 <s> yes\n-0.4 yes no\n\n\\end\\\n";
const NGRAMS = [
  "\\data\\",
  "\\end\\",
  "\\1-grams:",
  "\\2-grams:",
  "\\9-grams:",
  "ngram 1=4",
  "ngram 3=99999999",
  "-0.5",
  "nan",
  "1e999",
  "yes",
  "no",
  "<s>",
  "</s>",
  "<unk>",
  "\t",
  "\n",
  "\r\n",
];
const ROWS = logRows(
  Array.from({ length: 6 }, (_, i) => Array.from({ length: 7 }, (_, j) => (1 + ((i * j) % 5)) / 21)),
);

/** Options that are accepted must also decode. */
function decodes(options: Parameters<typeof decoderOf>[0]): void {
  const decoder = decoderOf(options, ctcOptions(["<blank>", ...WORDS]));
  decoder.accept(ROWS, 6);
  decoder.partial();
  decoder.finish();
}

const PARTS = ["<NULL>", '""', "<VOID>", "go", "(go)", "[stop]", "{t}"];
const ENDS = ["", "", "+", "*", "**", " {t}"];

/** Rules of rules: each uses those before it once or several times, so that written out they would double, and double again. */
function doublingRules(draw: Draw): string {
  const rules = Array.from({ length: 1 + draw.below(60) }, (_, i) => {
    const part = () =>
      i > 0 && draw.chance(0.8) ? `<r${draw.chance(0.7) ? i - 1 : draw.below(i)}>` : draw.pick(PARTS);
    const item = () => (draw.chance(0.2) ? `(${part()} | ${part()})` : part()) + draw.pick(ENDS);
    const parts = Array.from({ length: 1 + draw.below(3) }, item);
    return `<r${i}> = ${parts.join(draw.chance(0.3) ? " | " : " ")};`;
  });
  return `${rules.join("\n")}\npublic <x> = ${draw.chance(0.5) ? "go " : ""}<r${rules.length - 1}>;`;
}

const grammarOfRules: Reader = {
  name: "grammar-of-rules",
  share: 1,
  run: (draw) => decodes({ grammar: doublingRules(draw), beam: 4 }),
};

const grammar: Reader = {
  name: "grammar",
  share: 10,
  run: (draw) => {
    const list = Array.from({ length: draw.below(5) }, () => mutateText(draw, draw.pick(WORDS), [...WORDS, " "]));
    decodes({ grammar: draw.chance(0.8) ? mutateText(draw, GRAMMAR, JSGF) : list, beam: 4 });
  },
};

const languageModel: Reader = {
  name: "arpa",
  share: 10,
  run: (draw) => decodes({ languageModel: mutateText(draw, ARPA, NGRAMS), beam: 4 }),
};

const hotwords: Reader = {
  name: "decoding-options",
  share: 4,
  run: (draw) =>
    decodes(mutateJson(draw, { hotwords: ["yes no", { phrase: "left", boost: 2 }], beam: 4, alternatives: 2 })),
};

const emformer: Reader = {
  name: "emformer-arguments",
  share: 4,
  run: (draw) => {
    const valid = {
      input_dim: 80,
      num_symbols: 4097,
      segment_length: 16,
      transformer_num_layers: 20,
      predictor_dropout: 0.3,
    };
    const text = JSON.stringify(mutateJson(draw, valid));
    parseArguments(draw.chance(0.7) ? text : mutateText(draw, text, ["{", "}", "[", ":", ",", '"', "1e9", "null"]));
  },
};

export const READERS: readonly Reader[] = [
  header,
  model,
  checkpoint,
  sound,
  pieces,
  grammar,
  grammarOfRules,
  languageModel,
  hotwords,
  emformer,
  ...LANGUAGE_READERS,
];
