// Which words the page acts on, and when.

import { expect, it } from "vitest";
import { CommittedWords } from "../../../web/page/transcript/committed-words.ts";

const partial = (committed: string, text = committed) => ({ partial: text, committed, partial_result: [] });
const final = (text: string) => ({ text, result: [] });

it("tells each word once, when it is committed or final", () => {
  const words = new CommittedWords();
  expect(words.partial(partial("", "up"))).toEqual([]);
  expect(words.partial(partial("up", "up do"))).toEqual(["up"]);
  expect(words.partial(partial("up", "up down"))).toEqual([]);
  expect(words.partial(partial("up down left"))).toEqual(["down", "left"]);
  expect(words.final(final("up down left up"))).toEqual(["up"]);
  expect(words.partial(partial("up"))).toEqual(["up"]);
  expect(words.final(final("up"))).toEqual([]);
});
