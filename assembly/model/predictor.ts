// The transducer's predictor turns a history of tokens into a vector. It is torchaudio's _Predictor, one token at a time.
//
// A stream keeps the states of its hypotheses in slots: every layer's h and c, then the output. A call extends several
// hypotheses at once, so that the weights are read once for all of them.

import { Embedding, embed } from "../layers/embedding";
import { Linear, linear } from "../layers/linear";
import { Lstm, lstm } from "../layers/lstm";
import { Norm, normalise } from "../layers/norm";
import { Scratch } from "../layers/scratch";

@unmanaged
export class Predictor {
  embedding: Embedding;
  inputNorm: Norm;
  numLayers: i32;
  /** Addresses of Lstm records */
  layers: usize;
  /** Values of h, and of c, in one layer */
  hidden: i32;
  /** [outputDim, hidden] */
  outputLinear: Linear;
  outputNorm: Norm;
  /** Bytes from slot to slot */
  slotBytes: usize;
  scratch: Scratch;
  /** Scratch for the largest M, f32 [M][..] of these widths: embedding or hidden; hidden; hidden; 4 hidden; 4 hidden; outputDim */
  x: usize;
  h: usize;
  c: usize;
  gates: usize;
  recurrent: usize;
  encoded: usize;
}

/** One hypothesis to extend: i32 words of the request window. */
@unmanaged
export class Request {
  token: i32;
  /** Slot of the state before this token; -1 means the start */
  from: i32;
  /** Slot of the state after this token; it must not be the `from` of another request in the call */
  to: i32;
}

// @ts-ignore: decorator
@inline function requestAt(requests: usize, m: i32): Request {
  return changetype<Request>(requests + <usize>m * offsetof<Request>());
}

/** Offset of the output in a slot: after the layers' states. */
// @ts-ignore: decorator
@inline function outputOffset(p: Predictor): usize {
  return <usize>(2 * p.numLayers * p.hidden) << 2;
}

/** The output vector in a slot. */
export function predicted(p: Predictor, slots: usize, slot: i32): usize {
  return slots + <usize>slot * p.slotBytes + outputOffset(p);
}

/** Reads h[M][hidden] and c[M][hidden] of one layer from the requests' `from` slots. */
function gather(p: Predictor, slots: usize, requests: usize, layer: i32, M: i32): void {
  const bytes = <usize>p.hidden << 2;
  for (let m = 0; m < M; m++) {
    const from = requestAt(requests, m).from;
    const row = <usize>m * bytes;
    if (from < 0) {
      memory.fill(p.h + row, 0, bytes);
      memory.fill(p.c + row, 0, bytes);
    } else {
      const state = slots + <usize>from * p.slotBytes + <usize>(2 * layer) * bytes;
      memory.copy(p.h + row, state, bytes);
      memory.copy(p.c + row, state + bytes, bytes);
    }
  }
}

/** The reverse of gather: writes h and c to the requests' `to` slots. */
function scatter(p: Predictor, slots: usize, requests: usize, layer: i32, M: i32): void {
  const bytes = <usize>p.hidden << 2;
  for (let m = 0; m < M; m++) {
    const state = slots + <usize>requestAt(requests, m).to * p.slotBytes + <usize>(2 * layer) * bytes;
    memory.copy(state, p.h + <usize>m * bytes, bytes);
    memory.copy(state + bytes, p.c + <usize>m * bytes, bytes);
  }
}

/** Answers M requests: extends each state by its token and writes the new state and its output. */
export function predict(p: Predictor, slots: usize, requests: usize, M: i32): void {
  const width = p.embedding.width;
  for (let m = 0; m < M; m++) embed(p.embedding, p.x + (<usize>(m * width) << 2), requestAt(requests, m).token);
  normalise(p.inputNorm, p.x, p.x, M);

  for (let i = 0; i < p.numLayers; i++) {
    const layer = changetype<Lstm>(load<usize>(p.layers + (<usize>i << 2)));
    gather(p, slots, requests, i, M);
    lstm(layer, p.scratch, p.x, p.h, p.c, p.gates, p.recurrent, M);
    scatter(p, slots, requests, i, M);
    memory.copy(p.x, p.h, <usize>(M * p.hidden) << 2);
  }

  linear(p.outputLinear, p.scratch, p.encoded, p.x, M);
  normalise(p.outputNorm, p.encoded, p.encoded, M);
  const bytes = <usize>p.outputNorm.width << 2;
  for (let m = 0; m < M; m++) {
    memory.copy(predicted(p, slots, requestAt(requests, m).to), p.encoded + <usize>m * bytes, bytes);
  }
}
