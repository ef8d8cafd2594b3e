// Subtitles that players accept and people can read.

import { describe, expect, it } from "vitest";
import { printerFor } from "../../src/cli/printers.ts";
import { cuesOf, SubtitleWriter } from "../../src/cli/subtitles.ts";
import type { FinalResult } from "../../src/decode/text/results.ts";

/** Words of half a second, one every `every` seconds. */
function utterance(text: string, from = 0, every = 0.5): FinalResult {
  const result = text
    .split(" ")
    .map((word, i) => ({ word, start: from + i * every, end: from + i * every + 0.5, conf: 1 }));
  return { text, result };
}

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`).join(" ");

describe("cuesOf", () => {
  it("keeps a short utterance in one line", () => {
    expect(cuesOf(utterance("yes no"))).toEqual([{ start: 0, end: 1, lines: ["yes no"] }]);
  });

  it("breaks lines and cues where a phrase ends", () => {
    const [cue] = cuesOf(utterance("the children were playing in the garden behind the house", 0, 0.3));
    expect(cue?.lines).toEqual(["the children were playing", "in the garden behind the house"]);
    const talk =
      "we walked along the river for an hour, and the old lighthouse came into sight when the fog had lifted slowly";
    const [first, second] = cuesOf(utterance(talk, 0, 0.3));
    expect(first?.lines.at(-1)).toMatch(/sight$/);
    expect(second?.lines[0]).toMatch(/^when the fog/);
  });

  it.each([
    ["a long one", utterance(words(100), 0, 0.5)],
    ["a fast one", utterance(words(100), 0, 0.05)],
    ["a slow one", utterance(words(20), 0, 3)],
    ["one of endless words", utterance("w".repeat(60).concat(" ").repeat(5).trim())],
  ])("cuts %s into cues of two lines and seven seconds, in order and whole", (_, result) => {
    const cues = cuesOf(result);
    let before = 0;
    for (const { start, end, lines } of cues) {
      expect(start).toBeGreaterThanOrEqual(before);
      expect(end).toBeGreaterThan(start);
      expect(end - start).toBeLessThanOrEqual(7);
      expect(lines.length).toBeLessThanOrEqual(2);
      for (const line of lines) expect(line.length <= 42 || !line.includes(" ")).toBe(true);
      before = start;
    }
    expect(cues.flatMap(({ lines }) => lines).join(" ")).toBe(result.text);
  });
});

describe("SubtitleWriter", () => {
  const written = (kind: "srt" | "vtt", ...results: FinalResult[]) => {
    const writer = new SubtitleWriter(kind);
    return writer.header + results.map((result) => writer.final(result)).join("") + writer.end();
  };

  it("numbers SubRip's cues and holds each for a second, if the next lets it", () => {
    const short = (text: string, start: number): FinalResult => ({
      text,
      result: [{ word: text, start, end: start + 0.2, conf: 1 }],
    });
    expect(written("srt", short("yes", 1), short("no", 1.5), short("up", 3661.5))).toBe(
      "1\n00:00:01,000 --> 00:00:01,500\nyes\n\n2\n00:00:01,500 --> 00:00:02,500\nno\n\n3\n01:01:01,500 --> 01:01:02,500\nup\n\n",
    );
  });

  it("escapes WebVTT's marks", () => {
    expect(written("vtt", utterance("a<b> & --> c"))).toBe(
      "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\na&lt;b&gt; &amp; --&gt; c\n\n",
    );
  });

  it("of nothing is an empty file with its header", () => {
    expect([written("srt"), written("vtt")]).toEqual(["", "WEBVTT\n\n"]);
  });
});

describe("tokens that try to be more than words", () => {
  const forged = ["one\n\n2\n00:00:00,000 --> 00:09:00,000\nforged", "NOTE\u2028x", "\u001b[2Jgone", "a\u0085b", "-->"];
  const result = {
    text: forged.join(" "),
    result: forged.map((word, i) => ({ word, start: i, end: i + 0.9, conf: 1 })),
  };

  it.each(["srt", "vtt", "txt", "json"] as const)("make no line, cue or command of their own in %s", (format) => {
    const printer = printerFor(format);
    const text = printer.header + printer.final(result) + printer.end();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
    const plain =
      printer.header +
      printer.final({
        ...result,
        result: result.result.map((word) => ({ ...word, word: "x".repeat(word.word.length) })),
        text: "x",
      }) +
      printer.end();
    expect(text.split("\n").length).toBe(plain.split("\n").length);
    expect(text.split("-->").length).toBe(
      plain.split("-->").length + (format === "json" || format === "txt" ? text.split("-->").length - 1 : 0),
    );
  });
});
