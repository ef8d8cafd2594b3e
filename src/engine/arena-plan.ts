// The plan of the arena: the address of everything in it. arena.ts makes it.

import type { ScratchPlan } from "./scratch.ts";

/** A named part of the arena. */
export interface Region {
  readonly name: string;
  /** Byte address in the WebAssembly memory. */
  readonly offset: number;
  readonly bytes: number;
}

/** Byte offsets of a layer's caches from the start of a stream's state block. */
export interface LayerState {
  readonly leftContext: number;
  readonly memoryBank: number;
  /** Past rows that a convolution reads. */
  readonly gated: number;
}

/** Byte offsets of a stream's buffers from the start of its state block, and their capacities. */
export interface StreamPlan {
  readonly bytes: number;
  readonly samples: number;
  /** Frames that the next token shares with those before it. */
  readonly frames: number;
  readonly tokens: number;
  readonly layers: readonly LayerState[];
  /** States of a transducer's hypotheses. */
  readonly slots: number;
  /** Frames of neighbouring tokens that also make a token. */
  readonly framesBefore: number;
  readonly framesBehind: number;
  /** Frames of the first step (segment and right context) and of every later one. */
  readonly firstFrames: number;
  readonly stepFrames: number;
}

/** Sizes of a transducer's search, and the addresses of the windows through which it talks to the engine. */
export interface TransducerPlan {
  /** Most hypotheses in a call. */
  readonly beam: number;
  readonly slotBytes: number;
  /** Tokens besides the blank in a joined row. */
  readonly best: number;
  readonly requests: number;
  readonly scores: number;
  readonly tokens: number;
}

/** Addresses for the threads build (assembly/layers/shared-work.ts). */
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
  /** Table of int4 weights (src/model/int4.ts); 0 if the model has none. */
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
  /** Width of an output row: CTC tokens, or the encoder's outputDim for a transducer. */
  readonly outputDim: number;
  /** null if the model is no transducer. */
  readonly transducer: TransducerPlan | null;
  readonly stream: StreamPlan;
  /** Start of each stream's state block. */
  readonly streams: readonly number[];
}
