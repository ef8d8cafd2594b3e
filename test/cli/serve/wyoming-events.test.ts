// src/cli/serve/wyoming-events.ts

import { describe, expect, it } from "vitest";
import { WyomingReader, wyomingBytes } from "../../../src/cli/serve/wyoming-events.ts";
import { errorOf } from "../../support/errors.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** An event with everything; a line's end within its payload. */
const WHOLE = text(
  '{"type":"audio-chunk","data":{"rate":8000,"width":2},"data_length":14,"payload_length":4}\n{"rate":16000}a\ncd',
);

describe("WyomingReader", () => {
  it("reads events from pieces of any length", () => {
    const both = new Uint8Array([...wyomingBytes("ping", { text: "ü" }), ...WHOLE, ...wyomingBytes("describe")]);
    for (const size of [1, 2, 7, 64, both.length]) {
      const reader = new WyomingReader();
      const events = [];
      for (let at = 0; at < both.length; at += size) events.push(...reader.push(both.subarray(at, at + size)));
      expect(events.map(({ type, data }) => [type, data])).toEqual([
        ["ping", { text: "ü" }],
        ["audio-chunk", { rate: 16000, width: 2 }],
        ["describe", {}],
      ]);
      expect(new TextDecoder().decode(events[1]!.payload)).toBe("a\ncd");
    }
  });

  it.each([
    ["a line that is no JSON", "hello\n"],
    ["a line that is no object", "[]\n"],
    ["an event without type", "{}\n"],
    ["a payload beyond all bounds", '{"type":"audio-chunk","payload_length":1e12}\n'],
    ["a negative length", '{"type":"audio-chunk","payload_length":-1}\n'],
    ["half a byte", '{"type":"audio-chunk","payload_length":0.5}\n'],
    ["data that are no object", '{"type":"describe","data_length":2}\n[]'],
  ])("refuses %s", (_, bytes) => {
    expect(errorOf(() => new WyomingReader().push(text(bytes))).code).toBe("bad-argument");
  });

  it("refuses a line without end, and keeps no more of it", () => {
    const reader = new WyomingReader();
    const piece = new Uint8Array(1000).fill(65);
    const error = errorOf(() => {
      for (let i = 0; i < 1000; i++) reader.push(piece);
    });
    expect(error.message).toMatch(/more than 65536 bytes/);
  });
});
