// Many streams in turn: the very bits that each gives alone, whatever its company and its point in time.

import { describe, expect, it } from "vitest";
import { Arena } from "../../src/engine/arena-memory.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EncoderConfig } from "../../src/model/config.ts";
import { ModelLoader } from "../../src/model/loader.ts";
import { BUILDS, engineModule, recognizer } from "../support/engines.ts";
import { CONFORMER, modelFile, smallConfig, type WeightOptions } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";

const layer = { attentionFold: 1, feedForwardFold: 1, heads: 2, feedForward: 24 };

const SHAPES: [string, Partial<EncoderConfig>, WeightOptions][] = [
  ["plain, one layer folded by 2", {}, {}],
  ["of int8", {}, { weights: "int8" }],
  ["with relative positions and sub-token embeddings", {}, { weights: "int8", embedding: true }],
  ["with a memory bank", { memory: 3 }, { weights: "int8", embedding: true }],
  ["with a clamped memory bank in fp32", { memory: 1, tanhOnMemory: false }, {}],
  ["without left context", { leftContext: 0, memory: 2 }, { weights: "int8" }],
  [
    "whose feed-forward takes the most scratch",
    { leftContext: 1, layers: [{ ...layer, feedForward: 400 }] },
    { weights: "int8" },
  ],
  ["whose output takes the most scratch", { leftContext: 1, outputDim: 1200 }, { weights: "int8" }],
  ["without right context", { rightContext: 0 }, { weights: "int8" }],
  [
    "with odd sizes",
    { leftContext: 7, segment: 3, rightContext: 2, outputDim: 7, layers: [{ ...layer, feedForward: 19 }] },
    { weights: "int8", embedding: true },
  ],
  [
    "folded by 4 and 8",
    {
      layers: [
        { ...layer, attentionFold: 4, feedForwardFold: 4 },
        { ...layer, attentionFold: 8, feedForwardFold: 8, heads: 1 },
      ],
    },
    { weights: "int8", embedding: true },
  ],
  ["of a Conformer's kind", CONFORMER, { weights: "int8" }],
  [
    "whose convolution takes the most scratch, and looks farther than a segment",
    { leftContext: 1, layers: [{ ...layer, kernel: 63 }] },
    { weights: "int8" },
  ],
  ["of frames shared to both sides, with memory", { ...CONFORMER, inputKernel: 7, memory: 2 }, {}],
];

function engineOf(build: (typeof BUILDS)[number], file: Uint8Array, streams: number) {
  const loader = new ModelLoader();
  loader.push(file);
  const arena = new Arena(loader.header!, { streams });
  loader.place((tensor) => arena.destination(tensor));
  loader.finish();
  return { arena, engine: Engine.startSync(arena, engineModule(build)) };
}

/** Audio of lengths that end in full and in short last segments, one too short to give anything. */
const AUDIO = [16000, 12345, 150, 9999, 20001, 4000].map((length, i) => randomFloats(length, 40 + i, 0.5));

/** Gives every stream its audio, in chunks of its own size, all streams in turn; returns each one's rows. */
function encodeInTurn(engine: Engine): number[][] {
  const rows: number[][] = AUDIO.map(() => []);
  const streams = AUDIO.map(() => engine.openStream());
  const collect = (i: number) => (output: Float32Array) => void rows[i]!.push(...output);
  const at = AUDIO.map(() => 0);
  const ended = new Set<number>();
  while (ended.size < AUDIO.length) {
    streams.forEach((stream, i) => {
      if (ended.has(i)) return;
      const chunk = AUDIO[i]!.subarray(at[i]!, at[i]! + 1700 + 900 * i);
      at[i]! += chunk.length;
      if (chunk.length === 0) {
        ended.add(i);
        stream.finish(collect(i));
      } else stream.acceptSamples(chunk, collect(i));
    });
  }
  return rows;
}

describe.each(BUILDS)("the %s build", (build) => {
  it.each(SHAPES)("a model %s", (_, encoder, weights) => {
    const file = modelFile(smallConfig(encoder), { seed: 5, ...weights });
    const alone = AUDIO.map((waveform) => [...recognizer(build, file).encode({ waveform }).output]);
    expect(alone.map(({ length }) => length > 0)).toEqual([true, true, false, true, true, true]);
    const { arena, engine } = engineOf(build, file, AUDIO.length);
    expect(encodeInTurn(engine)).toEqual(alone);
    const scratch = arena.plan.regions.find(({ name }) => name === "scratch")!;
    expect(arena.scratchHighWater()).toBeLessThanOrEqual(scratch.bytes);
  });
});

it("a stream that fails stops no other", () => {
  const { engine } = engineOf("simd", modelFile(), 2);
  const [failing, good] = [engine.openStream(), engine.openStream()];
  const fail = () => {
    throw new Error("no more");
  };
  let rows = 0;
  expect(() => failing.acceptSamples(AUDIO[0]!, fail)).toThrow("no more");
  good.acceptSamples(AUDIO[0]!, (_, tokens) => {
    rows += tokens;
  });
  expect(rows).toBeGreaterThan(16);
  engine.free();
  expect(() => good.finish(() => {})).toThrow("freed");
});
