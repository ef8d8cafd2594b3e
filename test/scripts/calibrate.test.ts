// The parts of npm run calibrate: the regression finds the line that made its examples, and a model file changes in its header only.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { draws } from "../../scripts/calibrate/draws.ts";
import { fitKeywords } from "../../scripts/calibrate/fit-keywords.ts";
import { fitLogistic } from "../../scripts/calibrate/logistic.ts";
import { writePhrases } from "../../scripts/calibrate/write-phrases.ts";
import { readModelHeader } from "../../src/index.ts";
import { modelFile, smallConfig } from "../support/model-file.ts";

const folder = mkdtempSync(join(tmpdir(), "foldvox-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the regression", () => {
  it("finds the coefficients by which its examples were drawn", () => {
    const draw = draws(4);
    const examples = Array.from({ length: 20_000 }, () => {
      const figures = [1, draw(1000) / 250 - 2, draw(1000) / 500];
      const probability = 1 / (1 + Math.exp(-(0.5 - 1.5 * figures[1]! + figures[2]!)));
      return { figures, isRight: draw(100_000) / 100_000 < probability, weight: 2 };
    });
    const [constant, first, second] = fitLogistic(examples);
    expect(constant).toBeCloseTo(0.5, 0);
    expect(first! / -1.5).toBeCloseTo(1, 1);
    expect(second).toBeCloseTo(1, 0);
  });
});

describe("the keywords' confidence", () => {
  it("is one half where one in twenty of those spoken is missed", () => {
    const figures = (behind: number) => [1, behind, 2, 0, 8, 5, 0.2];
    const spoken = Array.from({ length: 100 }, (_, i) => ({ isSaid: true, figures: figures(i / 100) }));
    const others = Array.from({ length: 400 }, (_, i) => ({ isSaid: false, figures: figures(0.795 + i / 100) }));
    const lines: string[] = [];
    const found = fitKeywords({ trials: [...spoken, ...others], hours: 2 }, (line) => lines.push(line));
    const sum = (behind: number) => figures(behind).reduce((total, value, i) => total + value * found[i]!, 0);
    expect(spoken.filter((_, i) => sum(i / 100) < -0.01)).toHaveLength(5);
    expect(lines.join("\n")).toContain("5 % missed, 7.50 false alarms an hour each");
  });
});

describe("a model file with other numbers for phrases", () => {
  it("has them in its header, and the same weights", async () => {
    const [before, after] = [join(folder, "before.safetensors"), join(folder, "after.safetensors")];
    const bytes = modelFile(smallConfig());
    writeFileSync(before, bytes);
    const phrases = { blankPenalty: 1.5, confidence: [1, 2, 3, 4, 5, 6, 7] };
    await writePhrases(before, phrases, after);
    const written = new Uint8Array(readFileSync(after));
    const [old, header] = [readModelHeader(bytes), readModelHeader(written)];
    expect(header.config).toEqual({ ...old.config, phrases });
    expect(header.tensors).toEqual(old.tensors);
    expect(written.subarray(header.headerBytes)).toEqual(bytes.subarray(old.headerBytes));
    // In its own place it is written over.
    await writePhrases(after, {}, after);
    expect(readModelHeader(new Uint8Array(readFileSync(after))).config.phrases).toEqual({});
  });
});
