// What one step of a stream takes through the layers. Lengths count tokens of width d; they are the same for every layer.

/** The head of a stream's block in the arena: how far the stream is, and how much of it this step takes. */
@unmanaged
export class Progress {
  segment: i32;
  /** Tokens and segments before this step */
  past: i32;
  pastSegments: i32;
}

/** One step of one stream. */
@unmanaged
export class Step {
  width: i32;
  /** Tokens of right context behind the segment */
  rightContext: i32;
  /** Capacities of the left context and of the memory bank */
  leftContext: i32;
  memoryCapacity: i32;
  /** The stream whose step this is */
  stream: Progress;
  /** Rows of this step: the segment with its right context, and memory entries that the stream has */
  tokens: i32;
  memories: i32;
}
