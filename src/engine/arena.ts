// The arena: every region of the engine's memory, its name, order, size and alignment. The only owner of offsets.
//
// The plan is a pure function of the model header, so the size is known before the model's data arrive and before WebAssembly
// starts. Regions: static data of the module, descriptor, constants, weights (shared by all streams), scratch (dead after a step),
// output window, a transducer's windows, then one state block per stream. Knows nothing of kernels.

import { FoldvoxError, shown } from "../errors.ts";
import type { ModelConfig } from "../model/config.ts";
import type { ModelHeader } from "../model/header.ts";
import { hasHeadLinear, isInt4 } from "../model/tensors.ts";
import { checkCount, checkOptions, type OptionTypes } from "../options.ts";
import type { ArenaPlan, Region, StreamPlan, ThreadsPlan, TransducerPlan } from "./arena-plan.ts";
import { align, Cursor, F32 } from "./cursor.ts";
import { descriptorBytes } from "./descriptor/descriptor.ts";
import * as layout from "./layout.ts";
import { planScratch, unpackedBytes } from "./scratch.ts";
import { Sizes } from "./sizes.ts";

/** Room for the module's own static data (tables of its mathematics); checked against the module when it is instantiated. */
export const STATIC_BYTES = 16 * 1024;
const PAGE_BYTES = 64 * 1024;

/** Bytes of a helper's place without room for unpacked weights. */
const HELPER_BYTES = layout.SHARED_WORK_BYTES + layout.CHUNK_VALUES * F32;
/** A search needs states to extend, states to reach, and states of resting paths (src/decode/transducer/beam-search.ts). */
const SLOTS_PER_HYPOTHESIS = 3;

/** Bytes of a hypothesis's state: h and c of every layer, and the predictor's output. */
function slotBytes({ predictor, encoder }: ModelConfig): number {
  return predictor ? align((2 * predictor.lstmLayers * predictor.lstmHidden + encoder.outputDim) * F32) : 0;
}

function planStream(config: ModelConfig, sizes: Sizes): StreamPlan {
  const { width, stride, leftContext, rightContext, memory } = config.encoder;
  const cursor = new Cursor(layout.Stream.bytes);
  const windows = layout.WINDOW + sizes.firstFrames * config.features.hopSamples;
  const samples = cursor.floats(windows + layout.WINDOW / 2);
  const frames = cursor.floats((sizes.framesBefore + sizes.framesBehind) * config.features.mels);
  const waiting = rightContext + Math.ceil(sizes.lastFrames / stride) + rightContext;
  const tokens = cursor.floats(waiting * width);
  const layers = config.encoder.layers.map(({ kernel = 1 }) => ({
    leftContext: cursor.floats(leftContext * 2 * width),
    memoryBank: cursor.floats(memory * width),
    gated: cursor.floats(((kernel - 1) / 2) * width),
  }));
  const slots = cursor.take(SLOTS_PER_HYPOTHESIS * sizes.beam * slotBytes(config));
  const { framesBefore, framesBehind, firstFrames, stepFrames } = sizes;
  const counts = { framesBefore, framesBehind, firstFrames, stepFrames };
  return { bytes: cursor.at, samples, frames, tokens, layers, slots, ...counts };
}

function planTransducer(config: ModelConfig, beam: number, cursor: Cursor): TransducerPlan | null {
  if (!config.predictor) return null;
  const best = Math.min(beam, config.tokens.length - 1);
  return {
    beam,
    slotBytes: slotBytes(config),
    best,
    requests: cursor.floats((layout.Request.bytes / F32) * beam),
    scores: cursor.floats(beam * (1 + best)),
    tokens: cursor.floats(beam * best),
  };
}

function planThreads(header: ModelHeader, threads: number, cursor: Cursor): ThreadsPlan | null {
  if (threads === 1) return null;
  const pool = cursor.take(layout.SHARED_WORK_BYTES);
  const place = HELPER_BYTES + unpackedBytes(header);
  return { pool, helpers: Array.from({ length: threads - 1 }, () => cursor.take(place)) };
}

/** Options, besides the model, that the arena's size depends on. */
export interface ArenaOptions {
  /** Simultaneous streams. Default 1. */
  readonly streams?: number;
  /** Hypotheses of a transducer's search; other models need no memory for theirs. Default 1. */
  readonly beam?: number;
  /** Threads that compute a step. Default 1. */
  readonly threads?: number;
}

/** The plan with so many bytes for the descriptor. */
function layOut(header: ModelHeader, options: ArenaOptions, descriptor: number): ArenaPlan {
  const { streams: numStreams = 1, beam = 1 } = options;
  const { config } = header;
  const sizes = new Sizes(config, beam);
  const regions: Region[] = [];
  const region = (name: string, offset: number, end: number): Region => {
    const made = { name, offset, bytes: end - offset };
    regions.push(made);
    return made;
  };

  region("static data", 0, STATIC_BYTES);
  const cursor = new Cursor(STATIC_BYTES);
  const descriptorStart = cursor.take(descriptor);
  const described = region("descriptor", descriptorStart, cursor.at);

  const threadsStart = cursor.at;
  const threads = planThreads(header, options.threads ?? 1, cursor);
  if (threads) region("threads", threadsStart, cursor.at);

  const constantsStart = cursor.at;
  const constants = {
    window: cursor.floats(layout.WINDOW),
    cosines: cursor.floats(layout.WINDOW),
    sines: cursor.floats(layout.WINDOW),
    filters: cursor.floats(2 * config.features.mels),
    filterWeights: cursor.floats(2 * layout.BINS),
    int4: header.tensors.some(isInt4) ? cursor.take(layout.INT4_TABLE_BYTES) : 0,
  };
  region("constants", constantsStart, cursor.at);

  const weightsStart = cursor.at;
  const tensors = new Map<string, number>();
  for (const tensor of header.tensors) tensors.set(tensor.name, cursor.take(tensor.bytes));
  cursor.take(layout.READ_AHEAD);
  region("weights", weightsStart, cursor.at);

  const scratchStart = cursor.at;
  const scratch = planScratch(header, sizes, scratchStart);
  cursor.at = scratch.end;
  region("scratch", scratchStart, cursor.at);

  const outputDim = hasHeadLinear(config) ? config.tokens.length : config.encoder.outputDim;
  const output = cursor.floats(config.encoder.segment * outputDim);
  region("output", output, cursor.at);

  const searchStart = cursor.at;
  const transducer = planTransducer(config, beam, cursor);
  if (transducer) region("search", searchStart, cursor.at);

  const stream = planStream(config, sizes);
  const streams: number[] = [];
  for (let i = 0; i < numStreams; i++) {
    const start = cursor.take(stream.bytes);
    streams.push(start);
    region(`stream ${i}`, start, cursor.at);
  }

  const bytes = Math.ceil(cursor.at / PAGE_BYTES) * PAGE_BYTES;
  region("page rounding", cursor.at, bytes);
  const windows = { output, outputDim, transducer };
  return {
    regions,
    bytes,
    descriptor: described,
    threads,
    constants,
    tensors,
    scratch: scratch.plan,
    ...windows,
    stream,
    streams,
  };
}

/** Lays out the arena for a model. Every size is exact; only the total is rounded up to pages. */
export function planArena(header: ModelHeader, options: ArenaOptions = {}): ArenaPlan {
  return layOut(header, options, descriptorBytes(layOut(header, options, 0), header));
}

const ARENA_OPTIONS: OptionTypes<ArenaOptions> = { streams: "any", beam: "any", threads: "any" };
export const MOST_STREAMS = 65536;
export const MOST_THREADS = 64;
export const MOST_BEAM = 1024;

/** Bytes of WebAssembly memory that the model needs: all it will ever use. Errors: bad-argument. */
export function arenaBytes(header: ModelHeader, options: ArenaOptions = {}): number {
  if (typeof header?.config !== "object" || !Array.isArray(header.tensors)) {
    throw new FoldvoxError("bad-argument", `The header is ${shown(header)}; give what readModelHeader() returns.`);
  }
  checkOptions("options", options, ARENA_OPTIONS);
  const { streams = 1, beam = 1, threads = 1 } = options;
  checkCount("options.streams", streams, MOST_STREAMS);
  checkCount("options.beam", beam, MOST_BEAM);
  checkCount("options.threads", threads, MOST_THREADS);
  return planArena(header, options).bytes;
}

/**
 * Whether the model fits in limitBytes of WebAssembly memory. Errors: bad-argument.
 * @example
 * ```ts
 * import { fitsIn, readModelHeader } from "foldvox";
 *
 * const response = await fetch(modelUrl);
 * const header = readModelHeader(new Uint8Array(await response.arrayBuffer()));
 * console.log(fitsIn(header, 16_000_000, { streams: 8 }) ? "eight streams" : "too large");
 * ```
 */
export function fitsIn(header: ModelHeader, limitBytes: number, options: ArenaOptions = {}): boolean {
  if (typeof limitBytes !== "number" || !(limitBytes >= 0)) {
    throw new FoldvoxError("bad-argument", `limitBytes is ${shown(limitBytes)}; give a number of bytes.`);
  }
  return arenaBytes(header, options) <= limitBytes;
}
