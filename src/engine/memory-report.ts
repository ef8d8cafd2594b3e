// How much memory a loaded recognizer takes, by region.

import { processMemory } from "../platform.ts";
import type { Arena } from "./arena-memory.ts";
import type { Region } from "./arena-plan.ts";

/** Memory of an engine, in bytes. */
export interface EngineMemory {
  /** Every region of the arena, in order of address. Together they are the whole arena. */
  readonly regions: readonly Region[];
  /** Size of the arena, as arenaBytes() computes it. */
  readonly arenaBytes: number;
  /** Size of the WebAssembly memory right now. It never differs from arenaBytes. */
  readonly memoryBytes: number;
  /** Bytes of the scratch region that steps have written so far. */
  readonly scratchHighWater: number;
  /** Threads that compute right now: fewer than asked for while they start, and 1 if memory cannot be shared. */
  readonly threads: number;
  /** JavaScript heap in use and resident set of the whole process; null if the runtime does not tell. */
  readonly heapBytes: number | null;
  readonly residentBytes: number | null;
}

/** Memory of a recognizer, in bytes. */
export interface MemoryReport extends EngineMemory {
  /** Bytes of a phoneme model's lexicon and of dictation's language model. They are in JavaScript's memory. */
  readonly lexiconBytes: number;
  readonly ngramsBytes: number;
  /** Bytes of the tree of dictation's words, and of what else it keeps for all streams. */
  readonly wordsBytes: number;
  /**
   * Bytes of the arrays with which the open streams search for words: hypotheses and where they come from, and what belongs to their
   * grammars, hotwords and language models.
   */
  readonly searchBytes: number;
}

export function reportMemory(arena: Arena, threads: number): EngineMemory {
  return {
    regions: arena.plan.regions,
    arenaBytes: arena.plan.bytes,
    memoryBytes: arena.memory.buffer.byteLength,
    scratchHighWater: arena.scratchHighWater(),
    threads,
    ...processMemory(),
  };
}
