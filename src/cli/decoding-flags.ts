// The command's options for decoding, read from files and made into those of a stream.

import { type Command, InvalidArgumentError } from "commander";
import type { DecodingOptions } from "../decode/decoding-options.ts";
import type { Keyword } from "../decode/phonemes/keyword-spotter.ts";
import type { GrammarSource } from "../decode/scorers/grammar.ts";
import type { Hotword } from "../decode/scorers/hotwords.ts";
import { parsePronunciations } from "../pronounce/own-pronunciations.ts";
import type { LanguageOptions } from "../recognizer/language.ts";
import type { StreamOptions } from "../recognizer/stream-options.ts";
import { readWhole } from "./files.ts";

export interface DecodingFlags {
  beam?: number;
  alternatives?: number;
  hotwords?: string;
  grammar?: string;
  sensitivity?: number;
  keywords?: string;
  lm?: string;
  lmWeight?: number;
  wordBonus?: number;
  endpointSilence?: number;
  skipSilence?: boolean;
  lexicon?: string;
  ngrams?: string;
  pronunciations?: string;
  digits?: boolean;
  punctuation?: boolean;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}

/** Adds the options to a command. */
export function addDecodingFlags(command: Command): Command {
  return command
    .option("--beam <n>", "search with this many hypotheses (default: greedy; 16 with any of the next options)", number)
    .option("--alternatives <n>", "tell up to n readings of each utterance, with -oj", number)
    .option(
      "--hotwords <file>",
      "phrases to prefer, one a line, each with its boost behind a tab or as :2.0 if not 1.5; # begins a comment",
    )
    .option(
      "--grammar <file>",
      "the only phrases that may be said: one a line, as `turn [the] light (on | off)` (# begins a comment), or a JSGF grammar",
    )
    .option("--sensitivity <x>", "how readily speech is taken for a phrase, 0 to 1 (default: 0.5)", number)
    .option(
      "--keywords <file>",
      "phrases to catch anywhere, one a line, each with its sensitivity behind a tab or as :0.7 if not 0.5",
    )
    .option("--lm <file>", "n-gram language model, ARPA text")
    .option("--lm-weight <x>", "weight of the language model (default: 0.5)", number)
    .option("--word-bonus <x>", "what each word brings beside the language model (default: 1)", number)
    .option(
      "--endpoint-silence <s>",
      "seconds of silence after speech that end an utterance, longer than pauses within it (default: 1.2)",
      number,
    )
    .option("--skip-silence", "pause the encoder in long silences")
    .option(
      "--pronunciations <file>",
      "your own words for a model of phonemes, a line each: foldvox = f oʊ l d v ɑ k s",
    )
    .option("--lexicon <file>", "lexicon of a model of phonemes (default: the file beside it)")
    .option("--ngrams <file>", "language model of its dictation (default: the file beside it)")
    .option("--digits", "dictation: write numbers as digits")
    .option("--punctuation", "dictation: write spoken punctuation as signs");
}

/** Lines that are neither empty nor comments. */
const phrasesOf = (text: string) =>
  text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** A phrase and, behind a tab or as sherpa has it (` :2.0`), a number. */
function phraseAndNumber(line: string): readonly [phrase: string, number: number | undefined] {
  const [, phrase, number] = /^(.*?)(?:\t|\s+:)\s*([-+\d.e]+)$/.exec(line) ?? [];
  return phrase === undefined ? [line, undefined] : [phrase.trim(), Number(number)];
}

function hotwordsOf(text: string): Hotword[] {
  return phrasesOf(text).map((line) => {
    const [phrase, boost] = phraseAndNumber(line);
    return boost === undefined ? { phrase } : { phrase, boost };
  });
}

/** Keywords of a file. Errors: io. */
export async function keywordsIn(path: string): Promise<Keyword[]> {
  return phrasesOf(new TextDecoder().decode(await readWhole(path))).map((line) => {
    const [phrase, sensitivity] = phraseAndNumber(line);
    return sensitivity === undefined ? { phrase } : { phrase, sensitivity };
  });
}

/** The header of JSGF, or a line that defines a rule. */
const JSGF = /^\uFEFF?\s*#JSGF|^\s*(?:public\s+)?<[^<>\s]+>\s*=/m;

/** A grammar's text: JSGF, whose header may be left out, or phrases, one a line. */
export function grammarOf(text: string): GrammarSource {
  return JSGF.test(text) ? text : phrasesOf(text);
}

/** Options of a recognizer's streams from the flags, with the files that they name. Errors: io, bad-argument. */
export async function streamOptions(flags: DecodingFlags): Promise<StreamOptions & LanguageOptions> {
  const textOf = async (path: string) => new TextDecoder().decode(await readWhole(path));
  const decoding: { -readonly [Name in keyof DecodingOptions]: DecodingOptions[Name] } = {};
  if (flags.beam !== undefined) decoding.beam = flags.beam;
  if (flags.alternatives !== undefined) decoding.alternatives = flags.alternatives;
  if (flags.hotwords !== undefined) decoding.hotwords = hotwordsOf(await textOf(flags.hotwords));
  if (flags.grammar !== undefined) decoding.grammar = grammarOf(await textOf(flags.grammar));
  if (flags.sensitivity !== undefined) decoding.sensitivity = flags.sensitivity;
  if (flags.keywords !== undefined) decoding.keywords = await keywordsIn(flags.keywords);
  if (flags.lm !== undefined) {
    decoding.languageModel = {
      arpa: await textOf(flags.lm),
      ...(flags.lmWeight === undefined ? {} : { weight: flags.lmWeight }),
      ...(flags.wordBonus === undefined ? {} : { wordBonus: flags.wordBonus }),
    };
  }
  if (flags.digits || flags.punctuation) {
    decoding.text = { digits: flags.digits ?? false, punctuation: flags.punctuation ?? false };
  }
  return {
    ...(Object.keys(decoding).length > 0 ? { decoding } : {}),
    ...(flags.endpointSilence === undefined ? {} : { endpoint: { silenceAfterSpeech: flags.endpointSilence } }),
    ...(flags.skipSilence ? { skipSilence: true } : {}),
    ...(flags.ngrams === undefined ? {} : { ngrams: await readWhole(flags.ngrams) }),
    ...(flags.lexicon === undefined ? {} : { lexicon: await readWhole(flags.lexicon) }),
    ...(flags.pronunciations === undefined
      ? {}
      : { pronunciations: parsePronunciations(await textOf(flags.pronunciations)) }),
  };
}
