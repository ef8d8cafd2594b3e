// The protocol of threads that help, step by step in one thread: who gets which chunk, and what comes of helpers that are late.

import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

type Calls = Record<string, (...args: (number | bigint)[]) => number>;

const module = new WebAssembly.Module(readFileSync(new URL("../../build/foldvox.threads.wasm", import.meta.url)));
const NONE = 0xffffffffn;
let call: Calls;
let pool: number;

beforeEach(() => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  call = new WebAssembly.Instance(module, { env: { memory } }).exports as Calls;
  pool = 65536;
});

function begin(count: number): void {
  call.beginRound!(pool);
  call.offer!(pool, count);
}

/** A claim, by the thread that has the work if helper is 0: round and chunk. */
function claim(helper: number): { round: number; chunk: number } | null {
  const claimed = BigInt.asUintN(64, call.claim!(pool, call.shareOf!(pool, helper)) as unknown as bigint);
  return claimed === NONE ? null : { round: Number(claimed >> 32n), chunk: Number(claimed & 0xffffffffn) };
}

describe("chunks", () => {
  it.each([1, 2, 31, 32])("%i of them are claimed once each", (count) => {
    call.arrive!(pool);
    begin(count);
    const claimed = new Set<number>();
    for (let i = 0; i < count; i++) {
      claimed.add(claim(i % 3 === 0 ? 1 : 0)!.chunk);
    }
    expect([...claimed].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(claim(0)).toBeNull();
    expect(claim(1)).toBeNull();
  });

  it("are taken from the front of each thread's share, then from what others have left", () => {
    expect(call.arrive!(pool)).toBe(1);
    expect(call.arrive!(pool)).toBe(2);
    begin(6);
    expect([claim(0)!.chunk, claim(1)!.chunk, claim(2)!.chunk]).toEqual([0, 2, 4]);
    expect([claim(1)!.chunk, claim(1)!.chunk, claim(1)!.chunk]).toEqual([3, 5, 1]);
    expect(claim(2)).toBeNull();
  });

  it("are done when everyone has said so", () => {
    begin(2);
    expect(call.allDone!(pool)).toBe(0);
    call.chunkDone!(pool);
    expect(call.allDone!(pool)).toBe(0);
    call.chunkDone!(pool);
    expect(call.allDone!(pool)).toBe(1);
  });
});

describe("a helper", () => {
  it("settles its chunk, and nobody else can", () => {
    call.arrive!(pool);
    begin(2);
    const { round, chunk } = claim(1)!;
    expect(call.isCurrent!(pool, round)).toBe(1);
    expect(call.settle!(pool, round, chunk)).toBe(1);
    expect(call.settle!(pool, round, chunk)).toBe(0);
    expect(call.unsettled!(pool)).toBe(0);
  });

  it("that is late finds its chunk settled, in the round and after it", () => {
    call.arrive!(pool);
    begin(2);
    const { round, chunk } = claim(1)!;
    expect(call.settle!(pool, round, claim(0)!.chunk)).toBe(1);
    expect(call.unsettled!(pool)).toBe(chunk);
    expect(call.settle!(pool, round, chunk)).toBe(1);
    expect(call.unsettled!(pool)).toBe(-1);
    expect(call.settle!(pool, round, chunk)).toBe(0);
    // The same chunk of the next round is another.
    call.beginRound!(pool);
    expect(call.isCurrent!(pool, round)).toBe(0);
    call.offer!(pool, 2);
    expect(call.isCurrent!(pool, round)).toBe(0);
    expect(call.settle!(pool, round, chunk)).toBe(0);
    expect(call.unsettled!(pool)).toBe(0);
  });

  it("counts as a thread once it has come", () => {
    expect(call.threadsOf!(pool)).toBe(1);
    call.arrive!(pool);
    expect(call.threadsOf!(pool)).toBe(2);
  });
});
