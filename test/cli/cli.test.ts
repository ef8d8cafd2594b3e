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
    expect(stdout).toMatch(new RegExp(`^ +0\\.\\d\\d s - +0\\.\\d\\d s {2}${first} .*committed at`));
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

describe("decoding", () => {
  it("prefers hotwords, keeps to a grammar, and uses a language model", () => {
    const grammar = write("digits.jsgf", "#JSGF V1.0;\ngrammar g;\npublic <d> = (zero | one | two)*;");
    const said = oneLine(foldvox(["transcribe", "--grammar", grammar, digits]).stdout);
    expect(said.split(" ").every((word) => ["zero", "one", "two"].includes(word))).toBe(true);
    const phrases = write("phrases.txt", "one\ntwo nine\n");
    expect(foldvox(["transcribe", "--grammar", phrases, digits]).stdout).toMatch(/one/);
    const hotwords = write("hotwords.txt", "stop\t40\n");
    expect(foldvox(["transcribe", "--hotwords", hotwords, digits]).stdout).toMatch(/stop/);
    const arpa = write("lm.arpa", "\\data\\\nngram 1=1\n\\1-grams:\n-0.1 seven\n\\end\\\n");
    expect(foldvox(["transcribe", "--lm", arpa, "--lm-weight", "20", digits]).stdout).not.toMatch(/one/);
  });

  it("tells alternatives, and what skipping silence saved", () => {
    const { stdout, stderr } = foldvox(["transcribe", "-oj", "--alternatives", "3", "--skip-silence", digits]);
    const [first] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.alternatives).toHaveLength(3);
    expect(first.alternatives[0].text).toBe(first.text);
    expect(stderr).toMatch(/0\.0 of 9\.4 s skipped as silence: 0 million multiply-adds/);
  });

  it("says when a file holds less than it announces", () => {
    const cut = write("cut.wav", bytesOf("examples/digits.wav").subarray(0, 50000));
    expect(foldvox(["transcribe", cut]).stderr).toMatch(/only 1\.56 of 9\.42 s could be read/);
    expect(foldvox(["transcribe", digits]).stderr).not.toMatch(/could be read/);
  });

  it("averages interleaved channels of raw PCM", () => {
    const mono = new Int16Array(bytesOf("examples/digits.wav").slice(44).buffer);
    const stereo = Float32Array.from({ length: 2 * mono.length }, (_, i) => (i % 2 === 0 ? mono[i >> 1]! / 16384 : 0));
    const raw = ["transcribe", "--raw-format", "f32le", "--raw-channels", "2", "-"];
    expect(oneLine(foldvox(raw, new Uint8Array(stereo.buffer)).stdout)).toBe(heard);
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
    expect(result.speakers).toBe(2);
    const nobody = write("nobody.tsv", `path\tstart\tsamples\ttext\n${digits}\t\t\t${heard}\n`);
    expect(JSON.parse(foldvox(["evaluate", model, nobody, "--json"]).stdout).speakers).toBe(0);
    expect(readFileSync(utterances, "utf8").trim().split("\n")).toHaveLength(3);
  });

  it("tells how long after their ends words were told, and how far off their times are", () => {
    const begins = [0.31, 1.24, 1.97, 2.78, 3.79, 4.6, 5.26, 6.23, 6.8, 7.76, 8.44];
    const ends = [0.9, 1.86, 2.63, 3.45, 4.48, 5.09, 5.88, 6.67, 7.4, 8.31, 9.11];
    const said = heard.split(" ");
    const run = (words: string[]) => {
      const manifest = write(
        "words.tsv",
        `path\tstart\tsamples\ttext\twords\n${digits}\t\t\t${heard}\t${words.join(" ")}\n`,
      );
      return foldvox(["evaluate", model, manifest, "--json"]);
    };
    const { latencyMs, wordTimesOffMs } = JSON.parse(
      run(said.map((word, i) => `${word}@${begins[i]}-${ends[i]}`)).stdout,
    );
    expect(wordTimesOffMs.begin.p50).toBeLessThanOrEqual(60);
    expect(wordTimesOffMs.end.p50).toBeLessThanOrEqual(60);
    expect(latencyMs.shown.p50).toBeGreaterThan(0);
    expect(latencyMs.committed.p50).toBeGreaterThan(latencyMs.shown.p50);
    expect(latencyMs.computing.p50).toBeGreaterThan(0);
    expect(latencyMs.computing.p50).toBeLessThan(latencyMs.shown.p90);
    const onlyEnds = JSON.parse(run(said.map((word, i) => `${word}@${ends[i]}`)).stdout);
    expect(onlyEnds.wordTimesOffMs.begin.p50).toBeNull();
    expect(onlyEnds.wordTimesOffMs.end).toEqual(wordTimesOffMs.end);
    for (const wrong of ["one", "one@", "one@x", "one@2-1", "@1"]) {
      expect(run([wrong]).stderr).toMatch(/line 2.*word@begin-end.*\(bad-argument\)/);
    }
  });
});

describe("failures", () => {
  it.each([
    [["transcribe", "no-such.wav"], 1, /no-such\.wav.*no such file.*\(io\)/],
    [["transcribe", "LICENSE"], 1, /\(bad-wav\)/],
    [["transcribe", "-m", "LICENSE", "examples/digits.wav"], 1, /\(bad-model\)/],
    [["inspect", "examples/digits.wav"], 1, /\(bad-model\)/],
    [["transcribe", "--grammar", "no-such", "examples/digits.wav"], 1, /no-such.*no such file/],
    [["transcribe", "--grammar", "LICENSE", "examples/digits.wav"], 1, /\(bad-argument\)/],
    [["transcribe", "--beam", "0", "examples/digits.wav"], 1, /decoding\.beam is 0/],
    [["transcribe", "--beam", "x", "examples/digits.wav"], 2, /Give a number/],
    [["transcribe", "-", "examples/digits.wav"], 1, /stdin cannot be part of a batch/],
    [["transcribe", "--threads", "0", "examples"], 2, /whole number/],
    [["transcribe", "--nonsense"], 2, /unknown option/],
    [["transcribe", "-odoc", "examples/digits.wav"], 2, /Allowed choices/],
    [["frobnicate"], 2, /unknown command/],
  ] as const)("%j", (args, code, message) => {
    const { status, stdout, stderr } = foldvox([...args]);
    expect(status).toBe(code);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
  });

  it("has its version, and help for every command", () => {
    expect(foldvox(["--version"]).stdout.trim()).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
    expect(foldvox(["--help"]).stdout).toMatch(/transcribe[\s\S]*inspect[\s\S]*encode[\s\S]*evaluate/);
    for (const command of ["transcribe", "inspect", "encode", "evaluate"]) {
      const { status, stdout } = foldvox([command, "--help"]);
      expect(status).toBe(0);
      expect(stdout).toMatch(/Usage: foldvox/);
    }
  });
});
