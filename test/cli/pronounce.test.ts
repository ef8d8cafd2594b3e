// foldvox pronounce as a user runs it, with the lexicon that comes with foldvox.

import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

function pronounce(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build/cli.js", "pronounce", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("pronounce", () => {
  it("shows every way of saying what is written", () => {
    const { status, stdout } = pronounce("kitchen", "42", "Dr.");
    expect(status).toBe(0);
    expect(stdout).toBe(
      [
        "kitchen",
        "  kitchen [k ɪ tʃ ə n]",
        "42",
        "  forty [f ɔ ɹ t i] two [t u]",
        "  four [f ɔ ɹ] two [t u]",
        "Dr.",
        "  doctor [d ɑ k t ɝ | d ɔ k t ɝ]",
        "  drive [d ɹ aɪ v]",
        "",
      ].join("\n"),
    );
  });

  it("marks guesses and one's own words, and prints JSON", () => {
    const own = join(mkdtempSync(join(tmpdir(), "foldvox-")), "own.txt");
    writeFileSync(own, "# names\nfoldvox = f oʊ l d v ɑ k s\nFoldvox = F OW1 L D B AA1 K S\n");
    const { stdout } = pronounce("--pronunciations", own, "foldvox", "zorble");
    expect(stdout).toMatch(/foldvox \[f oʊ l d v ɑ k s \| f oʊ l d b ɑ k s\] \(yours\)/);
    expect(stdout).toMatch(/zorble \[z ɔ ɹ b ə l.*\] \(guessed from the letters\)/);
    const [row] = pronounce("--json", "--pronunciations", own, "foldvox").stdout.split("\n");
    expect(JSON.parse(row!)).toEqual({
      text: "foldvox",
      readings: [[{ word: "foldvox", pronunciations: ["f oʊ l d v ɑ k s", "f oʊ l d b ɑ k s"], source: "own" }]],
    });
  });

  it("says how to help with what cannot be pronounced, and goes on", () => {
    const { status, stdout, stderr } = pronounce("日本", "on");
    expect(status).toBe(1);
    expect(stdout).toBe("on\n  on [ɑ n | ɔ n]\n");
    expect(stderr).toMatch(/"日本" cannot be pronounced.*pronunciations: \{ "日本"/);
  });

  it("refuses models of words, files that are no lexicon, and lines that are no pronunciation", () => {
    expect(pronounce("-m", "models/commands.safetensors", "on").stderr).toMatch(/names no lexicon.*unsupported/s);
    expect(pronounce("--lexicon", "package.json", "on").stderr).toMatch(/bad-model/);
    expect(pronounce("--lexicon", "nowhere.lexicon", "on").stderr).toMatch(/\(io\)/);
    expect(pronounce("--pronunciations", "package.json", "on").stderr).toMatch(/Line 1 of the pronunciations/);
  });
});
