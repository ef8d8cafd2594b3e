// UTF-8 as TextDecoder reads it.

import { expect, it } from "vitest";
import { decodeByHand, decodeUtf8 } from "../../src/model/utf8.ts";
import { generator } from "../support/random.ts";

it.each(["", "abc", "äöü ▁ ↦ 日本 🎙", "a".repeat(10_000), "日🎙".repeat(5000), "\u0000\u007f\u0080\u07ff\u0800\uffff"])(
  "%# is read",
  (text) => {
    expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
    expect(decodeByHand(new TextEncoder().encode(text))).toBe(text);
  },
);

it("bytes of any kind are read, or refused, as TextDecoder does", () => {
  const random = generator(7);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from({ length: 1 + Math.floor(6 * random()) }, () => 0x70 + 0x90 * random());
    let expected: string | null = null;
    try {
      expected = decoder.decode(bytes);
    } catch {}
    if (expected === null) expect(() => decodeByHand(bytes)).toThrow(TypeError);
    else expect(decodeByHand(bytes)).toBe(expected);
  }
});
