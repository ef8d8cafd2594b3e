// What a loaded recognizer takes, by region and in bytes.

import { processMemory } from "../platform.ts";
import type { Arena } from "./arena-memory.ts";
import type { Region } from "./arena-plan.ts";

/** What an engine takes, in bytes. */
export interface EngineMemory {
  /** Every region of the arena in order of address; together they are the whole of it. */
  readonly regions: readonly Region[];
  /** Size of the arena: what arenaBytes() foretold. */
  readonly arenaBytes: number;
  /** Size of the WebAssembly memory right now. It never differs from arenaBytes. */
  readonly memoryBytes: number;
  /** Bytes of the scratch region that steps have really written. */
  readonly scratchHighWater: number;
  /** Threads that compute right now: fewer than were asked for while they start, and 1 where memory cannot be shared. */
  readonly threads: number;
  /** JavaScript heap in use and resident set of the whole process; null where the runtime does not tell. */
  readonly heapBytes: number | null;
  readonly residentBytes: number | null;
}

/** What a recognizer takes, in bytes. */
export interface MemoryReport extends EngineMemory {
  /** Of a model of phonemes: bytes of the lexicon and of dictation's language model, which lie in JavaScript's memory. */
  readonly lexiconBytes: number;
  readonly ngramsBytes: number;
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
