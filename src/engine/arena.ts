// The arena: every region of the engine's memory, its name, order, size and alignment. The only owner of offsets.
//
// The plan is a pure function of the model header, so the size is known before the model's data, and before any WebAssembly,
// is there. Regions: static data of the module, descriptor, constants, weights (shared by all streams), scratch (dead after
// a step, its phases overlapping), output window, a transducer's windows, then one state block per stream. Knows nothing of kernels.

import type { ModelConfig } from "../model/config.ts";
import type { ModelHeader } from "../model/header.ts";
import { isInt4 } from "../model/tensors.ts";
import { align, Cursor, F32 } from "./cursor.ts";
import { planScratch, type ScratchPlan, unpackedBytes } from "./scratch.ts";
import { BINS, Sizes, WINDOW } from "./sizes.ts";

/** A named part of the arena. */
export interface Region {
  readonly name: string;
  /** Byte address in the WebAssembly memory. */
  readonly offset: number;
  readonly bytes: number;
}

/** Where a layer keeps its caches, as byte offsets from the start of a stream's state block. */
export interface LayerState {
  readonly leftContext: number;
  readonly memoryBank: number;
}

/** Byte offsets of a stream's buffers from the start of its state block, and their capacities. */
export interface StreamPlan {
  readonly bytes: number;
  readonly samples: number;
  readonly tokens: number;
  readonly layers: readonly LayerState[];
  /** States of a transducer's hypotheses. */
  readonly slots: number;
  /** Frames of the first step (segment and right context) and of every later one. */
  readonly firstFrames: number;
  readonly stepFrames: number;
}

/** Sizes of a transducer's search, and the addresses of the windows through which it speaks with the engine. */
export interface TransducerPlan {
  /** Hypotheses that a call takes. */
  readonly beam: number;
  readonly slotBytes: number;
  /** Tokens besides the blank that a joined row names. */
  readonly best: number;
  readonly requests: number;
  readonly scores: number;
  readonly tokens: number;
}

/** Addresses of what the threads build needs (assembly/layers/shared-work.ts). */
export interface ThreadsPlan {
  readonly pool: number;
  readonly helpers: readonly number[];
}

export interface ConstantsPlan {
  readonly window: number;
  readonly cosines: number;
  readonly sines: number;
  readonly filters: number;
  readonly filterWeights: number;
  /** Table of weights of four bits (src/model/int4.ts); 0 if the model has none. */
  readonly int4: number;
}

export interface ArenaPlan {
  readonly regions: readonly Region[];
  /** Sum of everything, rounded up to whole 64 KiB pages: the size of the WebAssembly memory. */
  readonly bytes: number;
  readonly descriptor: Region;
  /** Record of the pool of threads and the place of each helper; null for one thread. */
  readonly threads: ThreadsPlan | null;
  readonly constants: ConstantsPlan;
  /** Address of every tensor of the model file. */
  readonly tensors: ReadonlyMap<string, number>;
  readonly scratch: ScratchPlan;
  readonly output: number;
  /** Most streams of a step, and the list in which their addresses are handed over. */
  readonly batch: number;
  readonly batchList: number;
  /** Width of an output row: CTC tokens, or the encoder's outputDim for a transducer. */
  readonly outputDim: number;
  /** Of a model that can decode as a transducer. */
  readonly transducer: TransducerPlan | null;
  readonly stream: StreamPlan;
  /** Start of each stream's state block. */
  readonly streams: readonly number[];
}

/** Room for the module's own static data (tables of its mathematics); checked against the module when it is instantiated. */
export const STATIC_BYTES = 16 * 1024;
const PAGE_BYTES = 64 * 1024;

/** Words of the Stream record (assembly/model/stream.ts), rounded up. */
const STREAM_RECORD_BYTES = 48;
/** Descriptor words: the model's own records, an encoder layer's and an LSTM's (src/engine/descriptor.ts asserts them). */
const MODEL_WORDS = 160;
const LAYER_WORDS = 76;
const LSTM_WORDS = 32;
/** Bytes of a pool's record, rounded up, and of a helper's place without room for unpacked weights (assembly/layers/shared-work.ts). */
const POOL_BYTES = 128;
const HELPER_BYTES = POOL_BYTES + 8192 * 4;
/** Products read that far behind a tensor's end (AHEAD of assembly/kernels/matmul-int7.ts). */
const READ_AHEAD = 1024;
const INT4_TABLE_BYTES = 128 * 16;
/** Words of a prediction's request (assembly/model/predictor.ts). */
const REQUEST_WORDS = 3;
/** A search needs the states it goes on from, those it arrives at, and those of the paths that rest (src/decode/transducer/beam-search.ts). */
const SLOTS_PER_HYPOTHESIS = 3;

/** Bytes of a hypothesis's state: h and c of every layer, and the predictor's output. */
function slotBytes({ predictor, encoder }: ModelConfig): number {
  return predictor ? align((2 * predictor.lstmLayers * predictor.lstmHidden + encoder.outputDim) * F32) : 0;
}

function planStream(config: ModelConfig, sizes: Sizes): StreamPlan {
  const { width, stride, leftContext, rightContext, memory } = config.encoder;
  const cursor = new Cursor(STREAM_RECORD_BYTES);
  const windows = WINDOW + sizes.firstFrames * config.features.hopSamples;
  const samples = cursor.floats(windows + WINDOW / 2);
  const waiting = rightContext + Math.ceil(sizes.lastFrames / stride) + rightContext;
  const tokens = cursor.floats(waiting * width);
  const layers = config.encoder.layers.map(() => ({
    leftContext: cursor.floats(leftContext * 2 * width),
    memoryBank: cursor.floats(memory * width),
  }));
  const slots = cursor.take(SLOTS_PER_HYPOTHESIS * sizes.beam * slotBytes(config));
  const { firstFrames, stepFrames } = sizes;
  return { bytes: cursor.at, samples, tokens, layers, slots, firstFrames, stepFrames };
}

function planTransducer(config: ModelConfig, beam: number, cursor: Cursor): TransducerPlan | null {
  if (!config.predictor) return null;
  const best = Math.min(beam, config.tokens.length - 1);
  return {
    beam,
    slotBytes: slotBytes(config),
    best,
    requests: cursor.floats(REQUEST_WORDS * beam),
    scores: cursor.floats(beam * (1 + best)),
    tokens: cursor.floats(beam * best),
  };
}

function planThreads(header: ModelHeader, threads: number, cursor: Cursor): ThreadsPlan | null {
  if (threads === 1) return null;
  const pool = cursor.take(POOL_BYTES);
  const place = HELPER_BYTES + unpackedBytes(header);
  return { pool, helpers: Array.from({ length: threads - 1 }, () => cursor.take(place)) };
}

/** What the size of the arena depends on besides the model. */
export interface ArenaOptions {
  /** Simultaneous streams. Default 1. */
  readonly streams?: number;
  /** Hypotheses of a transducer's search; other models need no memory for theirs. Default 1. */
  readonly beam?: number;
  /** Streams whose steps run as one, at most as many as there are: a recognizer's maxBatch. Default 1. */
  readonly batch?: number;
  /** Threads that compute a step. Default 1. */
  readonly threads?: number;
}

/** Lays out the arena for a model. Every size is exact; only the total is rounded up to pages. */
export function planArena(header: ModelHeader, options: ArenaOptions = {}): ArenaPlan {
  const { streams: numStreams = 1, beam = 1 } = options;
  const batch = Math.min(options.batch ?? 1, numStreams);
  const { config } = header;
  const sizes = new Sizes(config, beam, batch);
  const regions: Region[] = [];
  const region = (name: string, offset: number, end: number): Region => {
    const made = { name, offset, bytes: end - offset };
    regions.push(made);
    return made;
  };

  region("static data", 0, STATIC_BYTES);
  const cursor = new Cursor(STATIC_BYTES);
  const layerWords = LAYER_WORDS * config.encoder.layers.length + LSTM_WORDS * (config.predictor?.lstmLayers ?? 0);
  const descriptorStart = cursor.take((MODEL_WORDS + layerWords) * 4);
  const descriptor = region("descriptor", descriptorStart, cursor.at);

  const threadsStart = cursor.at;
  const threads = planThreads(header, options.threads ?? 1, cursor);
  if (threads) region("threads", threadsStart, cursor.at);

  const constantsStart = cursor.at;
  const constants = {
    window: cursor.floats(WINDOW),
    cosines: cursor.floats(WINDOW),
    sines: cursor.floats(WINDOW),
    filters: cursor.floats(2 * config.features.mels),
    filterWeights: cursor.floats(2 * BINS),
    int4: header.tensors.some(isInt4) ? cursor.take(INT4_TABLE_BYTES) : 0,
  };
  region("constants", constantsStart, cursor.at);

  const weightsStart = cursor.at;
  const tensors = new Map<string, number>();
  for (const tensor of header.tensors) tensors.set(tensor.name, cursor.take(tensor.bytes));
  cursor.take(READ_AHEAD);
  region("weights", weightsStart, cursor.at);

  const scratchStart = cursor.at;
  const scratch = planScratch(header, sizes, scratchStart);
  cursor.at = scratch.end;
  region("scratch", scratchStart, cursor.at);

  const outputDim = config.head.type === "ctc" ? config.tokens.length : config.encoder.outputDim;
  const output = cursor.floats(batch * config.encoder.segment * outputDim);
  const batchList = cursor.floats(batch);
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
  const windows = { output, outputDim, batch, batchList, transducer };
  return {
    regions,
    bytes,
    descriptor,
    threads,
    constants,
    tensors,
    scratch: scratch.plan,
    ...windows,
    stream,
    streams,
  };
}

/** Bytes of WebAssembly memory that the model needs: all it will ever use. */
export function arenaBytes(header: ModelHeader, options: ArenaOptions = {}): number {
  return planArena(header, options).bytes;
}

/** Whether the model fits in limitBytes of WebAssembly memory. */
export function fitsIn(header: ModelHeader, limitBytes: number, options: ArenaOptions = {}): boolean {
  return arenaBytes(header, options) <= limitBytes;
}
