// How often keywords were said, missed, and caught where nobody said them.

import { describe, expect, it } from "vitest";
import { countKeywords, keywordLines } from "../../src/cli/keyword-counts.ts";

const row = (text: string | null, ...caught: string[]) => ({
  row: { path: "", span: null, text, speaker: "", words: [] },
  seconds: 900,
  keywords: caught.map((keyword) => ({ keyword, start: 0, end: 1, confidence: 1 })),
});

describe("countKeywords", () => {
  it("compares with what the texts hold, in whole words", () => {
    const rows = [
      row("hey computer stop the music hey computer", "Hey computer", "Hey computer", "stop"),
      row("stopped and hey computers", "stop"),
      row("stop", "Hey computer"),
      row(null, "stop"),
    ];
    expect(countKeywords(rows, [{ phrase: "Hey computer" }, { phrase: "stop" }])).toEqual({
      said: 4,
      missed: 1,
      falseAlarms: 3,
      falseAlarmsPerHour: 3,
    });
  });

  it("tells them in words", () => {
    expect(keywordLines(countKeywords([row("stop")], [{ phrase: "stop" }]))[0]).toContain("1 of 1, 100.00 %");
    expect(keywordLines(countKeywords([], []))[1]).toContain("- per hour");
  });
});
