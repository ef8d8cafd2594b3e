// Models by their names, as the built files find them: an option, and an argument of the command.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BUNDLED_NAMES, isBundledName } from "../../src/bundled/names.ts";
import type * as Foldvox from "../../src/index.ts";

const { createRecognizer } = (await import(`${new URL("../../build/index.js", import.meta.url)}`)) as typeof Foldvox;

it.each(BUNDLED_NAMES)("%s is loaded by its name", async (model) => {
  const recognizer = await createRecognizer({ model });
  expect(recognizer.header.config.name).toBe(model);
  recognizer.free();
});

it("finds the lexicon of a model by its name", async () => {
  const recognizer = await createRecognizer({ model: "english", decoding: { grammar: ["turn the light on"] } });
  const lexicon = new URL("../../models/english.lexicon", import.meta.url);
  expect(recognizer.memoryReport().lexiconBytes).toBe(readFileSync(lexicon).length);
  recognizer.free();
});

it.each(BUNDLED_NAMES)("foldvox inspect %s shows that model", (model) => {
  const told = execFileSync("node", ["build/cli.js", "inspect", model, "--json"], { encoding: "utf8" });
  expect(JSON.parse(told).config.name).toBe(model);
});

it("takes other texts for addresses or files", () => {
  expect(isBundledName("./english")).toBe(false);
  expect(isBundledName(undefined)).toBe(false);
});
