// foldvox pronounce: what is listened for where a text is to be heard.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FoldvoxError } from "../errors.ts";
import { loadSideFile } from "../loading/load-side-file.ts";
import { findNodeModules } from "../platform.ts";
import { readLexicon } from "../pronounce/lexicon.ts";
import { parsePronunciations } from "../pronounce/own-pronunciations.ts";
import { type PronouncedWord, Pronouncer } from "../pronounce/pronouncer.ts";
import { modelPath, readHeaderOf, readWhole } from "./files.ts";

export interface PronounceFlags {
  model?: string;
  lexicon?: string;
  pronunciations?: string;
  json?: boolean;
}

const NOTES = { own: " (yours)", letters: " (guessed from the letters)", lexicon: "" } as const;

const shownWord = ({ word, pronunciations, source }: PronouncedWord) =>
  `${word} [${pronunciations.join(" | ")}]${NOTES[source]}`;

/** The lexicon that is given, that of the model that is given, or the bundled one. */
async function lexiconBytes({ model, lexicon }: PronounceFlags): Promise<Uint8Array> {
  if (lexicon !== undefined) return readWhole(lexicon);
  const path = modelPath(model ?? "english");
  const { config } = await readHeaderOf(path);
  if (!config.lexicon) {
    throw new FoldvoxError(
      "unsupported",
      `${path} hears ${config.tokenUnit}s and names no lexicon. Give a model of phonemes, or a lexicon by --lexicon.`,
    );
  }
  return loadSideFile(new URL(config.lexicon.file, pathToFileURL(resolve(path))), config.lexicon, {});
}

export async function pronounce(texts: readonly string[], flags: PronounceFlags): Promise<void> {
  await findNodeModules();
  const own = flags.pronunciations === undefined ? "" : new TextDecoder().decode(await readWhole(flags.pronunciations));
  const pronouncer = new Pronouncer(readLexicon(await lexiconBytes(flags)), parsePronunciations(own));
  for (const text of texts) {
    try {
      const readings = pronouncer.describe(text);
      const lines = readings.map((reading) => `  ${reading.map(shownWord).join(" ")}`);
      process.stdout.write(flags.json ? `${JSON.stringify({ text, readings })}\n` : `${text}\n${lines.join("\n")}\n`);
    } catch (error) {
      if (!(error instanceof FoldvoxError)) throw error;
      process.stderr.write(`foldvox: ${error.message} (${error.code})\n`);
      process.exitCode = 1;
    }
  }
}
