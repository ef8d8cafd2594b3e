// The text of the page's box as a grammar.

import { expect, it } from "vitest";
import { STARTING_PHRASES, toGrammar, toKeywords, withOther } from "../../../web/page/modes/phrase-text.ts";
import { bytesOf, recognizer } from "../../support/engines.ts";

it("keeps the box's lines, names phrases, and gathers the ways of one name", () => {
  expect(toGrammar("light: turn it <state>\n\nlamp on\nlight: lamp <state>;\n<state> = on | off").split("\n")).toEqual([
    "#JSGF V1.0; grammar page; public <light> = turn it <state>;",
    "",
    "public <_phrase1> = (lamp on) {phrase};",
    "public <_light2> = (lamp <state>) {light};",
    "<state> = on | off;",
  ]);
  expect(toGrammar("<state> = on | off")).toBe("");
  const own = "#JSGF V1.0; grammar own; public <a> = b;";
  expect(toGrammar(own)).toBe(own);
});

it("takes keywords with commas or lines between", () => {
  expect(toKeywords(" hey computer, stop\n\n")).toEqual(["hey computer", "stop"]);
});

it("makes grammars that the recognizer takes, and errors on the box's line", () => {
  const files = ["lexicon", "ngrams"].map((side) => [side, bytesOf(`models/english.${side}`)]);
  const english = recognizer("simd", bytesOf("models/english.safetensors"), Object.fromEntries(files));
  english.prepareGrammar(withOther(toGrammar(STARTING_PHRASES)));
  expect(() => english.prepareGrammar(withOther(toGrammar("light: lamp on\n\nlamp: light (off")))).toThrow(/line 3/i);
  english.free();
});
