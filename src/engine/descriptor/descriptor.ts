// The descriptor: the records that the engine reads, from its Model record down.

import type { FeaturesConfig, ModelConfig } from "../../model/config.ts";
import type { ModelHeader } from "../../model/header.ts";
import { int4Table } from "../../model/int4.ts";
import { hasHeadLinear, layerName } from "../../model/tensors.ts";
import type { ArenaPlan } from "../arena-plan.ts";
import * as layout from "../layout.ts";
import { RecordCounter, type RecordSink, RecordWriter, writeRecord } from "../records.ts";
import { writeEncoderLayer } from "./encoder-layer.ts";
import { Parts } from "./parts.ts";
import { writeTransducer } from "./transducer.ts";

/** The front end's number for each logarithm. */
const LOGARITHMS = { natural: 0, piecewise: 1 } as const satisfies Record<FeaturesConfig["log"], number>;

function writeLogMel(parts: Parts, { constants, scratch }: ArenaPlan, { config }: ModelHeader): number {
  const { mels, hopSamples, sampleRate, log, gain } = config.features;
  const { int4: _, ...tables } = constants;
  return parts.records.record(layout.LogMel, {
    mels,
    hop: hopSamples,
    sampleRate,
    piecewise: LOGARITHMS[log],
    gain,
    ...tables,
    mean: parts.tensor("features.mean"),
    inverseStdDev: parts.tensor("features.invstddev"),
    work: scratch.logMelWork,
  });
}

function writeScratch(records: RecordSink, { constants, scratch, threads }: ArenaPlan): number {
  const { normalised, queries, context, keyValues, scores, hidden, expanded, window } = scratch;
  const { quantized, quantizedScales, quantizedSums, unpacked } = scratch;
  return records.record(layout.Scratch, {
    ...{ normalised, queries, context, keyValues, scores, hidden, expanded, window },
    ...{ quantized, quantizedScales, quantizedSums, unpacked },
    attention: records.room(layout.Attention),
    product: records.room(layout.QuantizedProduct),
    int4: constants.int4,
    int7: 0,
    pool: threads?.pool ?? 0,
  });
}

function writeTokenInput(parts: Parts, plan: ArenaPlan, { encoder, features }: ModelConfig): number {
  const { stride, inputKernel, inputActivation, inputDim, projection } = encoder;
  return parts.records.record(layout.TokenInput, {
    stride,
    kernel: inputKernel ?? 0,
    before: plan.stream.framesBefore,
    behind: plan.stream.framesBehind,
    mels: features.mels,
    linear: parts.linear("transcriber.input_linear", projection, (inputKernel ?? 1) * inputDim, inputActivation),
    windows: plan.scratch.frameWindows,
  });
}

function writeEncoder(parts: Parts, plan: ArenaPlan, { config }: ModelHeader, scratchRecord: number): number {
  const { records } = parts;
  const { encoder } = config;
  const { segment, rightContext, leftContext, memory, width, outputDim } = encoder;
  const isDirect = encoder.output === "direct";
  const { x, summary, encoded, headScratch } = plan.scratch;
  const layers = encoder.layers.map((layer, i) =>
    writeEncoderLayer(parts, layerName(i), encoder, layer, plan.stream.layers[i]!),
  );
  return records.record(layout.Encoder, {
    segment,
    rightContext,
    input: writeTokenInput(parts, plan, config),
    numLayers: layers.length,
    layers: records.list(layers),
    outputLinear: isDirect ? 0 : parts.linear("transcriber.output_linear", outputDim, width),
    outputNorm: isDirect ? 0 : parts.norm("transcriber.layer_norm", outputDim),
    head: hasHeadLinear(config) ? parts.linear("head.linear", config.tokens.length, outputDim) : 0,
    step: records.record(layout.Step, {
      ...{ width, rightContext, leftContext, memoryCapacity: memory },
      ...{ stream: 0, tokens: 0, memories: 0 },
    }),
    scratch: scratchRecord,
    ...{ x, summary, encoded, headScratch },
  });
}

function writeModel(records: RecordSink, plan: ArenaPlan, header: ModelHeader): number {
  const { config } = header;
  const parts = new Parts(records, plan.tensors);
  const logMel = writeLogMel(parts, plan, header);
  const scratch = writeScratch(records, plan);
  const encoder = writeEncoder(parts, plan, header, scratch);
  const transducer =
    config.predictor && plan.transducer && plan.scratch.transducer
      ? writeTransducer(parts, config, config.predictor, plan.transducer, plan.scratch.transducer, scratch)
      : 0;
  return records.record(layout.Model, {
    logMel,
    encoder,
    features: plan.scratch.features,
    output: plan.output,
    transducer,
    linears: records.list(parts.linears),
    numLinears: parts.linears.length,
  });
}

/** Bytes of a model's descriptor; they do not depend on where the plan puts anything. */
export function descriptorBytes(plan: ArenaPlan, header: ModelHeader): number {
  const counter = new RecordCounter();
  writeModel(counter, plan, header);
  return counter.bytes;
}

/** Writes all that assembly/model/model.ts reads and returns the address of its Model record. */
export function writeDescriptor(memory: ArrayBuffer, plan: ArenaPlan, header: ModelHeader): number {
  if (plan.constants.int4) new Int8Array(memory, plan.constants.int4).set(int4Table());
  const { offset, bytes } = plan.descriptor;
  return writeModel(new RecordWriter(memory, offset, bytes), plan, header);
}

/** Writes a stream's record at the start of its state block. */
export function writeStream(memory: ArrayBuffer, plan: ArenaPlan, address: number): void {
  const { samples, frames, tokens, slots } = plan.stream;
  writeRecord(memory, address, layout.Stream, {
    ...{ segment: 0, past: 0, pastSegments: 0, numFrames: 0, numTokens: 0, started: 0, finished: 0 },
    ...{ samples: address + samples, frames: address + frames, tokens: address + tokens, slots: address + slots },
  });
}
