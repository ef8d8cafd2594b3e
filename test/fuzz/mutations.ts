// Ways to damage bytes, text and JSON: some blind, some at the places that readers trust.

import type { Draw } from "./draw.ts";

const NUMBERS = [
  0,
  1,
  -1,
  2,
  3,
  7,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
  1e308,
];

/** How many changes: mostly one, so that much of what is damaged gets past the first check. */
function few(draw: Draw): number {
  return draw.chance(0.6) ? 1 : draw.between(2, 6);
}

/** Changes anywhere. */
export function mutateBytes(draw: Draw, original: Uint8Array): Uint8Array {
  let bytes: Uint8Array = original.slice();
  for (let changes = few(draw); changes > 0; changes--) bytes = changeBytes(draw, bytes);
  return bytes;
}

function changeBytes(draw: Draw, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return draw.bytes(draw.between(1, 16));
  const at = draw.below(bytes.length);
  const count = draw.between(1, Math.min(64, bytes.length - at));
  switch (draw.below(7)) {
    case 0:
      bytes[at]! ^= 1 << draw.below(8);
      return bytes;
    case 1:
      bytes[at] = draw.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff]);
      return bytes;
    case 2:
      bytes.set(littleEndian(draw).subarray(0, bytes.length - at), at);
      return bytes;
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + count));
    case 4:
      return joined(bytes.subarray(0, at), draw.bytes(count), bytes.subarray(at));
    case 5:
      return joined(bytes.subarray(0, at + count), bytes.subarray(at, at + count), bytes.subarray(at + count));
    default:
      return bytes.slice(0, at);
  }
}

/** An unlikely number in 2, 4 or 8 bytes. */
function littleEndian(draw: Draw): Uint8Array {
  const bytes = new Uint8Array(draw.pick([2, 4, 8]));
  let value = BigInt.asUintN(64, BigInt(Math.trunc(Math.min(draw.pick(NUMBERS), 2 ** 63))));
  for (let i = 0; i < bytes.length; i++, value >>= 8n) bytes[i] = Number(value & 255n);
  return bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Changes of whole words, lines or single characters; `words` are what the format is made of. */
export function mutateText(draw: Draw, original: string, words: readonly string[]): string {
  let text = original;
  for (let changes = few(draw); changes > 0; changes--) {
    const at = draw.below(text.length + 1);
    const end = Math.min(text.length, at + draw.between(1, 12));
    const piece = draw.chance(0.7)
      ? draw.pick(words)
      : String.fromCodePoint(draw.pick([0, 9, 10, 32, 0x41, 0xe9, 0x1f600]));
    text = draw.pick([
      () => text.slice(0, at) + piece + text.slice(at),
      () => text.slice(0, at) + piece + text.slice(end),
      () => text.slice(0, at) + text.slice(end),
      () => text.slice(0, end) + text.slice(at),
      () => text.slice(0, at),
    ])();
  }
  return text;
}

/** A copy of a JSON value with values, keys or entries replaced, dropped or repeated. */
export function mutateJson<T>(draw: Draw, value: T): T {
  const copy = structuredClone(value);
  for (let changes = few(draw); changes > 0; changes--) changeJson(draw, copy);
  return copy;
}

function changeJson(draw: Draw, root: unknown): void {
  let at = root as Record<string, unknown>;
  while (true) {
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = draw.pick(keys);
    const inner = at[key];
    if (typeof inner === "object" && inner !== null && draw.chance(0.8)) {
      at = inner as Record<string, unknown>;
    } else {
      replace(draw, at, key);
      return;
    }
  }
}

function replace(draw: Draw, at: Record<string, unknown>, key: string): void {
  const value = at[key];
  if (draw.chance(0.15)) delete at[key];
  else if (Array.isArray(at) && draw.chance(0.2)) at.push(structuredClone(value));
  else if (typeof value === "number" && draw.chance(0.6)) at[key] = value + draw.pick([-1, 1, 4, -4, 0.5, 1024]);
  else at[key] = draw.pick([...NUMBERS, "", "relu", "ctc", "\u0000", null, true, [], {}, [1, 2], "x".repeat(300)]);
}
