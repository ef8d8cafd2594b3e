// The command as a user runs it: build/cli.js in a process of its own.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/model/safetensors.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { readWav } from "../support/wav.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "foldvox-"));
const digits = join(root, "examples/digits.wav");
const model = join(root, "models/commands.safetensors");

function foldvox(args: string[], input?: Uint8Array) {
  const options = { cwd: root, encoding: "utf8" as const, ...(input ? { input } : {}) };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build/cli.js", ...args], options);
  return { status, stdout, stderr };
}

function write(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What the library says of the example: the command must say the same. */
const engine = recognizer("simd", bytesOf("models/commands.safetensors"));
const stream = engine.createStream();
stream.acceptWaveform(16000, readWav(bytesOf("examples/digits.wav")));
stream.inputFinished();
const heard = stream
  .results()
  .map(({ text }) => text)
  .join(" ");

const oneLine = (text: string) => text.trim().split(/\s+/).join(" ");

describe("transcribe", () => {
  it("prints the text on stdout and speed on stderr", () => {
    const { status, stdout, stderr } = foldvox(["transcribe", digits]);
    expect(status).toBe(0);
    expect(oneLine(stdout)).toBe(heard);
    expect(stderr).toMatch(/real-time factor 0\.\d+ \(simd\)/);
  });

  it("prints words with times, and memory by region", () => {
    const { stdout, stderr } = foldvox(["transcribe", "-w", "--memory", digits]);
    const first = heard.split(" ")[0];
    expect(stdout).toMatch(new RegExp(`^ +0\\.\\d\\d s - +0\\.\\d\\d s {2}${first} .*heard at`));
    expect(stderr).toMatch(/weights +[\d,]+\n/);
    expect(stderr).toMatch(/fixed from load to free/);
  });

  it("takes raw PCM on stdin", () => {
    const raw = bytesOf("examples/digits.wav").subarray(44);
    expect(oneLine(foldvox(["transcribe", "-m", model, "-f", "-"], raw).stdout)).toBe(heard);
  });

  it("writes Vosk's JSON, SubRip and WebVTT", () => {
    const json = foldvox(["transcribe", "-oj", digits])
      .stdout.trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(json.map(({ text }) => text).join(" ")).toBe(heard);
    expect(Object.keys(json[0].result[0]).sort()).toEqual(["conf", "end", "start", "word"]);
    expect(foldvox(["transcribe", "-osrt", digits]).stdout).toMatch(/^1\n00:00:00,\d{3} --> 00:00:\d\d,\d{3}\n\w/);
    expect(foldvox(["transcribe", "-ovtt", digits]).stdout).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> /);
  });
});

describe("inspect", () => {
  it("describes the bundled model", () => {
    const { config, cost, arena, fileBytes } = JSON.parse(foldvox(["inspect", model, "--json"]).stdout);
    expect(config.name).toBe("commands");
    expect(fileBytes).toBe(readFileSync(model).length);
    expect(cost.parameters).toBeGreaterThan(800_000);
    expect(cost.parameters).toBeLessThan(1_500_000);
    expect(arena.regions.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0)).toBe(arena.bytes);
    expect(foldvox(["inspect", model]).stdout).toMatch(/MACs per second of audio/);
  });
});

describe("encode", () => {
  it("writes the output for features and for a waveform", () => {
    const golden = join(root, "test/golden/fold-2");
    const out = join(folder, "out.safetensors");
    expect(foldvox(["encode", `${golden}.fp32.safetensors`, `${golden}.golden.safetensors`, out]).status).toBe(0);
    const expected = readSafetensors(readFileSync(`${golden}.golden.safetensors`)).get("output")!;
    expect(readSafetensors(readFileSync(out)).get("output")!.shape).toEqual(expected.shape);

    const samples = readWav(bytesOf("examples/digits.wav")).slice(0, 16000);
    const waveform = { dtype: "F32" as const, shape: [16000], bytes: new Uint8Array(samples.buffer) };
    const input = write("waveform.safetensors", writeSafetensors(new Map([["waveform", waveform]])));
    expect(foldvox(["encode", model, input, out]).status).toBe(0);
    expect(readSafetensors(readFileSync(out)).get("output")!.shape).toEqual([25, 21]);
  });
});

describe("evaluate", () => {
  it("counts errors, false words and latency over a manifest", () => {
    const lines = [
      "path\tstart\tsamples\ttext\tspeaker\twords",
      `${digits}\t\t\t${heard}\ta\t`,
      `${digits}\t\t\t${heard} stop\tb\t`,
      `${digits}\t0\t4000\t\ta\t`,
    ];
    const manifest = write("manifest.tsv", `${lines.join("\n")}\n`);
    const utterances = join(folder, "utterances.jsonl");
    const { status, stdout } = foldvox(["evaluate", model, manifest, "--json", "--utterances", utterances]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    const words = heard.split(" ").length;
    expect(result.wer).toBeCloseTo(1 / (2 * words + 1), 4);
    expect(result.exact).toBe(0.5);
    expect(result.falseWordsPerHour).toBe(0);
    expect(result.exactInterval95).toEqual([0, 1]);
    expect(result.peakBytes % 65536).toBe(0);
    expect(readFileSync(utterances, "utf8").trim().split("\n")).toHaveLength(3);
  });
});

describe("failures", () => {
  it.each([
    [["transcribe", "no-such.wav"], 1, /no-such\.wav.*no such file.*\(io\)/],
    [["transcribe", "LICENSE"], 1, /\(bad-wav\)/],
    [["transcribe", "-m", "LICENSE", "examples/digits.wav"], 1, /\(bad-model\)/],
    [["inspect", "examples/digits.wav"], 1, /\(bad-model\)/],
    [["transcribe", "--nonsense"], 2, /unknown option/],
    [["transcribe", "-odoc", "examples/digits.wav"], 2, /Allowed choices/],
    [["frobnicate"], 2, /unknown command/],
  ] as const)("%j", (args, code, message) => {
    const { status, stdout, stderr } = foldvox([...args]);
    expect(status).toBe(code);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
  });

  it("has help for every command", () => {
    expect(foldvox(["--help"]).stdout).toMatch(/transcribe[\s\S]*inspect[\s\S]*encode[\s\S]*evaluate/);
    for (const command of ["transcribe", "inspect", "encode", "evaluate"]) {
      const { status, stdout } = foldvox([command, "--help"]);
      expect(status).toBe(0);
      expect(stdout).toMatch(/Usage: foldvox/);
    }
  });
});
