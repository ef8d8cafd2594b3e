// JSGF: text to rules, with weights, tags, places and imports. What rules allow is in grammar.test.ts.

import { describe, expect, it } from "vitest";
import { parseJsgf } from "../../../src/decode/scorers/grammar-jsgf.ts";
import type { Expansion } from "../../../src/decode/scorers/jsgf-rules.ts";
import { errorOf } from "../../support/errors.ts";

/** An expansion without its places, rules by name. */
function plain(expansion: Expansion): unknown {
  switch (expansion.kind) {
    case "word":
      return expansion.word;
    case "tag":
      return `{${expansion.tag}}`;
    case "rule":
      return `<${expansion.rule.name}>`;
    case "sequence":
      return expansion.parts.map(plain);
    case "choice":
      return { or: expansion.parts.map(plain), ...(expansion.weights ? { weights: expansion.weights } : {}) };
    default:
      return { [expansion.kind]: plain(expansion.part) };
  }
}

const read = (expansion: string) => plain(parseJsgf(`public <x> = ${expansion};`).publicRules[0]!.expansion);

describe("an expansion", () => {
  it.each<[string, unknown]>([
    ["go {a} {b=c d}", ["go", "{a}", "{b=c d}"]],
    ["(go | stop) {a \\} b}", [{ or: ["go", "stop"] }, "{a } b}"]],
    ["go* {a}", [{ repeat: "go" }, "{a}"]],
    ["/2/ go | /0.5/ stop now", { or: ["go", ["stop", "now"]], weights: [2, 0.5] }],
    ["/2/ go | stop", { or: ["go", "stop"], weights: [2, 2] }],
    ["[/1e1f/ go | /1/ stop]", { or: [{ or: ["go", "stop"], weights: [10, 1] }, []] }],
    ["go [unk] now", ["go", "[unk]", "now"]],
    ["go [ unk ]", ["go", { or: ["unk", []] }]],
  ])("%s", (text, expected) => expect(read(text)).toEqual(expected));

  it("knows the places of its words", () => {
    const { publicRules } = parseJsgf('#JSGF V1.0;\n/* a\n */ public <x> = go\n  "turn  left";');
    const { expansion } = publicRules[0]!;
    expect(expansion).toMatchObject({
      parts: [{ word: "go", line: 3, column: 18 }, { parts: [{ word: "turn" }, { word: "left", line: 4 }] }],
    });
  });
});

describe("several grammars in a text", () => {
  const shop = (head: string, use: string) => `#JSGF V1.0 UTF-8 en;
    grammar com.cafe.order; ${head}
    public <order> = ${use};
    #JSGF V1.0;
    grammar com.cafe.words;
    public <size> = small | large;
    public <drink> = <hot> latte;
    <hot> = hot;`;

  it.each([
    ["import <com.cafe.words.size>;", "<size>"],
    ["import <com.cafe.words.*>;", "<size>"],
    ["import <com.cafe.words.*>;", "<words.size>"],
    ["import <com.cafe.words.size>;", "<com.cafe.words.size>"],
  ])("%s lets %s be named", (head, use) => {
    const { publicRules } = parseJsgf(shop(head, use));
    expect(publicRules.map(({ name }) => name)).toEqual(["order"]);
    const { expansion } = publicRules[0]!;
    expect(expansion.kind === "rule" && plain(expansion.rule.expansion)).toEqual({ or: ["small", "large"] });
  });

  it("each finds its own rules first", () => {
    const { publicRules } = parseJsgf(
      shop("import <com.cafe.words.*>;", "<drink> | <com.cafe.order.size>; <size> = tiny"),
    );
    const { expansion } = publicRules[0]!;
    expect(
      expansion.kind === "choice" && expansion.parts.map((p) => p.kind === "rule" && plain(p.rule.expansion)),
    ).toEqual([["<hot>", "latte"], "tiny"]);
  });

  it.each([
    ["", "<size>", /line 3, column 22 uses <size>, which it does not define/],
    ["import <com.cafe.words.drink>;", "<size>", /uses <size>/],
    ["import <com.cafe.words.*>;", "<hot>", /uses <hot>/],
    ["import <com.cafe.words.hot>;", "go", /line 2, column 29 imports <com.cafe.words.hot>, which is no public rule/],
    ["import <com.cafe.menu.*>;", "go", /the text holds no grammar com.cafe.menu/],
  ])("%s %s is refused", (head, use, message) => {
    const error = errorOf(() => parseJsgf(shop(head, use)));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toMatch(message);
  });
});
