// Many files at once: the command in a process of its own, over real files.

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findJobs } from "../../src/cli/batch-files.ts";
import { rejectionOf } from "../support/errors.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const digits = join(root, "examples/digits.wav");

function foldvox(args: string[], input?: string) {
  const options = { cwd: root, encoding: "utf8" as const, timeout: 50_000, ...(input === undefined ? {} : { input }) };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build/cli.js", ...args], options);
  return { status, stdout, stderr };
}

/** A folder of two recordings, one in a sub-folder, and what is no audio. */
function recordings(): string {
  const folder = mkdtempSync(join(tmpdir(), "foldvox-batch-"));
  mkdirSync(join(folder, "sub"));
  cpSync(digits, join(folder, "a.wav"));
  cpSync(join(root, "test/cli/audio/speech.flac"), join(folder, "sub", "b.flac"));
  writeFileSync(join(folder, "notes.txt"), "no audio");
  return folder;
}

const expected = foldvox(["transcribe", digits]).stdout;

describe("a batch", () => {
  it("writes a transcript beside each file of a folder, and none twice", () => {
    const folder = recordings();
    const first = foldvox(["transcribe", folder, "-t", "2"]);
    expect(first.stderr).toMatch(/2 transcribed, 0 already there, 0 failed/);
    expect(first).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(join(folder, "a.wav.txt"), "utf8")).toBe(expected);
    expect(existsSync(join(folder, "sub", "b.flac.txt"))).toBe(true);
    expect(readdirSync(folder).some((name) => name.endsWith(".part"))).toBe(false);
    expect(foldvox(["transcribe", folder]).stderr).toMatch(/0 transcribed, 2 already there/);
    // What somebody wrote there is not the batch's to replace, however old it is.
    writeFileSync(join(folder, "a.wav.txt"), "my own words");
    utimesSync(join(folder, "a.wav"), new Date(), new Date(Date.now() + 5000));
    expect(foldvox(["transcribe", folder]).stderr).toMatch(/0 transcribed, 2 already there[\s\S]*--overwrite/);
    expect(readFileSync(join(folder, "a.wav.txt"), "utf8")).toBe("my own words");
    expect(foldvox(["transcribe", folder, "--overwrite"]).stderr).toMatch(/2 transcribed, 0 already there/);
  });

  it("reports a file that fails, passes it over, and exits with 1", () => {
    const folder = recordings();
    writeFileSync(join(folder, "broken.wav"), "RIFF");
    const out = join(folder, "out");
    const { status, stderr } = foldvox(["transcribe", folder, "-ovtt", "--out", out, "-t", "2"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/broken\.wav: .*\(bad-wav\)/);
    expect(stderr).toMatch(/2 transcribed, 0 already there, 1 failed/);
    expect(readFileSync(join(out, "a.wav.vtt"), "utf8")).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> /);
    expect(readdirSync(join(out, "sub"))).toEqual(["b.flac.vtt"]);
  });

  it("is what a place for transcripts asks for, be it of one file", () => {
    const out = join(recordings(), "out");
    const { status, stdout } = foldvox(["transcribe", digits, "--out", out]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(readFileSync(join(out, "digits.wav.txt"), "utf8")).toBe(expected);
  });

  it("refuses what only one input can have, and says where there is no audio", () => {
    const folder = recordings();
    for (const flag of ["--words", "--memory", "--realtime"]) {
      expect(foldvox(["transcribe", folder, flag]).stderr).toMatch(`${flag} is for one input`);
    }
    expect(existsSync(join(folder, "a.wav.txt"))).toBe(false);
    const { status, stderr } = foldvox(["transcribe", mkdtempSync(join(tmpdir(), "foldvox-batch-"))]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^There is no WAV, /);
  });

  it("names sound that it passes over, and follows no links", () => {
    const folder = mkdtempSync(join(tmpdir(), "foldvox-batch-"));
    for (const name of ["talk.m4a", "old.AIFF", "notes.txt"]) writeFileSync(join(folder, name), "");
    symlinkSync(digits, join(folder, "link.wav"));
    symlinkSync(folder, join(folder, "round"));
    const { status, stderr } = foldvox(["transcribe", folder]);
    expect(status).toBe(1);
    const named = stderr.split("\n").filter((line) => line.startsWith("passed over "));
    expect(named.map((line) => line.slice(13 + folder.length))).toEqual([
      "link.wav: a link, which is not followed",
      "old.AIFF: .aiff is not understood",
      "round: a link, which is not followed",
      "talk.m4a: .m4a is not understood",
    ]);
  });

  it("takes lists, from a file or from stdin, and says once what is wrong with the model", () => {
    const folder = recordings();
    writeFileSync(join(folder, "list"), "a.wav\n\nsub/b.flac\nno-such.wav\n");
    const listed = foldvox(["transcribe", "--list", join(folder, "list"), "-oj"]);
    expect(listed.status).toBe(1);
    expect(listed.stderr).toMatch(/no-such\.wav could not be used/);
    const lines = readFileSync(join(folder, "a.wav.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).text).join("\n")).toBe(expected.trim());
    expect(foldvox(["transcribe", "--list", "-", "-osrt"], `${folder}/a.wav\n`).status).toBe(0);
    const model = foldvox(["transcribe", "-m", "LICENSE", folder]);
    expect(model.status).toBe(1);
    expect(model.stderr.match(/bad-model/g)).toHaveLength(1);
  });
});

describe("findJobs", () => {
  it("names transcripts as their audio, whatever else lies there", async () => {
    const folder = recordings();
    cpSync(digits, join(folder, "a.mp3"));
    const { jobs } = await findJobs([folder], undefined, undefined, "srt");
    expect(jobs.map(({ output }) => output.slice(folder.length + 1))).toEqual([
      "a.mp3.srt",
      "a.wav.srt",
      "sub/b.flac.srt",
    ]);
  });

  it("refuses two files that would be written to one place", async () => {
    const [one, two] = [recordings(), recordings()];
    const error = await rejectionOf(findJobs([join(one, "a.wav"), join(two, "a.wav")], undefined, "/out", "txt"));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toContain(join(one, "a.wav"));
  });
});
