// From words to intent and slots.

import { describe, expect, it } from "vitest";
import type { Meaning } from "../../../src/decode/phonemes/meaning.ts";
import { PhraseReader } from "../../../src/decode/phonemes/phrase-reader.ts";
import { LETTERS, phraseGrammar } from "./support.ts";

/** What an utterance means, given by its letters. */
function meaning(source: string | string[], text: string): Meaning | null {
  const grammar = phraseGrammar(source);
  const step = new PhraseReader(grammar.pronounced).whole([...text].map((letter) => LETTERS.indexOf(letter) + 1));
  expect(step).toBeDefined();
  return grammar.meanings.meaning(step!, true, () => []);
}

const order = `public <order> = [<_please>] [<size>] <drink> [<extra>+];
  <_please> = abba;
  <size> = (a | aa) {small} | b {large};
  <drink> = c | d d;
  <extra> = e | f {extra=foam} | g {count: "two"};`;

describe("a grammar's meaning", () => {
  it.each<[string, Meaning]>([
    ["c", { intent: "order", slots: { drink: "c" } }],
    ["aadd", { intent: "order", slots: { size: "small", drink: "d d" } }],
    ["abbabc", { intent: "order", slots: { size: "large", drink: "c" } }],
    ["cee", { intent: "order", slots: { drink: "c", extra: "e e" } }],
    ["cef", { intent: "order", slots: { drink: "c", extra: "foam" } }],
    ["cg", { intent: "order", slots: { drink: "c", extra: "g", count: "two" } }],
  ])("of %s", (text, expected) => expect(meaning(order, text)).toEqual(expected));

  it.each<[string, string, Meaning]>([
    ["public <lamp> = a {on} | b {off};", "a", { intent: "on", slots: {} }],
    ["public <lamp> = a | b; public <timer> = a b | c;", "ab", { intent: "timer", slots: {} }],
    ["public <lamp> = a {intent=on} b {room=7:30} | b;", "ab", { intent: "on", slots: { room: "7:30" } }],
    ["public <lamp> = a {7:30};", "a", { intent: "7:30", slots: {} }],
    ["public <lamp> = [a] b {x = 'y z'};", "b", { intent: "lamp", slots: { x: "y z" } }],
    [
      "grammar g; import <h.room>; public <lamp> = <h.room>; grammar h; public <room> = a b;",
      "ab",
      { intent: "lamp", slots: { room: "a b" } },
    ],
    ["public <a> = <b> c; public <b> = a;", "ac", { intent: "a", slots: { b: "a" } }],
  ])("of %s", (source, text, expected) => expect(meaning(source, text)).toEqual(expected));

  it("follows the way that weights prefer", () => {
    expect(meaning("public <x> = /1/ <one> | /2/ <two>; <one> = a; <two> = a;", "a")?.slots).toEqual({ two: "a" });
  });

  it("a list has none", () => expect(meaning(["a b", "c"], "abc")).toBeNull());
});
