// convert, quantize and decode as a user runs them: build/cli.js in a process of its own.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readModelHeader } from "../../src/model/header.ts";
import { op, pickleOf, zipOf } from "../support/archives.ts";
import { goldenTensors } from "../support/transducer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const golden = join(root, "test/golden/transducer/plain-lstm");
const folder = mkdtempSync(join(tmpdir(), "foldvox-convert-"));
const place = (name: string) => join(folder, name);

function foldvox(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build/cli.js", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const convert = (output: string, ...args: string[]) =>
  foldvox("convert", "torchaudio", `${golden}.pt`, "--config", `${golden}.json`, "-o", output, ...args);

describe("convert torchaudio", () => {
  it("writes a model that decodes what torchaudio decodes, and says what it was not given", () => {
    const { status, stderr } = convert(place("a.safetensors"), "--weights", "fp32");
    expect(status).toBe(0);
    expect(stderr).toContain("no --tokens");
    expect(stderr).toContain("no --stats");
    const { config } = readModelHeader(readFileSync(place("a.safetensors")));
    expect(config.name).toBe("a");

    const decoded = foldvox("decode", place("a.safetensors"), `${golden}.golden.safetensors`, "--beam", "10");
    expect(decoded.status).toBe(0);
    const readings = JSON.parse(decoded.stdout);
    const scores = goldenTensors("test/golden/transducer/plain-lstm.golden.safetensors")("beam.10.scores").values;
    expect(readings.length).toBe(10);
    readings.forEach(({ score }: { score: number }, i: number) => {
      expect(Math.abs(score - scores[i]!)).toBeLessThan(1e-3);
    });
    expect(Object.keys(readings[0]).sort()).toEqual(["result", "score", "text", "tokens"]);
    expect(Object.keys(readings[0].tokens[0]).sort()).toEqual(["end", "index", "logProb", "start", "token"]);
  });

  it("transcribes audio with what it has made", () => {
    const stats = place("stats.json");
    writeFileSync(stats, JSON.stringify({ mean: new Array(5).fill(14), invstddev: new Array(5).fill(0.5) }));
    expect(convert(place("b.safetensors"), "--stats", stats).status).toBe(0);
    const { status, stdout } = foldvox(
      "transcribe",
      "-m",
      place("b.safetensors"),
      "--beam",
      "4",
      "examples/digits.wav",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^<\d+>( <\d+>)+\n/);
  });

  it("refuses what does not fit with exit code 1, and leaves nothing behind", () => {
    const before = readdirSync(folder);
    const { status, stderr } = foldvox("convert", "torchaudio", `${golden}.pt`, "-o", place("c.safetensors"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/missing: .*bad-checkpoint/s);
    expect(foldvox("convert", "torchaudio", `${golden}.json`, "-o", place("c.safetensors")).status).toBe(1);
    expect(foldvox("convert", "torchaudio", place("none.pt"), "-o", place("c.safetensors")).stderr).toContain(
      "no such file",
    );
    expect(convert(join(folder, "no/folder.safetensors")).stderr).toContain("(io)");
    expect(readdirSync(folder)).toEqual(before);
  });

  it("needs an output and a checkpoint: exit code 2", () => {
    expect(foldvox("convert", "torchaudio", `${golden}.pt`).status).toBe(2);
    expect(foldvox("convert", "torchaudio", "-o", place("x")).status).toBe(2);
    expect(convert(place("x"), "--weights", "int3").status).toBe(2);
  });

  it("executes nothing: a checkpoint that calls os.system is refused by that name", () => {
    const victim = place("touched");
    const hostile = place("hostile.pt");
    const call = [op.global("posix", "system"), op.mark, op.text(`touch ${victim}`), op.tuple, op.reduce];
    writeFileSync(hostile, zipOf([["x/data.pkl", pickleOf(...call)]]));
    const { status, stderr } = foldvox("convert", "torchaudio", hostile, "-o", place("d.safetensors"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/it names "posix\.system".*bad-checkpoint/s);
    expect(existsSync(victim)).toBe(false);
  });
});

describe("quantize", () => {
  it("makes of an fp32 model what converting to int8 makes", () => {
    for (const name of ["one/same.safetensors", "two/same.safetensors"]) {
      const path = place(name.replace("/", "-"));
      expect(convert(path, "--weights", name.startsWith("one") ? "fp32" : "int8").status).toBe(0);
    }
    const { status, stderr } = foldvox("quantize", place("one-same.safetensors"), "-o", place("two.safetensors"));
    expect(status).toBe(0);
    expect(stderr).toContain("int8");
    const data = (path: string) => {
      const bytes = readFileSync(path);
      return bytes.subarray(readModelHeader(bytes).headerBytes);
    };
    expect(Buffer.compare(data(place("two.safetensors")), data(place("two-same.safetensors")))).toBe(0);
  });

  it("uses all eight bits if asked to", () => {
    expect(convert(place("exact.safetensors"), "--weights", "fp32").status).toBe(0);
    const largest = (weights: string) => {
      const path = place(`${weights}.safetensors`);
      expect(foldvox("quantize", "--weights", weights, place("exact.safetensors"), "-o", path).status).toBe(0);
      const bytes = readFileSync(path);
      const { tensors, headerBytes } = readModelHeader(bytes);
      const matrices = tensors.filter(({ dtype }) => dtype === "I8");
      const magnitudes = matrices.map(({ offset, bytes: count }) =>
        new Int8Array(bytes.subarray(headerBytes + offset, headerBytes + offset + count)).reduce(
          (most, weight) => Math.max(most, Math.abs(weight)),
          0,
        ),
      );
      return [Math.min(...magnitudes), Math.max(...magnitudes)];
    };
    expect([largest("int8"), largest("int8-full")]).toEqual([
      [63, 63],
      [127, 127],
    ]);
  });

  it("makes a model of four bits that hears what the int8 model hears", () => {
    const small = place("small.safetensors");
    const { status, stderr } = foldvox("quantize", "--weights", "int4", "models/commands.safetensors", "-o", small);
    expect(status).toBe(0);
    expect(stderr).toMatch(/int4; it was 1,1/);
    expect(readFileSync(small).length).toBeLessThan(700_000);
    const heard = (...model: string[]) => foldvox("transcribe", ...model, "examples/digits.wav").stdout;
    expect(heard("--model", small)).toBe(heard());
    expect(foldvox("quantize", `${golden}.pt`, "-o", place("x")).status).toBe(1);
  });
});

describe("decode", () => {
  it("refuses a file without output", () => {
    const fold = join(root, "test/golden/log-mel.safetensors");
    const { status, stderr } = foldvox("decode", join(root, "models/commands.safetensors"), fold);
    expect(status).toBe(1);
    expect(stderr).toContain('no "output"');
  });
});
