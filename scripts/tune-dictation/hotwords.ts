// npm run measure:hotwords -- MANIFEST.tsv ...: what hotwords do. Twenty rare words that recordings hold, and twenty that they do not, are
// preferred in turn.

import { Command } from "commander";
import { wordErrors } from "../../src/cli/word-errors.ts";
import { WEIGHTS } from "../../src/decode/dictation/calibration.ts";
import { Hearing, type HearingOptions, withFiles } from "./hearing.ts";

const program = withFiles(new Command("npm run measure:hotwords --"))
  .description("Tells the recall of rare words and the word error rate, with hotwords and without.")
  .option("--count <n>", "hotwords", Number, 20)
  .parse();
const options = program.opts<HearingOptions & { count: number }>();

const hearing = new Hearing(options);
const { lexicon } = hearing.language;
const recordings = await hearing.recordings(program.args);
const said = new Set(recordings.flatMap(({ text }) => text));
const total = recordings.reduce((sum, { text }) => sum + text.length, 0);

const LEAST_LETTERS = 5;
const rarity = (word: string) => lexicon.logProbability(lexicon.find(word));
const rare = [...said].filter((word) => word.length >= LEAST_LETTERS && lexicon.find(word) >= 0).sort();
rare.sort((a, b) => rarity(a) - rarity(b));
const occurring = rare.slice(0, options.count);
// As rare, from all over the lexicon.
const least = Math.max(...occurring.map(rarity));
const step = Math.floor(lexicon.size / (4 * options.count));
const others: string[] = [];
for (let number = step; others.length < options.count && number < lexicon.size; number++) {
  const word = lexicon.spelling(number);
  if (said.has(word) || word.length < LEAST_LETTERS || !/^[a-z]+$/.test(word) || rarity(word) > least) continue;
  others.push(word);
  number += step;
}

for (const [name, hotwords] of [
  ["no hotwords", []],
  [`${occurring.length} that occur`, occurring],
  [`${others.length} that do not`, others],
] as const) {
  const prepared = hearing.prepare(WEIGHTS, hotwords);
  let [errors, spoken, recalled] = [0, 0, 0];
  for (const recording of recordings) {
    const { words } = hearing.hear(recording, prepared);
    errors += wordErrors(recording.text, words);
    for (const word of occurring) {
      const times = recording.text.filter((each) => each === word).length;
      spoken += times;
      recalled += Math.min(times, words.filter((each) => each === word).length);
    }
  }
  const rate = ((100 * errors) / total).toFixed(2);
  console.log(
    `${name.padEnd(16)} WER ${rate} %, of the rare words ${recalled} of ${spoken} heard  ${hotwords.join(" ")}`,
  );
}
hearing.recognizer.free();
