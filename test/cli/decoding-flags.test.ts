// Files that flags name, as options of decoding.

import { expect, it } from "vitest";
import { grammarOf } from "../../src/cli/decoding-flags.ts";

it("tells a JSGF grammar, whose header may be left out, from a list of phrases", () => {
  for (const text of [
    "#JSGF V1.0;\ngrammar g;\npublic <d> = zero;",
    "\uFEFF#JSGF V1.0;\npublic <d> = zero;",
    "// a lamp\npublic <d> = <state>;\n<state> = on | off;",
    "  <state> = on | off;\npublic <d> = <state>;",
  ]) {
    expect(grammarOf(text)).toBe(text);
  }
  expect(
    grammarOf("turn the (kitchen | bedroom) light (on | off)\nremind me to <dictation>\n# a comment\n\ngo"),
  ).toEqual(["turn the (kitchen | bedroom) light (on | off)", "remind me to <dictation>", "go"]);
});
