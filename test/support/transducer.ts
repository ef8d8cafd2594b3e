// The small transducers of test/golden/transducer: converted from their checkpoints, with what torchaudio makes of them.

import { parseArguments } from "../../src/convert/emformer-arguments.ts";
import type { FileSink } from "../../src/convert/model-writer.ts";
import { openStateDict } from "../../src/convert/open-state-dict.ts";
import { bytesAccess } from "../../src/convert/random-access.ts";
import { convertTorchaudio, type TorchaudioModel } from "../../src/convert/torchaudio.ts";
import type { Weights } from "../../src/convert/weights.ts";
import { Arena } from "../../src/engine/arena-memory.ts";
import type { ArenaPlan } from "../../src/engine/arena-plan.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineStream } from "../../src/engine/engine-stream.ts";
import type { EngineTransducer } from "../../src/engine/engine-transducer.ts";
import { ModelLoader } from "../../src/model/loader.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { type BUILDS, bytesOf, engineModule } from "./engines.ts";

export const TRANSDUCERS = ["like-base", "plain-lstm", "clamped-memory"] as const;
export const GOLDEN = "test/golden/transducer";

/** A file in memory. */
export class MemorySink implements FileSink {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const end = offset + bytes.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(bytes, offset);
    this.length = Math.max(this.length, end);
  }

  get content(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The tensors of a golden file. */
export function goldenTensors(path: string): (name: string) => GoldenTensor {
  const tensors = readSafetensors(bytesOf(path));
  return (name) => {
    const { shape, bytes } = tensors.get(name)!;
    return { shape, values: new Float32Array(bytes.slice().buffer) };
  };
}

/** The model file of a checkpoint and its JSON beside it. */
export async function convertGolden(
  path: string,
  weights: Weights,
  options: Partial<TorchaudioModel> = {},
): Promise<Uint8Array> {
  const json = new TextDecoder().decode(bytesOf(`${path}.json`));
  const sink = new MemorySink();
  const model = { name: "golden", arguments: parseArguments(json), weights, ...options };
  await convertTorchaudio(await openStateDict(bytesAccess(bytesOf(`${path}.pt`))), model, sink);
  return sink.content;
}

/** A stream of a model, with its transducer and where its states lie. */
export class BareTransducer {
  readonly stream: EngineStream;
  readonly model: EngineTransducer;
  readonly vocabulary: number;
  /** Of an output row. */
  readonly width: number;
  private readonly memory: ArrayBuffer;
  private readonly plan: ArenaPlan;
  private readonly outputOffset: number;

  constructor(build: (typeof BUILDS)[number], file: Uint8Array, beam: number) {
    const loader = new ModelLoader();
    loader.push(file);
    const arena = new Arena(loader.header!, { beam });
    loader.place((tensor) => arena.destination(tensor));
    loader.finish();
    this.stream = Engine.startSync(arena, engineModule(build)).openStream();
    this.model = this.stream.transducer();
    this.memory = arena.memory.buffer;
    this.plan = arena.plan;
    const { predictor, tokens } = arena.header.config;
    this.vocabulary = tokens.length;
    this.width = arena.plan.outputDim;
    this.outputOffset = 8 * predictor!.lstmLayers * predictor!.lstmHidden;
  }

  /** The predictor's output in a slot. */
  predicted(slot: number): Float32Array {
    const { transducer, stream, streams, outputDim } = this.plan;
    const address = streams[0]! + stream.slots + slot * transducer!.slotBytes + this.outputOffset;
    return new Float32Array(this.memory, address, outputDim);
  }

  /** All log-probs of a row for one slot, made whole again from the joiner's answer. */
  logProbs(row: number, slot: number): Float32Array {
    const all = new Float32Array(this.vocabulary);
    const { blank, tokens, logProbs } = this.model.join(row, [slot])[0]!;
    all[this.model.blank] = blank;
    tokens.forEach((token, i) => {
      all[token] = logProbs[i]!;
    });
    return all;
  }
}

/** The predictor's outputs after the start and after each token. */
export function predictAll(build: (typeof BUILDS)[number], file: Uint8Array, tokens: readonly number[]): Float32Array {
  const bare = new BareTransducer(build, file, 1);
  bare.model.predict([{ token: bare.model.blank, from: -1, to: 0 }]);
  const rows = [bare.predicted(0).slice()];
  tokens.forEach((token, i) => {
    const to = (i + 1) % 2;
    bare.model.predict([{ token, from: 1 - to, to }]);
    rows.push(bare.predicted(to).slice());
  });
  return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}

/** Log-probs [rows][vocabulary] of that many rows spread over the encoder's output, with what a path has said before each. */
export function joinAll(
  build: (typeof BUILDS)[number],
  file: Uint8Array,
  output: Float32Array,
  path: { tokens: readonly number[]; rows: readonly number[] },
  rows: number,
): Float32Array {
  const bare = new BareTransducer(build, file, 4097);
  const { model, stream } = bare;
  const every = output.length / bare.width / rows;
  const all: Float32Array[] = [];
  let said = 0;
  let slot = 0;
  let streamRow = 0;
  model.predict([{ token: model.blank, from: -1, to: 0 }]);
  stream.replay(output, (_, count) => {
    for (let row = 0; row < count; row++, streamRow++) {
      while (said < path.rows.length && path.rows[said]! < streamRow) {
        model.predict([{ token: path.tokens[said++]!, from: slot, to: 1 - slot }]);
        slot = 1 - slot;
      }
      if (streamRow % every === 0) all.push(bare.logProbs(row, slot));
    }
  });
  return Float32Array.from(all.flatMap((row) => Array.from(row)));
}
