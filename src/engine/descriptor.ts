// Writes the descriptor: the records that the engine reads (@unmanaged classes in assembly/layers and assembly/model), one
// 32-bit word a field, in the order in which those classes declare them. A record that holds another holds its address.

import type { LayerConfig, PredictorConfig } from "../model/config.ts";
import type { ModelHeader } from "../model/header.ts";
import { int4Table } from "../model/int4.ts";
import { groupsName, relativeSpan, relativeZero, scaleName } from "../model/tensors.ts";
import type { ArenaPlan, TransducerPlan } from "./arena.ts";
import type { TransducerScratch } from "./scratch.ts";

/** Numbers of assembly/kernels/activation.ts. */
const ACTIVATIONS = { relu: 0, gelu: 1, silu: 2, tanh: 3, clamp: 4, none: 5 } as const;
type Activation = keyof typeof ACTIVATIONS;

/** torch.nn.LayerNorm's default. */
const EPSILON = 1e-5;

/** Words of what a step's attention is of (assembly/kernels/attention.ts). */
const ATTENTION_WORDS = 12;

const LAYERS = "transcriber.transformer.emformer_layers";

/** Writes records one behind the other and returns their addresses. */
class RecordWriter {
  private readonly words: Uint32Array;
  private readonly floats: Float32Array;
  private readonly base: number;
  private used = 0;

  constructor(memory: ArrayBuffer, offset: number, bytes: number) {
    this.words = new Uint32Array(memory, offset, bytes / 4);
    this.floats = new Float32Array(memory, offset, bytes / 4);
    this.base = offset;
  }

  /** A record of integers and addresses; `{ float }` writes an f32. */
  record(...fields: (number | { float: number })[]): number {
    const start = this.used;
    this.used += fields.length;
    if (this.used > this.words.length) throw new RangeError("the descriptor region is too small");
    fields.forEach((field, i) => {
      if (typeof field === "number") this.words[start + i] = field;
      else this.floats[start + i] = field.float;
    });
    return this.base + start * 4;
  }
}

/** Writes everything that assembly/model/model.ts reads and returns the address of its Model record. */
export function writeDescriptor(memory: ArrayBuffer, plan: ArenaPlan, header: ModelHeader): number {
  const { config } = header;
  const { encoder, features } = config;
  const { scratch, constants, tensors } = plan;
  if (constants.int4) new Int8Array(memory, constants.int4).set(int4Table());
  const writer = new RecordWriter(memory, plan.descriptor.offset, plan.descriptor.bytes);
  const at = (name: string) => tensors.get(name) ?? 0;

  const linears: number[] = [];
  const linear = (name: string, outputs: number, inputs: number, activation: Activation = "none") => {
    const record = writer.record(
      at(`${name}.weight`),
      at(groupsName(`${name}.weight`)),
      at(scaleName(`${name}.weight`)),
      at(`${name}.bias`),
      outputs,
      inputs,
      ACTIVATIONS[activation],
    );
    linears.push(record);
    return record;
  };
  const norm = (name: string, width: number, epsilon = EPSILON) =>
    writer.record(at(`${name}.weight`), at(`${name}.bias`), width, { float: epsilon });

  const relativeBias = (name: string, { attentionFold }: LayerConfig) =>
    tensors.has(name)
      ? writer.record(at(name), relativeSpan(encoder, attentionFold), relativeZero(encoder, attentionFold))
      : 0;

  const layer = (config: LayerConfig, i: number) => {
    const name = `${LAYERS}.${i}`;
    const state = plan.stream.layers[i]!;
    const d = encoder.width / config.attentionFold;
    const attention = writer.record(
      config.attentionFold,
      config.heads,
      encoder.tanhOnMemory ? ACTIVATIONS.tanh : ACTIVATIONS.clamp,
      norm(`${name}.layer_norm_input`, d),
      linear(`${name}.attention.emb_to_query`, d, d),
      linear(`${name}.attention.emb_to_key_value`, 2 * d, d),
      linear(`${name}.attention.out_proj`, d, d),
      state.leftContext,
      state.memoryBank,
      relativeBias(`${name}.attention.relative_bias`, config),
    );
    const narrow = encoder.width / config.feedForwardFold;
    const hidden = config.feedForward / config.feedForwardFold;
    const feedForward = writer.record(
      config.feedForwardFold,
      norm(`${name}.pos_ff.0`, narrow),
      linear(`${name}.pos_ff.1`, hidden, narrow, encoder.activation),
      linear(`${name}.pos_ff.4`, narrow, hidden),
    );
    const outputNorm = norm(`${name}.layer_norm_output`, narrow);
    return writer.record(at(`${name}.subtoken_embedding`), attention, feedForward, outputNorm);
  };

  const logMel = writer.record(
    features.mels,
    features.hopSamples,
    features.sampleRate,
    features.log === "piecewise" ? 1 : 0,
    { float: features.gain },
    constants.window,
    constants.cosines,
    constants.sines,
    constants.filters,
    constants.filterWeights,
    at("features.mean"),
    at("features.invstddev"),
    scratch.logMelWork,
  );
  const { width, leftContext, rightContext, memory: memoryBank } = encoder;
  const context = writer.record(width, rightContext, leftContext, memoryBank, plan.batchList, 0, 0, 0);
  const scratchRecord = writer.record(
    scratch.normalised,
    scratch.queries,
    scratch.context,
    scratch.keyValues,
    scratch.scores,
    writer.record(...Array<number>(ATTENTION_WORDS).fill(0)),
    scratch.hidden,
    scratch.quantized,
    scratch.quantizedScales,
    scratch.quantizedSums,
    scratch.unpacked,
    constants.int4,
    0,
    plan.threads?.pool ?? 0,
  );
  const layers = encoder.layers.map(layer);
  const encoderRecord = writer.record(
    encoder.segment,
    rightContext,
    encoder.stride,
    linear("transcriber.input_linear", encoder.projection, encoder.inputDim),
    layers.length,
    writer.record(...layers),
    linear("transcriber.output_linear", encoder.outputDim, width),
    norm("transcriber.layer_norm", encoder.outputDim),
    config.head.type === "ctc" ? linear("head.linear", config.tokens.length, encoder.outputDim) : 0,
    context,
    scratchRecord,
    scratch.x,
    scratch.summaries,
    scratch.encoded,
    scratch.headScratch,
  );

  const lstm = (predictor: PredictorConfig, i: number) => {
    const name = `predictor.lstm_layers.${i}`;
    const { lstmHidden: hidden, symbolEmbedding, epsilon, layerNorm } = predictor;
    return writer.record(
      hidden,
      linear(`${name}.x2g`, 4 * hidden, i === 0 ? symbolEmbedding : hidden),
      linear(`${name}.p2g`, 4 * hidden, hidden),
      layerNorm ? norm(`${name}.g_norm`, 4 * hidden, epsilon) : 0,
      layerNorm ? norm(`${name}.c_norm`, hidden, epsilon) : 0,
    );
  };

  const transducer = (predictor: PredictorConfig, search: TransducerPlan, scratch: TransducerScratch) => {
    const lstms = Array.from({ length: predictor.lstmLayers }, (_, i) => lstm(predictor, i));
    const embedding = "predictor.embedding.weight";
    const predictorRecord = writer.record(
      writer.record(at(embedding), at(scaleName(embedding)), predictor.symbolEmbedding),
      norm("predictor.input_layer_norm", predictor.symbolEmbedding),
      lstms.length,
      writer.record(...lstms),
      predictor.lstmHidden,
      linear("predictor.linear", encoder.outputDim, predictor.lstmHidden),
      norm("predictor.output_layer_norm", encoder.outputDim),
      search.slotBytes,
      scratchRecord,
      scratch.x,
      scratch.h,
      scratch.c,
      scratch.gates,
      scratch.recurrent,
      scratch.encoded,
    );
    const joiner = writer.record(
      linear("joiner.linear", config.tokens.length, encoder.outputDim),
      config.head.blank,
      search.best,
      scratchRecord,
      scratch.joined,
      scratch.logits,
      scratch.exponentials,
    );
    return writer.record(predictorRecord, joiner, search.requests, search.scores, search.tokens);
  };
  const search =
    config.predictor && plan.transducer && scratch.transducer
      ? transducer(config.predictor, plan.transducer, scratch.transducer)
      : 0;
  const list = writer.record(...linears);
  return writer.record(logMel, encoderRecord, scratch.features, plan.output, search, list, linears.length);
}

/** Writes a stream's record (assembly/model/stream.ts) at the start of its state block. */
export function writeStream(memory: ArrayBuffer, plan: ArenaPlan, address: number): void {
  const { samples, tokens, slots } = plan.stream;
  new Uint32Array(memory, address, 9).set([0, 0, 0, address + samples, address + tokens, 0, 0, 0, address + slots]);
}
