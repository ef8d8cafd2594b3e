// AbortSignal in loops that wait.

import { describe, expect, it } from "vitest";
import { pause, unlessAborted, untilAborted } from "../../src/loading/abort.ts";

const never = new Promise<never>(() => {});

describe("untilAborted", () => {
  it("yields all of an iterable, asynchronous or not, with a signal or without", async () => {
    async function* numbers() {
      yield* [1, 2, 3];
    }
    for (const signal of [undefined, new AbortController().signal]) {
      for (const items of [numbers(), [1, 2, 3]]) {
        const all: number[] = [];
        for await (const item of untilAborted(items, signal)) all.push(item);
        expect(all).toEqual([1, 2, 3]);
      }
    }
  });

  it("stops while it waits, with the signal's reason", async () => {
    const controller = new AbortController();
    async function* stuck() {
      yield 1;
      await never;
    }
    const seen: number[] = [];
    const running = (async () => {
      for await (const item of untilAborted(stuck(), controller.signal)) seen.push(item);
    })();
    setTimeout(() => controller.abort(), 5);
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(seen).toEqual([1]);
  });

  it("lets go of the iterable when it is left early", async () => {
    let closed = false;
    async function* items() {
      try {
        yield 1;
        yield 2;
      } finally {
        closed = true;
      }
    }
    for await (const _ of untilAborted(items(), new AbortController().signal)) break;
    expect(closed).toBe(true);
  });

  it("passes on what the iterable throws", async () => {
    const mine = new Error("mine");
    // biome-ignore lint/correctness/useYield: it fails before its first item.
    async function* failing() {
      throw mine;
    }
    const read = async () => {
      for await (const _ of untilAborted(failing(), new AbortController().signal));
    };
    await expect(read()).rejects.toBe(mine);
  });
});

describe("unlessAborted and pause", () => {
  it("throw the reason at once", async () => {
    const reason = new Error("enough");
    await expect(unlessAborted(never, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const waiting = pause(60_000, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it("leave no listener behind", async () => {
    let listeners = 0;
    const { signal } = new AbortController();
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    }) as typeof add;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    }) as typeof remove;
    for (let i = 0; i < 100; i++) await unlessAborted(Promise.resolve(i), signal);
    expect(listeners).toBe(0);
  });
});
