// The streams that a step takes together.

/** The head of a stream's block in the arena: how far it is, and how much of it this step takes. Counts tokens. */
@unmanaged
export class Progress {
  segment: i32;
  /** Tokens and segments before this step */
  past: i32;
  pastSegments: i32;
}

/** The streams of one step, and what their attention looks at. Lengths count tokens of width d; they are the same for every layer. */
@unmanaged
export class StepBatch {
  width: i32;
  /** Tokens of right context behind each segment */
  rightContext: i32;
  /** Capacities of the left context and of the memory bank */
  leftContext: i32;
  memoryCapacity: i32;
  /** Streams of this step: addresses of their blocks, which begin with a Progress */
  streams: usize;
  numStreams: i32;
  /** Sums over these streams: segments with their right contexts, and memory entries */
  tokens: i32;
  memories: i32;
}

/** A stream of the step. */
// @ts-ignore: decorator
@inline export function streamAt(b: StepBatch, i: i32): Progress {
  return changetype<Progress>(load<usize>(b.streams + (<usize>i << 2)));
}

/** Memory entries that a stream has. */
// @ts-ignore: decorator
@inline export function memoriesOf(b: StepBatch, p: Progress): i32 {
  return min(b.memoryCapacity, p.pastSegments);
}
