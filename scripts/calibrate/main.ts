// Fits the numbers by which phrases and keywords are heard in a model's phonemes, and writes them into the model's header:
//   npm run calibrate -- MODEL --readings FOLDER --orders ORDERS.tsv --noise FILE... [--out MODEL]
// training/README.md says where the recordings come from. It prints how many trials come out right with what it has found.

import { dirname, join } from "node:path";
import { Command } from "commander";
import { openRecognizer, readHeaderOf, readWhole } from "../../src/cli/files.ts";
import { calibrationOf } from "../../src/decode/phonemes/calibration.ts";
import type { PhraseConfig } from "../../src/model/phrase-config.ts";
import { languageOf } from "../../src/recognizer/language.ts";
import { fitKeywords } from "./fit-keywords.ts";
import { fitPhrases } from "./fit-phrases.ts";
import type { Hearing } from "./hear.ts";
import { keywordTrials } from "./keyword-trials.ts";
import { readNoises, readRecordings } from "./recordings.ts";
import { makeTrials } from "./trials.ts";
import { writePhrases } from "./write-phrases.ts";

/** What is tried. The blank's penalty decides most, so the background's is looked for with the best one. */
const BLANK_PENALTIES = [1.5, 2, 2.5, 3, 3.5];
const BACKGROUND_PENALTIES = [2.5, 3.5, 5];

interface Flags {
  readonly readings: string;
  readonly orders: string;
  readonly grammar: string;
  readonly noise: readonly string[];
  readonly out?: string;
}

async function calibrate(model: string, flags: Flags): Promise<void> {
  const { config } = await readHeaderOf(model);
  const lexicon = await readWhole(join(dirname(model), config.lexicon!.file));
  const { pronounce } = languageOf({ lexicon, ngrams: null }, config);
  const recognizer = await openRecognizer(model);
  const noises = await readNoises(flags.noise);
  const tables = ["readers.tsv", "learners.tsv"].map((name) => join(flags.readings, name));
  const readings = await readRecordings(recognizer, tables, noises);
  const orders = await readRecordings(recognizer, [flags.orders], noises);
  const { encoder, features, head } = config;
  const tokenSeconds = (encoder.stride * features.hopSamples) / features.sampleRate;
  if (head.type !== "ctc") throw new TypeError("phrases are heard in a model of phonemes");
  const hearing: Hearing = { tokens: config.tokens.length, blank: head.blank, tokenSeconds };
  const grammar = new TextDecoder().decode(await readWhole(flags.grammar));
  const trials = makeTrials({ readings, orders, grammar, noises, recognizer, pronounce, hearing });
  let best = { ...calibrationOf(), utility: Number.NEGATIVE_INFINITY };
  const look = (change: PhraseConfig) => {
    const tried = fitPhrases(trials, { ...best, ...change }, hearing);
    const seconds = (process.cpuUsage().user / 1e6).toFixed(0);
    console.log(`${JSON.stringify(change)}: utility ${tried.utility.toFixed(4)}, after ${seconds} s of CPU`);
    if (tried.utility > best.utility) best = tried;
  };
  for (const blankPenalty of BLANK_PENALTIES) look({ blankPenalty });
  const { blankPenalty, backgroundPenalty: usual } = best;
  for (const backgroundPenalty of BACKGROUND_PENALTIES) {
    if (backgroundPenalty !== usual) look({ blankPenalty, backgroundPenalty });
  }
  const { utility, ...found } = fitPhrases(trials, best, hearing, console.log);
  const silent = trials.filter(({ kind }) => kind === "noise" || kind === "chance").map(({ rows }) => rows);
  const keywordConfidence = fitKeywords(keywordTrials(readings, silent, pronounce, found, hearing), console.log);
  const { blankPenalty: penalty, floor, backgroundPenalty, startDelay, endDelay, confidence } = found;
  const phrases = {
    blankPenalty: penalty,
    floor,
    backgroundPenalty,
    startDelay,
    endDelay,
    confidence,
    keywordConfidence,
  };
  console.log(JSON.stringify(phrases));
  await writePhrases(model, phrases, flags.out ?? model);
}

await new Command("calibrate")
  .argument("<model>", "model file, which is changed if --out names no other")
  .requiredOption("--readings <folder>", "readers.tsv and learners.tsv, of speakers that tune what is chosen")
  .requiredOption("--orders <table>", "utterances of the grammar")
  .option("--grammar <file>", "their grammar in JSGF", "scripts/calibrate/orders.jsgf")
  .requiredOption("--noise <files...>", "WAV files; their last fifths are mixed in, which training does not hear")
  .option("--out <file>", "the model file to write")
  .action(calibrate)
  .parseAsync();
