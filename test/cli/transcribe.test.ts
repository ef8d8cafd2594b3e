// What people who come from other recognizers do with the command, and what may go wrong around it: build/cli.js in a process of
// its own.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../support/engines.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cli = join(root, "build/cli.js");
const digits = join(root, "examples/digits.wav");
const folder = mkdtempSync(join(tmpdir(), "foldvox-transcribe-"));

function foldvox(args: string[], input?: Uint8Array) {
  const options = { cwd: folder, encoding: "utf8" as const, timeout: 50_000, ...(input && { input }) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "transcribe", ...args], options);
  return { status, stdout, stderr, lines: stdout.trim().split("\n") };
}

const text = foldvox([digits]).stdout;
const words = text.trim().split(/\s+/);

/** A WAV file of 16 bits and 16 kHz, out of channels. */
function wav(name: string, ...channels: Int16Array[]): string {
  const frames = channels[0]!.length;
  const file = Buffer.alloc(44 + 2 * frames * channels.length);
  Buffer.from(bytesOf("examples/digits.wav").subarray(0, 44)).copy(file);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(file.length - 44, 40);
  for (let i = 0; i < frames; i++) {
    for (const [c, channel] of channels.entries()) file.writeInt16LE(channel[i]!, 44 + 2 * (i * channels.length + c));
  }
  writeFileSync(join(folder, name), file);
  return name;
}

const mono = new Int16Array(bytesOf("examples/digits.wav").slice(44).buffer);
const silence = new Int16Array(mono.length);

describe("input", () => {
  it("on stdin may be a file of any kind, whatever size it claims, or samples", () => {
    for (const path of [digits, join(root, "test/cli/audio/speech.flac"), join(root, "test/cli/audio/speech.ogg")]) {
      expect(foldvox(["-"], readFileSync(path)).stdout).toBe(foldvox([path]).stdout);
    }
    const streamed = Buffer.from(bytesOf("examples/digits.wav"));
    streamed.writeUInt32LE(0x7ffff000, 40);
    const { stdout, stderr } = foldvox(["-"], streamed);
    expect(stdout).toBe(text);
    expect(stderr).not.toMatch(/cut off/);
    expect(foldvox([], bytesOf("examples/digits.wav").subarray(44)).stdout).toBe(text);
  });

  it("may lie at an address, and a refusal names it", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/digits.wav") response.end(bytesOf("examples/digits.wav"));
      else response.writeHead(404).end();
    }).listen(0);
    await once(server, "listening");
    const address = `http://localhost:${(server.address() as { port: number }).port}`;
    const ask = async (path: string) => {
      const child = spawn(process.execPath, [cli, "transcribe", `${address}${path}`]);
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (data) => (stdout += data));
      child.stderr.on("data", (data) => (stderr += data));
      const [status] = await once(child, "close");
      return { status, stdout, stderr };
    };
    try {
      expect(await ask("/digits.wav")).toMatchObject({ status: 0, stdout: text });
      const refused = await ask("/other.wav");
      expect(refused.status).toBe(1);
      expect(refused.stderr).toMatch(/^foldvox: http:\/\/localhost:\d+\/other\.wav: .*404\. \(io\)\n$/);
    } finally {
      server.close();
    }
  });

  it("is named by what is said of it", () => {
    writeFileSync(join(folder, "broken.wav"), "this is no audio, but long enough to be looked at as such");
    expect(foldvox(["broken.wav"]).stderr).toMatch(/^foldvox: broken\.wav: .*WAV.* \(bad-wav\)\n$/);
    expect(foldvox(["no-such.wav"]).stderr).toBe(
      "foldvox: no-such.wav could not be used: there is no such file. (io)\n",
    );
  });

  it("may be a part of a recording, with the recording's times", () => {
    const { lines } = foldvox(["-oj", "--offset", "2", "--duration", "3", digits]);
    const [part] = lines.map((line) => JSON.parse(line));
    // "nine" has begun when the part begins.
    expect(part.result[0].start).toBeGreaterThanOrEqual(2);
    expect(part.result.at(-1).end).toBeLessThanOrEqual(5);
    const all = JSON.parse(foldvox(["-oj", digits]).lines[0]!).result as { word: string; start: number }[];
    const between = all.filter(({ start }) => start >= 2 && start < 4.5).map(({ word }) => word);
    expect(part.result.map(({ word }: { word: string }) => word)).toEqual(expect.arrayContaining(between));
    expect(foldvox(["--offset", "-1", digits])).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("channels", () => {
  it("are heard by choice", () => {
    const stereo = wav("right.wav", silence, mono);
    expect(foldvox(["--channel", "right", stereo]).stdout).toBe(text);
    expect(foldvox(["--channel", "2", stereo]).stdout).toBe(text);
    expect(foldvox(["--channel", "left", stereo]).stdout.trim()).toBe("");
    expect(foldvox(["--channel", "3", stereo]).stderr).toMatch(
      /^foldvox: right\.wav: there are 2 channels, so --channel 3/,
    );
    expect(foldvox(["--channel", "middle", stereo]).status).toBe(2);
  });

  it("are heard each on its own, and say whose each utterance is", () => {
    const second = new Int16Array(mono.length + 16000);
    second.set(mono, 16000);
    const first = new Int16Array(second.length);
    first.set(mono);
    const call = wav("call.wav", first, second);
    const said = (name: string, lines: string[]) =>
      lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
    const { lines } = foldvox(["--channel", "each", call]);
    for (const name of ["left", "right"]) expect(said(name, lines).join(" ").split(" ")).toEqual(words);
    const finals = foldvox(["--channel", "each", "-oj", call]).lines.map((line) => JSON.parse(line));
    expect(new Set(finals.map(({ channel }) => channel))).toEqual(new Set(["left", "right"]));
    const cues = foldvox(["--channel", "each", "-ovtt", call]).stdout;
    const starts = [...cues.matchAll(/^(\d\d:\d\d:\d\d\.\d{3}) -->/gm)].map(([, start]) => start!);
    expect(starts).toEqual([...starts].sort());
    expect(cues).toMatch(/^<v left>three/m);
    expect(cues).toMatch(/^<v right>three/m);
    expect(foldvox(["--channel", "each", "-ocsv", call]).lines[0]).toBe("start,end,speaker,text");
  });

  it("that cancel out are told of, one alone is not", () => {
    const opposite = wav(
      "opposite.wav",
      mono,
      Int16Array.from(mono, (x) => Math.max(-x, -32767)),
    );
    expect(foldvox([opposite]).stderr).toMatch(
      /^opposite\.wav: the two channels are each other's opposite.*--channel left/,
    );
    expect(foldvox(["--channel", "left", opposite])).toMatchObject({ stdout: text });
    expect(foldvox([wav("same.wav", mono, mono)]).stderr).not.toMatch(/opposite/);
    mkdirSync(join(folder, "both"));
    cpSync(join(folder, opposite), join(folder, "both", "a.wav"));
    expect(foldvox(["both"]).stderr).toMatch(/a\.wav: the two channels/);
  });
});

describe("output", () => {
  it("is CSV as whisper.cpp writes it, and lyrics", () => {
    const [header, ...rows] = foldvox(["-ocsv", digits]).lines;
    expect(header).toBe("start,end,text");
    for (const row of rows) expect(row).toMatch(/^\d+,\d+,"[a-z ]+"$/);
    expect(rows.map((row) => /"(.*)"/.exec(row)![1]).join(" ")).toBe(words.join(" "));
    expect(foldvox(["-olrc", digits]).lines[0]).toMatch(/^\[00:00\.\d\d\]three /);
  });

  it.each(["txt", "srt", "vtt", "csv", "lrc"])("of the form %s has no line longer than --max-len", (form) => {
    const { stdout } = foldvox([`-o${form}`, "--max-len", "12", digits]);
    const said = [...stdout.matchAll(/[a-z]+(?: [a-z]+)*/g)]
      .map(([line]) => line)
      .filter((line) => words.includes(line.split(" ")[0]!));
    expect(said.join(" ")).toBe(words.join(" "));
    for (const line of said) expect(line.length).toBeLessThanOrEqual(12);
  });

  it("goes to the file of -of, whole", () => {
    const { stdout } = foldvox(["-osrt", "-of", "talk", digits]);
    expect(stdout).toBe("");
    expect(readFileSync(join(folder, "talk.srt"), "utf8")).toBe(foldvox(["-osrt", digits]).stdout);
    foldvox(["--output-file", "words.txt", digits]);
    expect(readFileSync(join(folder, "words.txt"), "utf8")).toBe(text);
  });

  it("is all there is with --quiet, and progress with --print-progress", () => {
    expect(foldvox(["--quiet", digits])).toMatchObject({ stdout: text, stderr: "" });
    const { stderr } = foldvox(["--quiet", "--print-progress", digits]);
    expect(stderr.trim().split("\n")).toEqual(Array.from({ length: 10 }, (_, i) => `progress = ${10 * (i + 1)} %`));
  });

  it("that cannot be written is an error of one line", () => {
    const full = spawnSync("sh", ["-c", `"${process.execPath}" "${cli}" transcribe "${digits}" > /dev/full`], {
      encoding: "utf8",
    });
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/^foldvox: stdout could not be used: there is no space left.*\(io\)$/m);
    expect(full.stderr).not.toMatch(/ at /);
    const nowhere = foldvox(["--out", "/proc/nope", digits]);
    expect(nowhere.status).toBe(1);
    expect(nowhere.stderr).toMatch(/^foldvox: \/proc\/nope could not be used: .*\(io\)\n$/);
  });
});

describe("usage", () => {
  it("that is wrong is told last, in one line", () => {
    for (const [args, message] of [
      [["--beem", "3"], /unknown option '--beem'.*Did you mean --beam/],
      [["-oxml", digits], /Allowed choices are txt, srt/],
    ] as const) {
      const { status, stderr } = foldvox([...args]);
      expect(status).toBe(2);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toMatch(message);
    }
    const unknown = spawnSync(process.execPath, [cli, "transcirbe"], { encoding: "utf8" });
    expect(unknown.stderr).toMatch(/^foldvox: unknown command 'transcirbe'.*Did you mean transcribe.*\n$/);
  });

  it("is shown by examples in the help of every command", () => {
    const help = (...args: string[]) =>
      spawnSync(process.execPath, [cli, ...args, "--help"], { encoding: "utf8" }).stdout;
    const commands = [...help().matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== "help");
    expect(commands).toContain("transcribe");
    for (const name of commands) expect(help(name), name).toMatch(/Example/);
  });

  it("lists the models that are there, and takes them by name", () => {
    const { lines } = foldvox(["--list-models"]);
    for (const line of lines) {
      const [, name, path] = /^(\S+) +[\d.]+ MB {2}(\S+)$/.exec(line)!;
      expect(existsSync(path!), name).toBe(true);
    }
    expect(lines.some((line) => line.startsWith("commands-tiny "))).toBe(true);
    expect(foldvox(["-m", "commands-tiny", digits]).status).toBe(0);
  });

  it("reads phrase files with comments, and with boosts as sherpa has them", () => {
    writeFileSync(join(folder, "phrases"), "# digits\nzero\none :2.5\n\ntwo nine\t3\n");
    expect(foldvox(["--hotwords", "phrases", digits])).toMatchObject({ status: 0 });
    writeFileSync(join(folder, "grammar"), "# digits\nzero\none\n");
    const said = foldvox(["--grammar", "grammar", digits]).stdout.trim().split(/\s+/);
    for (const word of said) expect(["zero", "one"]).toContain(word);
  });
});

describe("a model that is none", () => {
  it.each([
    ["a page of HTML", "<!doctype html><title>404</title>", /is a page of HTML/],
    [
      "a Git LFS pointer",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
      /is a Git LFS pointer.*git lfs pull/,
    ],
  ])("but %s is told as such, and where it lies", (_, content, message) => {
    writeFileSync(join(folder, "model.safetensors"), content);
    const { status, stderr } = foldvox(["-m", "model.safetensors", digits]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^foldvox: .*model\.safetensors: /);
    expect(stderr).toMatch(message);
  });

  it("is not made of its own source without --force", () => {
    cpSync(join(root, "models/commands-tiny.safetensors"), join(folder, "own.safetensors"));
    const quantize = (...rest: string[]) =>
      spawnSync(
        process.execPath,
        [cli, "quantize", "own.safetensors", "-o", "./own.safetensors", "--weights", "int4", ...rest],
        {
          cwd: folder,
          encoding: "utf8",
        },
      );
    const before = readFileSync(join(folder, "own.safetensors"));
    expect(quantize()).toMatchObject({ status: 1, stderr: expect.stringMatching(/is the model itself.*--force/) });
    expect(readFileSync(join(folder, "own.safetensors")).equals(before)).toBe(true);
    expect(quantize("--force").status).toBe(0);
    expect(readFileSync(join(folder, "own.safetensors")).equals(before)).toBe(false);
  });
});

describe("Ctrl-C", () => {
  it("ends what comes from stdin, and prints what was said", async () => {
    const child = spawn(process.execPath, [cli, "transcribe", "-w", "-"]);
    let stdout = "";
    child.stdout.on("data", (data) => (stdout += data));
    // Stdin stays open, as it does while a recorder runs.
    child.stdin.write(bytesOf("examples/digits.wav").subarray(44));
    while (!stdout.includes(" six ")) await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stdout).not.toContain(text);
    child.kill("SIGINT");
    const [status] = await once(child, "close");
    expect(status).toBe(0);
    expect(stdout.endsWith(text)).toBe(true);
  });

  it("a second time ends the program", async () => {
    const child = spawn(process.execPath, [cli, "transcribe", "--realtime", digits]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill("SIGINT");
    child.kill("SIGINT");
    const [status, signal] = await once(child, "close");
    expect(signal === "SIGINT" || status === 130).toBe(true);
  });
});

describe.skipIf(spawnSync("script", ["--version"]).status !== 0)("at a terminal", () => {
  /** What a terminal of 80 columns shows; Ctrl-D is typed after a second. */
  function typed(args: string): string {
    const command = `stty cols 80; "${process.execPath}" "${cli}" ${args}`;
    const shell = `(sleep 1.5; printf '\\004') | script -qec '${command}' /dev/null`;
    return spawnSync("sh", ["-c", shell], { cwd: folder, encoding: "utf8", timeout: 40_000 }).stdout;
  }

  it("says what it waits for, or what is missing", () => {
    expect(typed("transcribe -")).toMatch(
      /Waiting for audio from stdin: a file, or samples \(s16le, 16000 Hz, 1 channel/,
    );
    expect(typed("transcribe")).toMatch(/There is nothing to transcribe; name a file, or - for stdin/);
  });

  it("shows how far a long recording is, and how long it still takes", () => {
    const long = new Int16Array(mono.length * 6);
    for (let i = 0; i < 6; i++) long.set(mono, i * mono.length);
    wav("long.wav", long);
    expect(typed("transcribe long.wav")).toMatch(/\[\d+ % of 57 s, \d+x, \d+ s left\]/);
    mkdirSync(join(folder, "long"));
    cpSync(join(folder, "long.wav"), join(folder, "long", "a.wav"));
    expect(typed("transcribe long")).toMatch(/1 of 1 files, .* left/);
  });
});
