// The installed package in Jest as it comes: CommonJS, and files and globals of its own.

import { afterAll, beforeAll, expect, it } from "vitest";
import { createProject, type Project } from "./support/project.ts";

let project: Project;
beforeAll(() => {
  project = createProject("jest");
});
afterAll(() => project?.remove());

it("is required and hears", () => {
  project.copy("examples/digits.wav", "digits.wav");
  project.write({
    "digits.test.js": `
const { readFileSync } = require("node:fs");
const { createRecognizer } = require("foldvox");

test("hears the digits", async () => {
  const recognizer = await createRecognizer();
  const stream = recognizer.createStream();
  const wav = readFileSync("digits.wav").subarray(44);
  stream.acceptWaveform(16000, Int16Array.from({ length: wav.length / 2 }, (_, i) => wav.readInt16LE(2 * i)));
  stream.inputFinished();
  const words = stream.results().map(({ text }) => text).join(" ");
  expect(words).toBe("three one nine zero seven two five eight four six zero");
}, 60000);

test.each(["inline", "plain", "worker", "microphone", "speech-recognition"])("foldvox/%s is required", (name) => {
  expect(require("foldvox/" + name).FoldvoxError).toBeInstanceOf(Function);
});
`,
  });
  project.run(".", "jest", "--json", "--outputFile=results.json");
  expect(JSON.parse(project.read("results.json"))).toMatchObject({ numPassedTests: 6, numFailedTests: 0 });
});
